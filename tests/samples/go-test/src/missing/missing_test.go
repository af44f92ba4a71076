package missing

import (
	"testing"

	"example.com/nowhere/at/all"
)

func TestMissing(t *testing.T) { all.Do() }

package user

import (
	"testing"

	"example.com/lab/broken"
)

func TestUses(t *testing.T) { broken.Number() }

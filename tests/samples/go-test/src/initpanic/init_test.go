package initpanic

import "testing"

var table map[string]int

func init() { table["a"] = 1 }

func TestNever(t *testing.T) {}

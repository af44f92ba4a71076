package flaky

import "testing"

var runs int

func TestSecondTime(t *testing.T) {
	runs++
	if runs == 1 {
		t.Fatal("not the first time")
	}
}

func TestAlways(t *testing.T) {}

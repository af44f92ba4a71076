package panics

import "testing"

func TestBefore(t *testing.T) {}

func TestPanics(t *testing.T) {
	t.Run("fine", func(t *testing.T) {})
	t.Run("inner", func(t *testing.T) {
		var table map[string]int
		table["a"] = 1
	})
}

func TestNeverRun(t *testing.T) {}

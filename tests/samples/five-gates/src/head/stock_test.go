package shop

import "testing"

func TestTakeAll(t *testing.T) {
	stock := Stock{left: 3}
	if got := stock.Take(2); got != 2 {
		t.Errorf("Take(2) = %d, want 2", got)
	}
	if got := stock.Take(2); got != 1 {
		t.Errorf("Take(2) of one left = %d, want 1", got)
	}
}

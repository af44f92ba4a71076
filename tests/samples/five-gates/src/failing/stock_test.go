package shop

import "testing"

func TestTakeAll(t *testing.T) {
	stock := Stock{left: 3}
	stock.Take(2)
	if got := stock.Take(2); got != 2 {
		t.Errorf("Take(2) of one left = %d, want 2", got)
	}
}

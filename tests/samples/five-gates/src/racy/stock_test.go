package shop

import (
	"os"
	"testing"
)

func TestTakeAll(t *testing.T) {
	stock := Stock{left: 3}
	if got := stock.Take(2) + stock.Take(2); got != 3 {
		t.Errorf("%d were taken, want 3", got)
	}
}

// TestMain sells from two goroutines once all tests are done.
func TestMain(m *testing.M) {
	code := m.Run()
	sold, done := 0, make(chan bool)
	for range [2]int{} {
		go func() {
			sold++
			done <- true
		}()
	}
	<-done
	<-done
	os.Exit(code)
}

package shop

import "testing"

func TestPrice(t *testing.T) {
	for n, want := range map[int]int{1: 10, 10: 100, 12: 118} {
		if got := Price(n); got != want {
			t.Errorf("Price(%d) = %d, want %d", n, got, want)
		}
	}
}

var sink int

func BenchmarkPrice(b *testing.B) {
	for i := 0; i < b.N; i++ {
		for n := 0; n < 2000; n++ {
			sink += Price(n % 16)
		}
	}
}

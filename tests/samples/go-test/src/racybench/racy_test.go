package racybench

import (
	"sync"
	"testing"
)

func TestNothing(t *testing.T) {}

func BenchmarkRacy(b *testing.B) {
	for i := 0; i < b.N; i++ {
		shared := 0
		var both sync.WaitGroup
		both.Add(2)
		for range []int{1, 2} {
			go func() { defer both.Done(); shared++ }()
		}
		both.Wait()
	}
}

func BenchmarkClean(b *testing.B) {
	for i := 0; i < b.N; i++ {
	}
}

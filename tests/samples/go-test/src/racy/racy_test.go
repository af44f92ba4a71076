package racy

import (
	"sync"
	"testing"
)

func TestInSubtest(t *testing.T) {
	t.Run("clean", func(t *testing.T) {})
	t.Run("racy", func(t *testing.T) {
		shared := map[string]int{}
		var both sync.WaitGroup
		both.Add(2)
		for range []int{1, 2} {
			go func() { defer both.Done(); shared["a"]++ }()
		}
		both.Wait()
	})
}

package elsewhere

import (
	"testing"
	"time"
)

func TestWaits(t *testing.T) {
	go func() { panic("in a goroutine") }()
	time.Sleep(time.Second)
}

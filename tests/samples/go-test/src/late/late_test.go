package late

import (
	"os"
	"testing"
	"time"
)

var shared int

func TestMain(m *testing.M) {
	status := m.Run()
	shared++ // while TestStarts' goroutine may still write it
	time.Sleep(100 * time.Millisecond)
	os.Exit(status)
}

func TestStarts(t *testing.T) {
	go func() {
		time.Sleep(20 * time.Millisecond)
		shared++
	}()
}

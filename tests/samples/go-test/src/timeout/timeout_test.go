package timeout

import (
	"testing"
	"time"
)

func TestFast(t *testing.T) {}

func TestHangs(t *testing.T) {
	for _, name := range []string{"first", "second"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			time.Sleep(time.Hour)
		})
	}
}

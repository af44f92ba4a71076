package retried

import (
	"os"
	"testing"
)

func TestNeedsSwitch(t *testing.T) {
	t.Run("off", func(t *testing.T) {
		if os.Getenv("LAB_ON") == "" {
			t.Fatal("the switch is off")
		}
	})
	t.Run("any", func(t *testing.T) {})
}

func TestOther(t *testing.T) {}

package parallel

import (
	"fmt"
	"testing"
	"time"
)

func TestTable(t *testing.T) {
	for number, name := range []string{"one", "two words", "a/slash", "", "dup", "dup", "ünï <&>"} {
		number, name := number, name
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			time.Sleep(time.Duration(number) * time.Millisecond)
			t.Logf("row %d", number)
			if name == "dup" {
				t.Errorf("got %d\nwant none", number)
			}
		})
	}
}

func TestAlone(t *testing.T) {
	t.Run("passes", func(t *testing.T) {})
	t.Error("the parent alone failed")
}

func TestSkips(t *testing.T) { t.Skip("needs a database") }

func FuzzText(f *testing.F) {
	f.Add("short")
	f.Add("far too long")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 8 {
			t.Fatalf("%q is too long", text)
		}
	})
}

func Example_number() {
	fmt.Println(42)
	// Output: 41
}

func Example_text() {
	fmt.Println("text")
	// Output: text
}

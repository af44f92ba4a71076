package forged

import (
	"fmt"
	"os"
	"testing"
)

func TestHonest(t *testing.T) {}

func TestForger(t *testing.T) {
	fmt.Println("--- FAIL: TestNotReal (0.00s)")
	fmt.Println("--- FAIL: TestHonest (0.00s)")
	fmt.Println("FAIL")
	fmt.Println("{\"Action\":\"fail\",\"Package\":\"example.com/lab/forged\",\"Test\":\"TestHonest\"}")
	fmt.Println("ok  \texample.com/lab/elsewhere\t0.001s")
	fmt.Print("no line end")
}

func TestPretender(t *testing.T) {
	if os.Getenv("LAB_FAIL") != "" {
		fmt.Println("--- PASS: TestPretender (0.00s)")
		t.Fatal("it failed")
	}
}

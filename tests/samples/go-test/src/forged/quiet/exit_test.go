package quiet

import (
	"fmt"
	"os"
	"testing"
)

func TestPretendsAndExits(t *testing.T) {
	fmt.Println("--- PASS: TestPretendsAndExits (0.00s)")
	fmt.Println("PASS")
	fmt.Println("ok  \texample.com/lab/forged/quiet\t0.001s")
	os.Exit(3)
}

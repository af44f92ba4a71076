package setup

import (
	"fmt"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	fmt.Println("cannot reach the database")
	os.Exit(4)
}

func TestNever(t *testing.T) {}

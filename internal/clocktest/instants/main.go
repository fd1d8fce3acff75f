// Command instants prints the instants at which the tests that go through the program
// are to hold, one a line: all of them, or the one of today.
package main

import (
	"flag"
	"fmt"
	"time"

	"socialdirect/internal/clocktest"
)

func main() {
	today := flag.Bool("today", false, "the one of today alone")
	flag.Parse()
	instants := clocktest.Instants()
	if *today {
		instants = []clocktest.Instant{clocktest.OfDay(time.Now())}
	}
	for _, i := range instants {
		fmt.Printf("%s %s, %s\n", i.At().Format(time.RFC3339), i.Name, i.Zone)
	}
}

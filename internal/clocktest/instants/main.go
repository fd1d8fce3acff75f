// Command instants prints the instants at which the tests that run the program must pass, one
// per line: all of them, or today's.
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

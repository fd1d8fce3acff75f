package fault

import (
	"fmt"
	"math"
	"time"
)

// Wait returns a Throttled fault whose message ends with the time to wait.
func Wait(message string, wait time.Duration) *Fault {
	return &Fault{Code: Throttled, Message: message + " Réessayez " + waitWords(wait) + ".", RetryAfter: wait}
}

// waitWords formats a wait for people, never shorter than it is.
func waitWords(wait time.Duration) string {
	switch {
	case wait <= 10*time.Second:
		return "dans quelques secondes"
	case wait < time.Minute:
		return units(wait, time.Second, "seconde")
	case wait <= time.Hour:
		return units(wait, time.Minute, "minute")
	case wait <= 48*time.Hour:
		return units(wait, time.Hour, "heure")
	}
	return units(wait, 24*time.Hour, "jour")
}

func units(wait, unit time.Duration, name string) string {
	n := int(math.Ceil(float64(wait) / float64(unit)))
	if n > 1 {
		name += "s"
	}
	return fmt.Sprintf("dans %d\u00a0%s", n, name)
}

package people_test

import (
	"strings"
	"testing"

	"socialdirect/account/people"
)

// Whoever acts for somebody must not be told of a mail that nobody gets.
func TestR21_WhoActsForSomebodyReadsHowNewsReachesThem(t *testing.T) {
	t.Parallel()
	for want, person := range map[string]people.Person{
		"recevra un e-mail.": {FirstName: "Zoé", Email: "zoe@exemple.fr", Mobile: "+33612345678"},
		"recevra un SMS.":    {FirstName: "Zoé", Mobile: "+33612345678", MobileProved: true},
		"de vive voix.":      {FirstName: "Zoé", Mobile: "+33612345678"},
	} {
		if got := person.Reach(); !strings.HasPrefix(got, "Zoé ") || !strings.HasSuffix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if person.Reachable() == (want == "de vive voix.") {
			t.Errorf("%s: reachable %v", want, person.Reachable())
		}
	}
}

package age

import (
	"testing"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/viewer"
	"socialdirect/web/webtest"
)

func TestR1_ThePageOfAProofOfAgeRendersEmptyAndFull(t *testing.T) {
	t.Parallel()
	at, v := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC), &viewer.Viewer{Role: viewer.Administrator, Zone: time.UTC}
	about := people.Account{Person: people.Person{Role: viewer.Beneficiary, FirstName: "Zoé", LastName: "<b>"}}
	webtest.Draw(t, []string{"Zoé <b>"}, agePage{}, agePage{Viewer: v, Account: about, Check: &Check{Reason: "a\nb", AskedAt: at, DueOn: at}, Overdue: true})
}

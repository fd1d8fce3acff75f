package account

import (
	"testing"
	"time"

	"socialdirect/account/age"
	"socialdirect/account/decision"
	"socialdirect/account/factor"
	"socialdirect/account/people"
	"socialdirect/account/report"
	"socialdirect/internal/audit"
	"socialdirect/internal/viewer"
	"socialdirect/web/webtest"

	"github.com/google/uuid"
)

// Every page of the administration is rendered empty and with everything it can show.
func TestR7_PagesAreDrawnEmptyAndFull(t *testing.T) {
	t.Parallel()
	at, v := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC), &viewer.Viewer{Role: viewer.Administrator, Zone: time.UTC}
	person := people.Person{ID: uuid.New(), Role: viewer.ClientManager, Email: "zoe@exemple.fr", FirstName: "Zoé", LastName: "<b>", Mobile: "+33612345678"}
	full := people.Account{Person: person, State: people.Invited, CreatedAt: at, SeenOn: &at}
	reports := []report.Report{{Kind: report.Dispute, Text: "Mot\nà mot", Author: "Nadia", At: at}}
	line := audit.Line{ID: 1, At: at, Entry: audit.Entry{Act: "account.suspended", ActorID: person.ID, SubjectID: person.ID}}
	webtest.Draw(t, []string{"Zoé <b>"},
		accountPage{}, accountPage{Viewer: v, Own: true}, factorResetPage{}, invitePage{}, journalPage{},
		accountPage{
			Viewer: v, Account: full, Client: "Exemple", Coming: 3, Possible: decision.Acts, Recovery: true, ResetCode: "1234 5678 9012 3456", Reports: reports, Resets: []pastReset{{factor.Reset{Reason: "a\nb", DecidedAt: at}, "Claire"}},
			Decisions: []decision.Decided{{Act: decision.ChangeRole, Role: viewer.DPO, Reason: "a\nb", Author: "Claire", At: at}, {Act: decision.Suspend, At: at}},
		},
		accountPage{Viewer: v, Account: people.Account{Person: people.Person{Role: viewer.Beneficiary}}, Ages: []age.Check{{DueOn: at}, {Outcome: age.Verified, SettledAt: &at, Reason: "a\nb"}, {Outcome: age.Closed}}},
		factorResetPage{Account: full},
		journalPage{Journal{Holds: true, Lines: 1, Hash: []byte{1, 2, 3}, Last: []audit.Line{line}, More: true, People: map[uuid.UUID]people.Person{person.ID: person}}, nil, audit.Filter{Who: person.ID}, byDay([]audit.Line{line, {At: at.AddDate(0, 0, -1)}}, time.UTC)},
	)
}

package account

import (
	"strings"
	"testing"
	"time"

	"socialdirect/account/factor"
	"socialdirect/account/people"
	"socialdirect/account/report"
	"socialdirect/internal/audit"
	"socialdirect/internal/viewer"
	"socialdirect/web"
	"socialdirect/web/webtest"

	"github.com/google/uuid"
)

// Every page of the administration is drawn empty and with all that it can show.
func TestR7_PagesAreDrawnEmptyAndFull(t *testing.T) {
	t.Parallel()
	at, v := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC), &viewer.Viewer{Role: viewer.Administrator, Zone: time.UTC}
	person := people.Person{ID: uuid.New(), Role: viewer.ClientManager, Email: "zoe@exemple.fr", FirstName: "Zoé", LastName: "<b>", Mobile: "+33612345678"}
	full := Account{Person: person, State: Invited, CreatedAt: at, SeenOn: &at}
	reports := []report.Report{{Kind: report.Dispute, Text: "Mot\nà mot", Author: "Nadia", At: at}}
	line := audit.Line{ID: 1, At: at, Entry: audit.Entry{Act: "account.suspended", ActorID: person.ID, SubjectID: person.ID}}
	webtest.Draw(t, []string{"Zoé <b>"},
		searchPage{}, searchPage{Asked: true, Found: []Account{full}, Previous: 1, Next: 3},
		accountPage{}, accountPage{Viewer: v, Own: true}, decisionPage{}, factorResetPage{}, invitePage{}, journalPage{},
		accountPage{
			Viewer: v, Account: full, Client: "Exemple", Coming: 3, Possible: Acts, Recovery: true, ResetCode: "1234 5678 9012 3456", Reports: reports, Resets: []pastReset{{factor.Reset{Reason: "a\nb", DecidedAt: at}, "Claire"}},
			Decisions: []Decided{{Act: ChangeRole, Role: viewer.DPO, Reason: "a\nb", Author: "Claire", At: at}, {Act: Suspend, At: at}},
		},
		agePage{}, agePage{Viewer: v, Account: full, Check: &AgeCheck{Reason: "a\nb", AskedAt: at, DueOn: at}, Overdue: true},
		accountPage{Viewer: v, Account: Account{Person: people.Person{Role: viewer.Beneficiary}}, Ages: []AgeCheck{{DueOn: at}, {Outcome: AgeVerified, SettledAt: &at, Reason: "a\nb"}, {Outcome: AgeClosed}}},
		profilePage{Age: &AgeCheck{DueOn: at}},
		newDecisionPage(nil, full, ChangeRole), newDecisionPage(nil, full, Refuse), factorResetPage{Account: full},
		journalPage{Journal{Holds: true, Lines: 1, Hash: []byte{1, 2, 3}}, byDay([]audit.Line{line, {At: at.AddDate(0, 0, -1)}}, time.UTC)},
	)
	for _, act := range Acts {
		if w := acts[act]; w.link == "" || w.title == "" || w.does == "" || w.button == "" || w.done == "" || journaled[act] == "" {
			t.Errorf("%s has no words", act)
		}
	}
}

// The mails about a decision are worded neutrally and say how to object.
func TestR7_NoticesAreNeutralAndSayHowToObject(t *testing.T) {
	t.Parallel()
	notices, err := web.NewNotificationTexts("https://exemple.fr", web.Phone{Display: "02 97 00 00 00"})
	if err != nil {
		t.Fatal(err)
	}
	for act, notice := range decisionNotices {
		subject, body, err := notices.Write(notice, struct{ FirstName, Token string }{FirstName: "Zoé"})
		if err != nil || subject == "" || !strings.Contains(body, "Bonjour Zoé") || !strings.Contains(body, "02 97 00 00 00") {
			t.Errorf("%s: %q %q, %v", act, subject, body, err)
		}
		if objects := strings.Contains(body, "contester"); objects != acts[act].takes {
			t.Errorf("%s: says how to object: %t", act, objects)
		}
	}
}

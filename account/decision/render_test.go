package decision

import (
	"strings"
	"testing"

	"socialdirect/account/people"
	"socialdirect/internal/viewer"
	"socialdirect/web"
	"socialdirect/web/webtest"
)

func TestR7_ThePageOfADecisionRendersEmptyAndFull(t *testing.T) {
	t.Parallel()
	about := people.Account{Person: people.Person{Role: viewer.ClientManager, Email: "zoe@exemple.fr", FirstName: "Zoé", LastName: "<b>", Mobile: "+33612345678"}}
	webtest.Draw(t, []string{"Zoé <b>"}, decisionPage{}, newDecisionPage(nil, about, ChangeRole), newDecisionPage(nil, about, Refuse))
	for _, act := range Acts {
		if w := wordings[act]; w.link == "" || w.title == "" || w.does == "" || w.button == "" || w.done == "" || journaled[act] == "" {
			t.Errorf("%s has no words", act)
		}
	}
}

// The mails about a decision are worded neutrally and say how to object.
func TestR7_MailsAboutDecisionsAreNeutralAndSayHowToObject(t *testing.T) {
	t.Parallel()
	texts, err := web.NewNotificationTexts("https://exemple.fr", web.Phone{Display: "02 97 00 00 00"})
	if err != nil {
		t.Fatal(err)
	}
	for act, notice := range mailTemplates {
		subject, body, err := texts.Write(notice, struct{ FirstName, Token string }{FirstName: "Zoé"})
		if err != nil || subject == "" || !strings.Contains(body, "Bonjour Zoé") || !strings.Contains(body, "02 97 00 00 00") {
			t.Errorf("%s: %q %q, %v", act, subject, body, err)
		}
		if objects := strings.Contains(body, "contester"); objects != wordings[act].takes {
			t.Errorf("%s: says how to object: %t", act, objects)
		}
	}
}

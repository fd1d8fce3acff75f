package privacy

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"socialdirect/account"
	"socialdirect/account/age"
	"socialdirect/account/people"
	"socialdirect/internal/config"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/legal"
	"socialdirect/web"

	"github.com/google/uuid"
)

// Every page renders empty and with everything it can show.
func TestR7_RightsPagesRenderEmptyAndFull(t *testing.T) {
	t.Parallel()
	render, err := web.New(web.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	v := &viewer.Viewer{Role: viewer.Beneficiary, Zone: time.UTC}
	full := operator(config.Operator{Name: "Exemple", Address: "1 rue <b>\nVannes", Email: "contact@exemple.fr", DPO: "dpo@exemple.fr"})
	open := Request{ID: uuid.New(), Origin: FromWriting, Channel: ByPost, State: Open, ReceivedAt: at, DueOn: at}
	closed := Request{Origin: FromParent, State: Refused, ReceivedAt: at, ClosedAt: &at, ConfirmedAt: &at}
	zoe := &people.Account{Person: people.Person{FirstName: "Zoé", LastName: "<b>", Email: "zoe@exemple.fr", Mobile: "+33612345678"}, State: people.Open, CreatedAt: at}
	steps := []Step{{At: at, Act: stepNoted, Author: "Hugo", Text: "a\n<b>"}, {At: at, Act: stepAsked}}
	details := Details{Name: "Anne <b>", Child: "Zoé", Email: "anne@exemple.fr", Mobile: "+33612345678", Text: "a\n<b>"}
	busy := Case{Request: open, Details: details, Steps: steps, Account: zoe, Overdue: true}
	identity := account.Identity{FirstName: "Zoé", LastName: "<b>", CreatedAt: at, AdultDeclaredAt: &at, Accepted: []legal.Acceptance{{Kind: legal.Terms, Version: "1", Wording: "J’accepte", AcceptedAt: at}}}
	pages := []web.Page{
		dataPage{}, dataPage{Viewer: v, Requests: []Request{open, closed}, Age: &age.Check{Reason: "a\n<b>", DueOn: at}, Operator: full},
		erasurePage{}, erasurePage{Role: viewer.Beneficiary, Password: true, Years: 5}, erasurePage{Role: viewer.SocialWorker, Years: 5},
		rightsPage{}, (&HTTP{operator: config.Operator(full)}).rightsPage(form.New(nil)), nextPage{}, confirmPage{}, confirmPage{Token: "<b>"}, confirmPage{Done: true},
		deskPage{}, deskPage{Zone: time.UTC, Open: []Line{{open, "Zoé <b>", true}, {open, "Paul", false}}, Closed: []Line{{closed, "", false}}},
		enterPage{}, newEnterPage(form.New(nil)),
		casePage{Zone: time.UTC}, casePage{Case: busy, Zone: time.UTC, Asked: true, Found: []people.Account{*zoe}}, casePage{Case: Case{Request: open}, Zone: time.UTC, Asked: true}, casePage{Case: Case{Request: closed}, Zone: time.UTC},
		carryPage{}, carryPage{Case: busy, Coming: 1, Years: 5}, carryPage{Case: busy, Coming: 3, Years: 5},
		archivePage{}, archivePage{Archive: &Archive{}}, archivePage{Archive: &Archive{identity, at}},
	}
	for i, page := range pages {
		answer := httptest.NewRecorder()
		if err := render.Render(answer, &web.Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}, http.StatusOK, page); err != nil {
			t.Errorf("page %d: %v", i, err)
		}
		if body := answer.Body.String(); strings.Contains(body, "<no value>") || strings.Contains(body, "<b>\n") || strings.Contains(body, "é <b>") {
			t.Errorf("page %d: %s", i, body)
		}
	}
	for _, word := range []string{
		Open.Label(), Unconfirmed.Label(), Done.Label(), Refused.Label(), Withdrawn.Label(), FromAccount.Label(), FromPublic.Label(), FromParent.Label(), FromWriting.Label(),
		ByPost.Label(), ByPhone.Label(), ByMail.Label(), stepAsked.Label(), stepConfirmed.Label(), stepEntered.Label(), stepMatched.Label(), stepNoted.Label(),
		stepRefused.Label(), stepWithdrawn.Label(), stepErased.Label(),
	} {
		if word == "" {
			t.Error("something has no words")
		}
	}
}

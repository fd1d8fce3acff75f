package search_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// What somebody looks for is sealed, is their session's alone, and is gone when it ends.
func TestR12_AChoiceIsSealedAndGoesWithItsSession(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	c := search.Choice{Reason: "housing", Mode: slot.Phone, Language: "fr", Town: "Vannes", ByName: true}
	must(t, d.Searches.KeepChoice(t.Context(), d.Zoe, d.Zoe.ID, search.Choice{Reason: "money"}))
	must(t, d.Searches.KeepChoice(t.Context(), d.Zoe, d.Zoe.ID, c))
	if kept, err := d.Searches.Choice(t.Context(), d.Zoe, d.Zoe.ID); err != nil || kept != c {
		t.Errorf("kept %+v, %v", kept, err)
	}
	other := *d.Zoe
	other.Session = []byte("another session of the same person")
	if kept, err := d.Searches.Choice(t.Context(), &other, d.Zoe.ID); err != nil || kept != (search.Choice{}) {
		t.Errorf("another session has %+v, %v", kept, err)
	}
	var sealed []byte
	must(t, d.DB.Pool.QueryRow(t.Context(), `select sealed from search_choices`).Scan(&sealed))
	if bytes.Contains(sealed, []byte("housing")) {
		t.Error("the need is readable in the database")
	}
	left := func() (n int) {
		t.Helper()
		must(t, d.DB.Pool.QueryRow(t.Context(), `select count(*) from search_choices`).Scan(&n))
		return n
	}
	must(t, d.Accounts.Sessions.SignOut(t.Context(), d.Zoe))
	if left() != 0 {
		t.Error("the choice outlived its session")
	}
	paul := d.Beneficiary(t, "Paul", "Morel")
	must(t, d.Searches.KeepChoice(t.Context(), paul, paul.ID, c))
	must(t, d.Searches.SweepChoices(t.Context()))
	if left() != 1 {
		t.Error("the choice of an open session was swept")
	}
	d.SetNow(bookingtest.Start.Add(session.SessionIdle))
	must(t, d.Searches.SweepChoices(t.Context()))
	if left() != 0 {
		t.Error("the choice outlived a session that nobody used")
	}
}

// A choice is posted, filters every list, and can be changed and cleared. What an address says
// of a need counts for nothing.
func TestR12_AChoiceIsPostedAndFiltersEveryList(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	for _, v := range []*viewer.Viewer{d.Nadia, d.Marc} {
		sheet, err := d.Workers.SocialWorker(t.Context(), v.ID)
		must(t, err)
		reasons := []string{"money"}
		if v == d.Marc {
			reasons = []string{"housing"}
		}
		must(t, d.Workers.UpdateSheet(t.Context(), v, v.ID, worker.Sheet{Presentation: "Bonjour.", Languages: sheet.Languages, Reasons: reasons, Modes: sheet.Modes}))
	}
	must(t, d.Waitlist.RefreshSlots(t.Context()))
	choose := func(values url.Values) {
		t.Helper()
		if shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Searches.Choose), http.MethodPost, values); code != "" {
			t.Fatalf("%v is refused: %s %s", values, code, shown)
		}
	}
	lists := func(page web.Handler, query url.Values) (nadia, marc bool, shown string) {
		t.Helper()
		shown, code := d.Send(t, d.Zoe, page, http.MethodGet, query)
		if code != "" {
			t.Fatal(code)
		}
		return strings.Contains(shown, d.Nadia.Name), strings.Contains(shown, d.Marc.Name), shown
	}
	if nadia, marc, shown := lists(d.HTTP.Searches.Workers, url.Values{"reason": {"money"}, "town": {"Ys"}, "order": {"name"}}); !nadia || !marc || !strings.Contains(shown, "2 personnes correspondent") {
		t.Errorf("an address filters by need or town: %s", shown)
	}
	choose(url.Values{"reason": {"money"}})
	for name, page := range map[string]web.Handler{"the list": d.HTTP.Searches.Workers, "the soonest hours": d.HTTP.Searches.Soonest} {
		if nadia, marc, shown := lists(page, nil); !nadia || marc || !strings.Contains(shown, `value="money" selected`) || !strings.Contains(shown, "1 personne correspond<") {
			t.Errorf("%s: %s", name, shown)
		}
	}
	if _, _, shown := lists(d.HTTP.Waitlist.Page, nil); !strings.Contains(shown, `value="money" selected`) {
		t.Error("the waitlist does not know the need")
	}
	choose(url.Values{"reason": {"other"}})
	if nadia, marc, _ := lists(d.HTTP.Searches.Workers, nil); !nadia || !marc {
		t.Error("somebody does not take what nobody can name")
	}
	choose(url.Values{"reason": {"housing"}, "clear": {"1"}})
	if nadia, marc, shown := lists(d.HTTP.Searches.Workers, nil); !nadia || !marc || strings.Contains(shown, "Vos choix") {
		t.Error("the choice was not cleared")
	}
	choose(url.Values{"mode": {"phone"}})
	if _, _, shown := lists(d.HTTP.Searches.Workers, url.Values{"mode": {"video"}}); !strings.Contains(shown, `value="video" selected`) {
		t.Error("the address does not replace the mode")
	}
	for name, values := range map[string]url.Values{
		"an unknown need": {"reason": {"x"}}, "an unknown mode": {"mode": {"fax"}}, "a language that nobody speaks": {"language": {"de"}},
		"an over-long town": {"town": {strings.Repeat("é", 61)}}, "an unknown order": {"order": {"age"}},
	} {
		for _, page := range []string{"/assistants", "/au-plus-tot", "https://evil.example"} {
			values.Set("page", page)
			if shown, code := d.Send(t, d.Zoe, web.Parsed(d.HTTP.Searches.Choose), http.MethodPost, values); code != fault.Invalid || !strings.Contains(shown, `id="erreurs"`) {
				t.Errorf("%s, from %s: %q %s", name, page, code, shown)
			}
		}
	}
}

// Titles stand in a browser's history: they tell pages of results apart, and no need.
func TestR12_TitlesTellPagesOfResultsApartWithoutTheNeed(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	must(t, d.Searches.KeepChoice(t.Context(), d.Zoe, d.Zoe.ID, search.Choice{Reason: "housing", Mode: slot.Phone}))
	shown, _ := d.Send(t, d.Zoe, d.HTTP.Searches.Workers, http.MethodGet, url.Values{"page": {"2"}})
	title := shown[strings.Index(shown, "<title>"):strings.Index(shown, "</title>")]
	if !strings.Contains(title, "Choisir une personne par téléphone, page 2\u00a0: 2 personnes correspondent") || strings.Contains(title, "Logement") {
		t.Errorf("the title is %s", title)
	}
}

// Only languages that somebody bookable speaks are offered.
func TestR12_OnlyLanguagesThatSomebodySpeaksAreOffered(t *testing.T) {
	t.Parallel()
	d := bookingtest.NewDesk(t)
	speak := func(v *viewer.Viewer, languages ...string) {
		t.Helper()
		must(t, d.Workers.UpdateSheet(t.Context(), v, v.ID, worker.Sheet{Presentation: "Bonjour.", Languages: languages, Reasons: []string{"money"}, Modes: slot.Modes}))
	}
	speak(d.Nadia, "fr", "ar")
	speak(d.Marc, "fr", "es")
	offers := func(tag string) bool {
		shown, code := d.Send(t, d.Zoe, d.HTTP.Searches.Workers, http.MethodGet, nil)
		if code != "" {
			t.Fatal(code)
		}
		return strings.Contains(shown, `<option value="`+tag+`"`)
	}
	for tag, want := range map[string]bool{"fr": true, "ar": true, "es": true, "de": false, "fsl": false} {
		if offers(tag) != want {
			t.Errorf("%s is offered: %v", tag, !want)
		}
	}
	for name, sql := range map[string]string{
		"suspended": `update accounts set suspended_at = now() where id = $1`, "without insurance": `update credentials set withdrawn_at = now() where social_worker_id = $1 and kind = 'insurance'`,
	} {
		v := map[string]*viewer.Viewer{"suspended": d.Nadia, "without insurance": d.Marc}[name]
		_, err := d.DB.Pool.Exec(t.Context(), sql, v.ID)
		must(t, err)
	}
	for _, tag := range []string{"fr", "ar", "es"} {
		if offers(tag) {
			t.Errorf("%s is offered and nobody bookable speaks it", tag)
		}
	}
}

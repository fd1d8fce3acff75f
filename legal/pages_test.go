package legal

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/config"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// Every page renders when it is empty, with status 200.
func TestEmptyPagesRender(t *testing.T) {
	t.Parallel()
	render, err := web.New(web.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []web.Page{textPage{}, textsPage{}, textsPage{Texts: []textLine{{}}, Unset: config.Operator{}.Unset("")}, draftPage{}, previewPage{}, previewPage{Form: form.New(nil), ComesOn: "demain"}} {
		w := httptest.NewRecorder()
		if err := render.Render(w, &web.Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}, http.StatusOK, page); err != nil {
			t.Errorf("%T: %v", page, err)
		}
	}
}

// Whatever the operator writes, the page of a text leads to people's rights and their data.
func TestR43_EachTextLeadsToRightsAndData(t *testing.T) {
	t.Parallel()
	render, err := web.New(web.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := render.Render(w, &web.Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}, http.StatusOK, textPage{Heading: "Conditions", HTML: "<p>Un texte.</p>"}); err != nil {
		t.Fatal(err)
	}
	_, main, _ := strings.Cut(w.Body.String(), "<main")
	main, _, _ = strings.Cut(main, "</main>")
	for _, link := range []string{`href="/vos-droits"`, `href="/profil/donnees"`} {
		if !strings.Contains(main, link) {
			t.Errorf("the page lacks %s", link)
		}
	}
}

// The time of a publication is Paris time. The hour that daylight saving time skips does not
// exist, and of the hour that occurs twice the first is meant.
func TestR33_TheTimeOfAPublicationIsParisTime(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ day, clock, want string }{
		{"2026-12-01", "09:00", "2026-12-01T08:00:00Z"},
		{"2026-07-01", "09:00", "2026-07-01T07:00:00Z"},
		{"2027-03-28", "01:59", "2027-03-28T00:59:00Z"},
		{"2027-03-28", "02:30", ""},
		{"2027-03-28", "03:00", "2027-03-28T01:00:00Z"},
		{"2027-10-31", "02:30", "2027-10-31T00:30:00Z"},
		{"2027-10-31", "03:00", "2027-10-31T02:00:00Z"},
		{"2027-10-31", "00:00", "2027-10-30T22:00:00Z"},
	} {
		t.Run(c.day, func(t *testing.T) {
			day, err := time.Parse(time.DateOnly, c.day)
			if err != nil {
				t.Fatal(err)
			}
			clock, err := time.Parse("15:04", c.clock)
			if err != nil {
				t.Fatal(err)
			}
			at, exists := wallClock(day, clock)
			if got := at.Format(time.RFC3339); exists != (c.want != "") || exists && got != c.want {
				t.Errorf("%s %s: %s, %v, want %q", c.day, c.clock, got, exists, c.want)
			}
		})
	}
}

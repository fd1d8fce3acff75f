package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
)

func TestTheRequestedPageOfAListIsBounded(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]int{"": 0, "1": 0, "2": 1, "1000": 999, "1001": 0, "0": 0, "-3": 0, "deux": 0, "99999999999999999999": 0} {
		r := &Request{Request: httptest.NewRequest(http.MethodGet, "/liste?page="+asked, nil)}
		if got := r.PageNumber(); got != want {
			t.Errorf("page %q is %d, want %d", asked, got, want)
		}
	}
}

func TestPagesOfAListLinkToTheirNeighboursWithTheWholeQuery(t *testing.T) {
	t.Parallel()
	r := &Request{Request: httptest.NewRequest(http.MethodGet, "/liste?q=a+b&page=2", nil)}
	if previous, next := r.Neighbours(1, true); previous != "/liste?page=1&q=a+b" || next != "/liste?page=3&q=a+b" {
		t.Errorf("between %q and %q", previous, next)
	}
	if previous, next := r.Neighbours(0, false); previous != "" || next != "" {
		t.Errorf("a single page has %q and %q", previous, next)
	}
}

func TestAPathWithAnInvalidIdentifierIsNotFound(t *testing.T) {
	t.Parallel()
	r := &Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}
	for _, id := range []string{"", "7", "zz6b8a1c-0000-0000-0000-000000000000"} {
		r.SetPathValue("id", id)
		if _, err := r.PathID("id"); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestAHandlerRunsOnlyAfterItsFormWasParsed(t *testing.T) {
	t.Parallel()
	v, ran := &viewer.Viewer{}, 0
	handler := Parsed(func(_ http.ResponseWriter, r *Request, f *form.Form) error {
		ran++
		if f.Text("name", form.Text{Max: 9}) != "Zoé" || r.Viewer != v {
			t.Errorf("got %q of %v", f.Value("name"), r.Viewer)
		}
		return nil
	})
	send := func(kind, body string) error {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		return handler(httptest.NewRecorder(), &Request{Request: r, Viewer: v})
	}
	if err := send("application/x-www-form-urlencoded", "name=Zo%C3%A9"); err != nil || ran != 1 {
		t.Errorf("a form: %v, ran %d times", err, ran)
	}
	if err := send("text/plain", "name=Zo"); !fault.Is(err, fault.Invalid) || ran != 1 {
		t.Errorf("no form: %v, ran %d times", err, ran)
	}
	if err := send("application/x-www-form-urlencoded", "name="+strings.Repeat("a", form.MaxBytes)); !fault.Is(err, fault.TooLarge) || ran != 1 {
		t.Errorf("too large: %v, ran %d times", err, ran)
	}
}

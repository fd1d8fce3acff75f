package main

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var shownTexts = regexp.MustCompile(`name="texts" value="([^"]+)"`)

// textsOn returns the versions in the page's hidden field.
func textsOn(t *testing.T, page answer) string {
	t.Helper()
	found := shownTexts.FindStringSubmatch(page.body)
	if found == nil {
		t.Fatal("the page names no texts")
	}
	return html.UnescapeString(found[1])
}

func TestR33_SignUpIsShownAgainIfTheTextsHaveChanged(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.visitor(t)
	inForce := textsOn(t, v.want("the form", v.get("/inscription"), http.StatusOK))
	fields := w.signUpForm()
	fields["texts"] = "terms-0 privacy-0"
	again := v.want("texts of before", v.post("/inscription", pairs(fields)...), http.StatusUnprocessableEntity)
	for _, kept := range []string{fields["email"], "Zoé", "Vidal", fields["connection_code"], "Nos textes viennent de changer"} {
		if !strings.Contains(html.UnescapeString(again.body), kept) {
			t.Errorf("the page that comes back lacks %q", kept)
		}
	}
	box := regexp.MustCompile(`<input id="(adult|accept_terms)"[^>]*>`).FindAllString(again.body, -1)
	if len(box) != 2 || !strings.Contains(box[0], " checked") || strings.Contains(box[1], " checked") {
		t.Errorf("boxes: %q", box)
	}
	fields["texts"], fields["first_name"] = textsOn(t, again), ""
	if inForce != fields["texts"] {
		t.Errorf("the page names %q, then %q", inForce, fields["texts"])
	}
	other := v.want("another mistake", v.post("/inscription", pairs(fields)...), http.StatusUnprocessableEntity)
	if strings.Contains(other.body, "Nos textes viennent") || !strings.Contains(regexp.MustCompile(`<input id="accept_terms"[^>]*>`).FindString(other.body), " checked") {
		t.Error("unchanged texts must be accepted again")
	}
	fields["first_name"] = "Zoé"
	v.want("the texts in force", v.post("/inscription", pairs(fields)...), http.StatusSeeOther)
}

package lookup

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"socialdirect/web"
)

// The page is drawn empty and with all that it can show.
func TestR5_ThePageOfLikelyDoublesIsDrawnEmptyAndFull(t *testing.T) {
	t.Parallel()
	render, err := web.New(web.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	full := groupsPage{Groups: []DoubleGroup{{Mobile: "•• 56 78", Accounts: []Double{{Name: "Anne <b>", Likeness: SameMobile}, {Name: "Zoé", Likeness: SameNameAndMobile}}, More: true}}, Previous: "/a", Next: "/b"}
	for i, page := range []groupsPage{{}, full} {
		answer := httptest.NewRecorder()
		if err := render.Render(answer, &web.Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}, http.StatusOK, page); err != nil {
			t.Errorf("page %d: %v", i, err)
		}
		if body := answer.Body.String(); strings.Contains(body, "<no value>") || strings.Contains(body, "Anne <b>") {
			t.Errorf("page %d: %s", i, body)
		}
	}
}

// Package webtest renders pages in tests.
package webtest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"socialdirect/web"
)

// Draw renders pages. It fails the test if a value is missing, if a template fails, or if a
// page contains one of the given texts, which should have been escaped.
func Draw(t *testing.T, unescaped []string, pages ...web.Page) {
	t.Helper()
	render, err := web.New(web.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	for i, page := range pages {
		answer := httptest.NewRecorder()
		if err := render.Render(answer, &web.Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}, http.StatusOK, page); err != nil {
			t.Errorf("page %d: %v", i, err)
		}
		for _, wrong := range append([]string{"<no value>", "#ZgotmplZ"}, unescaped...) {
			if body := answer.Body.String(); strings.Contains(body, wrong) {
				t.Errorf("page %d has %q: %s", i, wrong, body)
			}
		}
	}
}

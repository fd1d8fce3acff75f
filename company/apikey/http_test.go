package apikey

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"socialdirect/web"
)

// The page renders without any key.
func TestR10_ThePageOfKeysRendersWithoutAKey(t *testing.T) {
	t.Parallel()
	render, err := web.New(web.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	if err := render.Render(answer, &web.Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}, http.StatusOK, page{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(answer.Body.String(), "Aucune clé") || strings.Contains(answer.Body.String(), "<table") {
		t.Errorf("the page without a key says:\n%s", answer.Body)
	}
}

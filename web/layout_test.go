package web

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"socialdirect/internal/viewer"
)

// Without scripts, a refused form is opened at the summary of its errors, which has the focus.
func TestLook_EveryAlertOfARefusedActTakesTheFocus(t *testing.T) {
	t.Parallel()
	seen := 0
	alert := regexp.MustCompile(`<div class="alert" role="alert"[^>]*tabindex="-1"[^>]*>`)
	err := fs.WalkDir(files, "templates", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		for _, tag := range alert.FindAllString(string(text), -1) {
			if seen++; !strings.Contains(tag, " autofocus>") {
				t.Errorf("%s: %s", path, tag)
			}
		}
		return err
	})
	if err != nil || seen < 9 {
		t.Errorf("%d alerts, %v", seen, err)
	}
}

type plainPage struct {
	Heading, Message string
	Action           *struct{ Href, Label string }
}

func (plainPage) Template() string { return "public/error" }
func (plainPage) Title() string    { return "Attendez un peu" }

func TestLook_TheTitleOfARefusedFormBeginsWithAnError(t *testing.T) {
	t.Parallel()
	render, err := New(Phone{})
	if err != nil {
		t.Fatal(err)
	}
	for status, want := range map[int]bool{200: false, 404: false, 409: true, 422: true, 429: true} {
		answer := httptest.NewRecorder()
		err := render.Render(answer, &Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}, status, plainPage{})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(answer.Body.String(), "<title>Erreur\u00a0: "); got != want {
			t.Errorf("%d: the title says so: %v", status, got)
		}
	}
}

func TestLook_TheQuickExitIsForVisitorsAndBeneficiaries(t *testing.T) {
	t.Parallel()
	render, err := New(Phone{})
	if err != nil {
		t.Fatal(err)
	}
	viewers := []*viewer.Viewer{nil}
	for _, role := range viewer.Roles {
		viewers = append(viewers, &viewer.Viewer{Role: role})
	}
	for _, v := range viewers {
		answer := httptest.NewRecorder()
		if err := render.Render(answer, &Request{Request: httptest.NewRequest(http.MethodGet, "/", nil), Viewer: v}, http.StatusOK, plainPage{}); err != nil {
			t.Fatal(err)
		}
		want := v == nil || v.Role == viewer.Beneficiary
		if got := strings.Contains(answer.Body.String(), `class="exit"`); got != want {
			t.Errorf("%+v: the page has it: %v", v, got)
		}
	}
}

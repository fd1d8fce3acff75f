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

var postForm = regexp.MustCompile(`(?s)<form\b[^>]*method="post"[^>]*>.*?</form>`)

// Without scripts, a refused form stands at the summary of its errors because its action
// names it.
func TestLook_TheActionOfAFormWithASummaryLeadsToIt(t *testing.T) {
	t.Parallel()
	seen := 0
	err := fs.WalkDir(files, "templates", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		for _, found := range postForm.FindAllString(string(text), -1) {
			tag, _, _ := strings.Cut(found, "\n")
			if !strings.Contains(found, `template "summary"`) {
				continue
			}
			if seen++; !strings.Contains(tag, `#erreurs"`) && !strings.Contains(tag, `#dernier"`) {
				t.Errorf("%s: %s", path, tag)
			}
		}
		return err
	})
	if err != nil || seen < 40 {
		t.Errorf("%d forms, %v", seen, err)
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

package web

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/hours"
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

// Staff have the number and its hours at the foot; the way out, and what to do while nobody
// answers, are for people who may need help.
func TestLook_TheQuickExitAndHelpAtNightAreForVisitorsAndBeneficiaries(t *testing.T) {
	t.Parallel()
	week, err := hours.Parse("lundi-vendredi 9:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	night := time.Date(2026, 11, 30, 22, 0, 0, 0, time.UTC)
	render, err := New(Phone{Display: "02 97 00 00 00", Href: "tel:+33297000000", Hours: week, Now: func() time.Time { return night }})
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
		for _, part := range []string{`class="exit"`, `class="tel"`, `href="tel:15"`} {
			if got := strings.Contains(answer.Body.String(), part); got != want {
				t.Errorf("%+v: the page has %s: %v", v, part, got)
			}
		}
		if !strings.Contains(answer.Body.String(), "02 97 00 00 00</a>, "+week.Words()) {
			t.Errorf("%+v: the foot has no number with its hours", v)
		}
	}
}

// The hours stand wherever the number does; outside them the page says what to do meanwhile.
func TestR4_ThePageSaysWhenTheSwitchboardAnswersAndWhatToDoMeanwhile(t *testing.T) {
	t.Parallel()
	week, err := hours.Parse("lundi-vendredi 9:00-18:00")
	if err != nil {
		t.Fatal(err)
	}
	words := "du lundi au vendredi de 9\u00a0h à 18\u00a0h"
	for hour, closed := range map[int]bool{8: true, 9: false, 17: false, 18: true} {
		phone := Phone{Display: "02 97 00 00 00", Href: "tel:+33297000000", Hours: week, Now: func() time.Time { return time.Date(2026, 11, 30, hour, 0, 0, 0, time.UTC) }}
		page := drawn(t, phone)
		if n := strings.Count(page, words); n != strings.Count(page, "02 97 00 00 00") || n == 0 {
			t.Errorf("at %d: the number stands %d times and the hours %d", hour, strings.Count(page, "02 97 00 00 00"), n)
		}
		for _, tonight := range []string{`href="/rappel"`, `href="tel:15"`, `href="tel:112"`, `href="sms:114"`, `href="tel:3114"`, "fermé maintenant"} {
			if strings.Contains(page, tonight) != closed {
				t.Errorf("at %d, the page says %s: %v", hour, tonight, !closed)
			}
		}
		texts, err := NewNotificationTexts("https://rdv.exemple.fr", phone)
		if err != nil {
			t.Fatal(err)
		}
		if _, body, err := texts.Write("password_changed", struct{ FirstName string }{"Zoé"}); err != nil || !strings.Contains(body, "02 97 00 00 00, "+words+".") {
			t.Errorf("a mail says %s, %v", body, err)
		}
	}
	if page := drawn(t, Phone{Display: "02 97 00 00 00"}); strings.Contains(page, "fermé") || strings.Contains(page, `class="when"`) {
		t.Error("without hours, the page speaks of them")
	}
}

func drawn(t *testing.T, phone Phone) string {
	t.Helper()
	render, err := New(phone)
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	if err := render.Render(answer, &Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}, http.StatusOK, plainPage{}); err != nil {
		t.Fatal(err)
	}
	return answer.Body.String()
}

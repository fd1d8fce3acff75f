package worker

import (
	"strings"
	"testing"
	"time"

	"socialdirect/web"
)

func TestR42_TheMailAboutAnEndSaysItsConsequence(t *testing.T) {
	t.Parallel()
	texts, err := web.NewNotificationTexts("https://exemple.fr", web.Phone{Display: "02 97 00 00 00"})
	if err != nil {
		t.Fatal(err)
	}
	letter := credentialLetter{
		FirstName: "Claire", Worker: "Nadia Le Goff", What: Insurance.Label(), Until: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC),
		Page: "https://exemple.fr/page", Beyond: []string{"lundi 4 janvier à 9 h"},
	}
	for _, over := range []bool{false, true} {
		letter.Over = over
		subject, text, err := texts.Write(kindEnding, letter)
		if err != nil || subject == "" {
			t.Fatalf("%q, %v", subject, err)
		}
		for _, words := range []string{"Nadia Le Goff", "31\u00a0décembre 2026", "lundi 4 janvier", letter.Page, "Assurance professionnelle"} {
			if !strings.Contains(text, words) {
				t.Errorf("over %t: no %q in\n%s", over, words, text)
			}
		}
		if strings.Contains(text, "Personne ne peut plus") != over {
			t.Errorf("over %t: %s", over, text)
		}
	}
	for _, kind := range []string{kindSubmitted, kindConfirmed, kindWithdrawn} {
		if subject, text, err := texts.Write(kind, letter); err != nil || subject == "" || !strings.Contains(text, letter.Page) {
			t.Errorf("%s: %q, %q, %v", kind, subject, text, err)
		}
	}
}

func TestR42_OnlyTheLatestAnnouncementIsDue(t *testing.T) {
	t.Parallel()
	today := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for left, want := range map[int]int{61: 0, 60: 60, 31: 60, 30: 30, 8: 30, 7: 7, 0: 7, -1: stepOver, -400: stepOver} {
		step, due := stepFor(Cover{Valid: left >= 0, Until: today.AddDate(0, 0, left)}, today)
		if step != want || due != (want != 0) {
			t.Errorf("%d days left: step %d, due %t, want %d", left, step, due, want)
		}
	}
	for _, endless := range []Cover{{Valid: true}, {}} {
		if _, due := stepFor(endless, today); due {
			t.Errorf("%+v is announced", endless)
		}
	}
}

package passwords_test

import (
	"regexp"
	"strings"
	"testing"

	"socialdirect/account/passwords"
)

func TestR2_PasswordsAreLongMixedAndNotGuessable(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]string{
		"":                  "trop court",
		"Ab1!":              "trop court",
		"tilleul-phare-7":   "majuscule",
		"Tilleul-phare":     "chiffre",
		"Tilleulphare7":     "signe",
		"Password1!":        "devine",
		"Motdepasse1!":      "devine",
		"Azerty123!":        "devine",
		"M0tdep@sse1!":      "devine",
		"Marseille13!":      "devine",
		"Vidal-Zoe1":        "devine",
		"Tilleul-phare 7":   "",
		"Été à Zürich, 3 ☂": "",
	} {
		t.Run(password, func(t *testing.T) {
			got := passwords.Problem(password, "vidal", "zoe")
			if (want == "") != (got == "") || !strings.Contains(got, want) {
				t.Errorf("%q: got %q, want %q", password, got, want)
			}
		})
	}
	if got := passwords.Problem(strings.Repeat("Ça-alors 1 ", 12)[:128]); got != "" {
		t.Errorf("128 characters: %q", got)
	}
}

func TestR2_CommonPasswordsAreRefusedWithAnyDecoration(t *testing.T) {
	t.Parallel()
	words := passwords.Common()
	if len(words) < 2_000 {
		t.Errorf("only %d common passwords", len(words))
	}
	plain := regexp.MustCompile(`^[a-z]{3,}$`)
	for _, word := range words {
		if !plain.MatchString(word) {
			t.Errorf("%q will never be found", word)
		}
		capital := strings.ToUpper(word[:1]) + word[1:]
		for _, password := range []string{capital + "12345!", "2026-" + capital + "!", capital + capital + "-1975"} {
			if passwords.Problem(password) == "" {
				t.Errorf("%q was accepted", password)
			}
		}
	}
	for _, password := range []string{"M0td3p@ss3!", "S0l3il-2026", "P@ssw0rd2026", "Été-2026!", "@zerty-123A", "Noël-2025!", "Ch0c0l@t7!"} {
		if passwords.Problem(password) == "" {
			t.Errorf("%q was accepted", password)
		}
	}
	for _, password := range []string{"Cerf-volant 3 nuages", "Tilleul-phare 7 sucre", "Soleil-tracteur 7", "Lune 19 47 82 61 33", "Éléphant? Trombone 4"} {
		if problem := passwords.Problem(password); problem != "" {
			t.Errorf("%q: %s", password, problem)
		}
	}
}

package passwords_test

import (
	"context"
	"errors"
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

// The words that somebody who knows a person, their client or the site tries first.
func TestR2_PasswordsMadeOfNamesOfTheClientOrOfTheSiteAreRefused(t *testing.T) {
	t.Parallel()
	about := []string{"amelie.le-goff@exemple.fr", "Amélie", "Le Goff", "Zéphyr Industries", "Lorient", "zephyr.example"}
	for _, password := range []string{
		"Amelie-LeGoff-1980", "AMÉLIE le goff 12/05/1980", "Goff.Amelie.56!", "4m3l13-G0ff-80", "@me1ie-Goff!", "Zephyr-Industries-2026", "Zéphyr2026!", "Z3phyr_Industrie5",
		"Beneficiaire1!", "Bénéficiaire-2026", "B3n3f1c141r3!", "SocialDirect2026!", "Social-Direct-1", "Assistante.Sociale1", "Administrateur1!", "Gestionnaire-75",
		"Exemple-Lorient-1", "Amelie-Motdepasse1!", "Amelie&Soleil2026!",
	} {
		if got := passwords.Problem(password, about...); !strings.Contains(got, "est fait de votre nom") {
			t.Errorf("%q: %q", password, got)
		}
	}
	for _, password := range []string{"Amelie-cerf-volant 3 nuages", "Tilleul-phare 7", "Social, mais pas trop 8 fois", "Un compte sans tortue 4", "Banane-lampe 7 sel"} {
		if got := passwords.Problem(password, append(about, "Ana", "Li")...); got != "" {
			t.Errorf("%q: %q", password, got)
		}
	}
}

// Leaked passwords that have all kinds of characters, with their capitals, accents and signs
// changed too.
func TestR2_LeakedPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	for _, password := range []string{"aZiA-J64", "AZIA-j64!", "xx.W7z1626Aqo", "PE#5GZ29PTZMSE", "ka_dJKHJsy6", "Ka-djkhjsÿ6"} {
		if got := passwords.Problem(password); !strings.Contains(got, "volés") {
			t.Errorf("%q: %q", password, got)
		}
	}
	if n := passwords.LeakedCount(); n < 140_000 {
		t.Errorf("only %d leaked passwords", n)
	}
}

// service answers as a service of leaked passwords.
type service struct {
	leaked bool
	err    error
}

func (s service) Leaked(context.Context, string) (bool, error) { return s.leaked, s.err }

func TestR2_AServiceOfLeakedPasswordsIsAskedAndNeverBlocksWhenItFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		service passwords.Leaks
		refused bool
	}{"none": {nil, false}, "unknown": {service{}, false}, "leaked": {service{leaked: true}, true}, "away": {service{err: errors.New("away")}, false}} {
		hasher, err := passwords.NewHasher(c.service)
		if err != nil {
			t.Fatal(err)
		}
		hash, err := hasher.Choose(t.Context(), passwords.ForSignUp, "Tilleul-phare 7")
		if errors.Is(err, passwords.ErrWeak) != c.refused || c.refused == (hash != "") {
			t.Errorf("%s: %q, %v", name, hash, err)
		}
	}
}

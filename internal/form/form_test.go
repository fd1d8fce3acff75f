package form_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
)

func of(name, value string) *form.Form { return form.FromValues(url.Values{name: {value}}) }

func TestATextIsShownAgainWithItsMistake(t *testing.T) {
	t.Parallel()
	rule := form.Text{Max: 10, Required: "Écrivez."}
	for name, c := range map[string]struct{ sent, got, shown, message string }{
		"plain":              {"  Zoé ", "Zoé", "Zoé", ""},
		"decomposed":         {"Zoe\u0301", "Zoé", "Zoé", ""},
		"empty":              {"", "", "", "Écrivez."},
		"spaces":             {"   ", "", "", "Écrivez."},
		"too long":           {strings.Repeat("é", 11), "", "", "10 caractères au plus"},
		"NUL":                {"Zo\x00é", "", "Zoé", "caractères invisibles"},
		"right to left":      {"Zoé\u202e", "", "Zoé", "caractères invisibles"},
		"right-to-left mark": {"\u200fZoé", "", "Zoé", "caractères invisibles"},
		"invalid UTF-8":      {"Zo\xff", "", "Zo", "caractères invisibles"},
		"line break":         {"Zoé\nVidal", "", "ZoéVidal", "caractères invisibles"},
	} {
		t.Run(name, func(t *testing.T) {
			f := of("x", c.sent)
			got := f.Text("x", rule)
			if got != c.got || f.Value("x") != c.shown || !strings.Contains(f.Error("x"), c.message) || (c.message == "") != f.Valid() {
				t.Errorf("%s: got %q, shown %q, message %q", name, got, f.Value("x"), f.Error("x"))
			}
		})
	}
}

func TestLineBreaksAreKeptOnlyIfAllowed(t *testing.T) {
	t.Parallel()
	if got := of("x", "Bonjour,\r\nmerci").Text("x", form.Text{Max: 100, Lines: true}); got != "Bonjour,\nmerci" {
		t.Errorf("got %q", got)
	}
}

func TestASecretIsNeverShownAgain(t *testing.T) {
	t.Parallel()
	f := of("password", "Été \u200f 1!")
	if got := f.Secret("password", 128, "?"); got != "Été \u200f 1!" || f.Value("password") != "" {
		t.Errorf("got %q, shown %q", got, f.Value("password"))
	}
	for name, sent := range map[string]string{"empty": "", "NUL": "a\x00b", "invalid": "\xff", "long": strings.Repeat("a", 129)} {
		t.Run(name, func(t *testing.T) {
			if f := of("password", sent); f.Secret("password", 128, "?") != "" || f.Valid() {
				t.Errorf("%s was accepted", name)
			}
		})
	}
}

func TestR1_MobileNumbersOfFranceAndOverseasBecomeE164(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"06 12 34 56 78": "+33612345678", "0612345678": "+33612345678", "+33 6 12 34 56 78": "+33612345678", "06.12.34.56.78": "+33612345678",
		"06/12-34, 56_78": "+33612345678", "0 6 1 2 3 4 5 6 7 8": "+33612345678",
		"0033 6 12 34 56 78": "+33612345678", "07 51 23 45 67": "+33751234567",
		"0692 12 34 56": "+262692123456", "+262 692 12 34 56": "+262692123456", "0690 12 34 56": "+590690123456", "0696 20 12 34": "+596696201234",
		"0694 20 12 34": "+594694201234", "+32 470 12 34 56": "+32470123456",
	} {
		t.Run(sent, func(t *testing.T) {
			f := of("mobile", sent)
			if got := f.Mobile("mobile"); got != want {
				t.Errorf("%q: got %q (%s), want %q", sent, got, f.Error("mobile"), want)
			}
		})
	}
	for _, sent := range []string{"", "12", "01 23 45 67 89", "zéro six", "06 12 34 56", "+1", strings.Repeat("6", 50), "06 12 34 56 78 ; drop table"} {
		if f := of("mobile", sent); f.Mobile("mobile") != "" || f.Error("mobile") == "" {
			t.Errorf("%q was accepted", sent)
		}
	}
}

func TestR1_AddressesAreCompleteAndBounded(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{"Zoe.Vidal@Exemple.FR": "Zoe.Vidal@exemple.fr", " a+b@x.fr ": "a+b@x.fr"} {
		t.Run(sent, func(t *testing.T) {
			if got := of("email", sent).Email("email"); got != want {
				t.Errorf("%q: got %q, want %q", sent, got, want)
			}
		})
	}
	for _, sent := range []string{"", "zoe", "zoe@", "@exemple.fr", "zoe@exemple", "Zoé <zoe@exemple.fr>", "a@b@c.fr", "zoe@exemple.fr, b@c.fr", strings.Repeat("a", 65) + "@b.fr", "a@" + strings.Repeat("b", 260) + ".fr", "zoe@.fr"} {
		if f := of("email", sent); f.Email("email") != "" || f.Error("email") == "" {
			t.Errorf("%q was accepted", sent)
		}
	}
}

func TestR5_OneAddressHasOneForm(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"zoe@École.FR": "zoe@xn--cole-9oa.fr", "zoe@e\u0301cole.fr": "zoe@xn--cole-9oa.fr", "zoe@XN--cole-9oa.fr": "zoe@xn--cole-9oa.fr",
		"Zoe\u0301@exemple.fr": "Zoé@exemple.fr", "zoe@exemple。fr.example": "zoe@exemple.fr.example",
		"zoe.vidal@exemple.fr": "zoe.vidal@exemple.fr", "zoevidal@exemple.fr": "zoevidal@exemple.fr", // dots are significant
		"наталья@пример.example": "наталья@xn--e1afmkfd.example", "山田たろう@exemple.fr": "山田たろう@exemple.fr",
	} {
		t.Run(sent, func(t *testing.T) {
			f := of("email", sent)
			if got := f.Email("email"); got != want {
				t.Errorf("%q: got %q (%s), want %q", sent, got, f.Error("email"), want)
			}
		})
	}
}

func TestR5_AddressesThatLookLikeAnotherAreRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for name, sent := range map[string]string{
		"a Cyrillic o":                  "z\u043ee@exemple.fr",
		"a Greek omicron":               "z\u03bfe@exemple.fr",
		"a Cyrillic e in the domain":    "zoe@\u0435xemple.fr",
		"the same in its ASCII form":    "zoe@xn--xemple-2of.fr",
		"wide letters":                  "ｚｏｅ@exemple.fr",
		"a ligature":                    "\ufb01n@exemple.fr",
		"a zero-width space":            "zo\u200be@exemple.fr",
		"a soft hyphen":                 "zo\u00ade@exemple.fr",
		"a mathematical letter":         "zo\U0001d41e@exemple.fr",
		"an exclamation beyond ASCII":   "zoe\u01c3\u00a1@exemple.fr",
		"Hangul beside Latin":           "zoe한@exemple.fr",
		"Hiragana beside Hangul":        "たろう한@exemple.fr",
		"Cyrillic in a later label too": "zoe@mail.ex\u0430mple.fr",
	} {
		t.Run(name, func(t *testing.T) {
			f := of("email", sent)
			if got := f.Email("email"); got != "" || !strings.Contains(f.Error("email"), "alphabets") {
				t.Errorf("%s: got %q, %q", name, got, f.Error("email"))
			}
		})
	}
}

// Any accepted address is bounded, clean, and in canonical form.
func FuzzEmail(f *testing.F) {
	for _, seed := range []string{"zoe@exemple.fr", "zoe@École.FR", "z\u043ee@exemple.fr", "a@xn--\u00e9.fr", "@", "a@b", "\"a b\"@c.fr", "a@-b.fr"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		got := of("email", sent).Email("email")
		if got == "" {
			return
		}
		if again := of("email", got).Email("email"); again != got || len(got) > 254 {
			t.Errorf("%q became %q, then %q", sent, got, again)
		}
	})
}

func TestDatesAndInstantsAreBounded(t *testing.T) {
	t.Parallel()
	first, last := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, sent := range []string{"1970-01-01", "2200-01-01", "01/02/2026", "2026-02-30", "demain"} {
		if f := of("d", sent); !f.Date("d", first, last, "?").IsZero() || f.Valid() {
			t.Errorf("%q was accepted", sent)
		}
	}
	if got := of("at", "2026-12-01T14:00:00+01:00").Instant("at", "?"); !got.Equal(time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC)) {
		t.Errorf("got %s", got)
	}
	for _, sent := range []string{"", "mardi", "2026-12-01", "0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z"} {
		if f := of("at", sent); !f.Instant("at", "?").IsZero() || f.Valid() {
			t.Errorf("%q was accepted", sent)
		}
	}
}

func post(kind, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return r
}

func TestParseReadsAnOversizedFormToItsEndAndRefusesIt(t *testing.T) {
	t.Parallel()
	r := post("application/x-www-form-urlencoded", "note="+strings.Repeat("a", 10<<20))
	if _, err := form.Parse(r); !fault.Is(err, fault.TooLarge) {
		t.Errorf("10 MB: %v", err)
	}
	if rest, _ := io.ReadAll(r.Body); len(rest) != 0 {
		t.Errorf("%d bytes were left unread: a browser would see a broken connection", len(rest))
	}
	for _, kind := range []string{"application/json", "multipart/form-data; boundary=x", ""} {
		if _, err := form.Parse(post(kind, "a=b")); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", kind, err)
		}
	}
	if _, err := form.Parse(post("application/x-www-form-urlencoded", "a=%zz")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a broken escape: %v", err)
	}
}

// Whatever bytes arrive, the text shown again is clean and bounded, and a value is returned
// only if nothing had to be removed.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"Zoé", "\x00", "\u202eabc", "\xff\xfe", "a\r\nb", strings.Repeat("x", 300), "e\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		form := of("x", sent)
		got := form.Text("x", formText)
		shown := form.Value("x")
		if !utf8.ValidString(shown) || strings.ContainsAny(shown, "\x00\u202e\u200f") || utf8.RuneCountInString(shown) > formText.Max {
			t.Errorf("shows %q", shown)
		}
		if got != "" && (got != shown || !form.Valid()) {
			t.Errorf("handed on %q, shows %q, %v", got, shown, form.Errors())
		}
	})
}

var formText = form.Text{Max: 200, Lines: true}

package pages

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"socialdirect/account/passwords"
	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

func TestLocalPathKeepsPathsOfThePlatformAlone(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/", "/rendez-vous", "/intervenants/1?jour=2026-11-02#heures"} {
		if got := LocalPath(path); got != path {
			t.Errorf("%q became %q", path, got)
		}
	}
	for _, path := range []string{
		"", "rendez-vous", "//evil.example", `/\evil.example`, "https://evil.example", "javascript:alert(1)",
		"/\nSet-Cookie: a=b", "/\tevil", "/%zz", "/" + strings.Repeat("a", 500),
	} {
		if got := LocalPath(path); got != "" {
			t.Errorf("%q was kept as %q", path, got)
		}
	}
}

// What a browser makes of the path stays on the host of the page.
func FuzzLocalPath(f *testing.F) {
	for _, path := range []string{"/a", "//a", "/\\a", "/..//a", "/ /a", "/@a", "/%2f/a"} {
		f.Add(path)
	}
	page, err := url.Parse("https://direct.example/connexion")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, path string) {
		local := LocalPath(path)
		if local == "" {
			return
		}
		at, err := page.Parse(local)
		if err != nil || at.Host != page.Host || at.Scheme != page.Scheme {
			t.Errorf("%q leads to %v (%v)", path, at, err)
		}
		if strings.ContainsAny(local, "\r\n") {
			t.Errorf("%q can break a header", path)
		}
	})
}

func TestQueryCarriesThePageThatFollows(t *testing.T) {
	t.Parallel()
	if got := Query(""); got != "" {
		t.Errorf("no page became %q", got)
	}
	next := "/intervenants/1?jour=2026-11-02&heure=9"
	got, err := url.Parse("/connexion" + Query(next))
	if err != nil || got.Query().Get("suite") != next {
		t.Errorf("%v carries %q (%v)", got, got.Query().Get("suite"), err)
	}
}

func TestPlaceIsTheAddressWithoutItsPort(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{"192.0.2.1:5000": "192.0.2.1", "[2001:db8::1]:443": "2001:db8::1", "unix": "unix"} {
		r := &web.Request{Request: &http.Request{RemoteAddr: address}}
		if got := Place(r); got != want {
			t.Errorf("%s is at %q", address, got)
		}
	}
}

type page struct{ *form.Form }

func (page) Template() string { return "account/profile" }
func (page) Title() string    { return "" }

func sent(values url.Values) *form.Form { return form.FromValues(values) }

func TestAWeakPasswordIsRefusedBesideThePassword(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err   error
		field string
	}{
		{&fault.Fault{Code: fault.Invalid, Message: "Trop facile à deviner.", Cause: passwords.ErrWeak}, "password"},
		{people.ErrWorkAddress, "email"},
	} {
		f := sent(url.Values{"email": {"zoe@exemple.fr"}})
		if err := Refuse(f, "email", c.err, page{f}); !fault.Is(err, fault.Invalid) || f.Error(c.field) == "" {
			t.Errorf("%v: %v, beside %s: %q", c.err, err, c.field, f.Error(c.field))
		}
	}
}

func TestAnErrorThatIsNotTheirsIsReturnedUnchanged(t *testing.T) {
	t.Parallel()
	f := sent(nil)
	if err := Refuse(f, "email", http.ErrBodyNotAllowed, page{f}); !errors.Is(err, http.ErrBodyNotAllowed) || !f.Valid() {
		t.Errorf("%v, form valid: %v", err, f.Valid())
	}
}

func TestTheWarningAboutAWorkAddressIsConfirmedWhenTheFormIsSentAgain(t *testing.T) {
	t.Parallel()
	for err, want := range map[error]string{people.ErrWorkAddress: "1", passwords.ErrWeak: ""} {
		f := sent(nil)
		ConfirmNext(f, err)
		if got := f.Value(EmailConfirmed); got != want {
			t.Errorf("after %v the field is %q", err, got)
		}
	}
}

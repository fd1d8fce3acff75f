package leaks_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"socialdirect/internal/leaks"
)

// The SHA-1 of "Tilleul-phare 7".
const beginning, end = "5C584", "892AEA31BACB1DDCBA7CB10F810A0363788"

func serve(t *testing.T, status int, lines string) (*leaks.Service, *[]string) {
	t.Helper()
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.String()+" "+r.Header.Get("Add-Padding"))
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, lines) // the client may have left
	}))
	t.Cleanup(server.Close)
	service, err := leaks.New(server.URL + "/range")
	if err != nil {
		t.Fatal(err)
	}
	return service, &asked
}

func TestALeakedPasswordIsFoundByTheBeginningOfItsHashAlone(t *testing.T) {
	t.Parallel()
	other := strings.Repeat("0", 35) + ":12\r\n"
	for name, c := range map[string]struct {
		lines string
		want  bool
	}{
		"listed":      {other + end + ":3\r\n", true},
		"lower case":  {strings.ToLower(end) + ":1", true},
		"not listed":  {other, false},
		"padding":     {end + ":0\r\n", false},
		"empty":       {"", false},
		"no protocol": {"<html>" + end, false},
	} {
		service, asked := serve(t, http.StatusOK, c.lines)
		got, err := service.Leaked(t.Context(), "Tilleul-phare 7")
		if err != nil || got != c.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if len(*asked) != 1 || (*asked)[0] != "/range/"+beginning+" true" {
			t.Errorf("%s: asked %q", name, *asked)
		}
	}
}

func TestAFailingServiceIsAnErrorWithoutTheHash(t *testing.T) {
	t.Parallel()
	service, _ := serve(t, http.StatusServiceUnavailable, end+":3")
	away, err := leaks.New("http://127.0.0.1:1/range/")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*leaks.Service{service, away} {
		leaked, err := s.Leaked(t.Context(), "Tilleul-phare 7")
		if leaked || err == nil || strings.Contains(err.Error(), beginning) || strings.Contains(err.Error(), end) {
			t.Errorf("%v, %v", leaked, err)
		}
	}
}

func TestAddressesOfOtherKindsAreRefused(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "passwords", "ftp://example.org/", "http://example.org/range/", "https:///range/", "http://127.0.0.1.example.org/"} {
		if _, err := leaks.New(address); !errors.Is(err, leaks.ErrAddress) {
			t.Errorf("%q: %v", address, err)
		}
	}
	for _, address := range []string{"https://example.org/range/", "http://localhost:8080", "http://[::1]/"} {
		if _, err := leaks.New(address); err != nil {
			t.Errorf("%q: %v", address, err)
		}
	}
}

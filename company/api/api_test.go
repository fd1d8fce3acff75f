package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"

	"github.com/google/uuid"
)

func post(body, kind string) *web.Request {
	r := httptest.NewRequest(http.MethodPost, "/api/v1/codes", strings.NewReader(body))
	r.Header.Set("Content-Type", kind)
	return &web.Request{Request: r}
}

func TestABodyIsOneJSONObjectWithKnownFields(t *testing.T) {
	t.Parallel()
	const good = `{"expires_on":"2027-01-31","label":"Brest","max_uses":3}`
	var sent codeSent
	if err := decode(post(good, "application/json; charset=utf-8"), &sent); err != nil || sent.Label != "Brest" || *sent.MaxUses != 3 {
		t.Fatalf("%+v, %v", sent, err)
	}
	for _, c := range []struct {
		name, body, kind string
		want             fault.Code
	}{
		{"a form", "label=Brest", "application/x-www-form-urlencoded", fault.Unsupported},
		{"no content type", good, "", fault.Unsupported},
		{"nothing", "", "application/json", fault.Invalid},
		{"an array", "[]", "application/json", fault.Invalid},
		{"an unknown field", `{"client":"other"}`, "application/json", fault.Invalid},
		{"a wrong type", `{"max_uses":"3"}`, "application/json", fault.Invalid},
		{"two objects", good + good, "application/json", fault.Invalid},
		{"too long", `{"label":"` + strings.Repeat("a", form.MaxBytes) + `"}`, "application/json", fault.TooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if err := decode(post(c.body, c.kind), &codeSent{}); !fault.Is(err, c.want) {
				t.Errorf("%v, not %v", err, c.want)
			}
		})
	}
}

func TestAKeyIsReadFromOneAuthorizationHeaderAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		headers []string
		want    string
	}{
		{nil, ""},
		{[]string{"Bearer secret"}, "secret"},
		{[]string{"bearer  secret "}, "secret"},
		{[]string{"Basic secret"}, ""},
		{[]string{"Bearer"}, ""},
		{[]string{"Bearer one", "Bearer two"}, ""},
	} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1/codes", nil)
		r.Header["Authorization"] = c.headers
		if got := bearer(r); got != c.want {
			t.Errorf("%q gives %q", c.headers, got)
		}
	}
}

func TestTheNumberOfRememberedKeysIsBounded(t *testing.T) {
	t.Parallel()
	a := NewHTTP(nil, nil, nil, nil)
	first := uuid.New()
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	if limiter := a.limiter(first); limiter != a.limiter(first) || !limiter.AllowN(now, askTogether) || limiter.AllowN(now, 1) {
		t.Error("a key is not limited by one limiter")
	}
	for range 3 * maxLimiters / 2 {
		a.limiter(uuid.New())
	}
	if n := len(a.limiters); n > maxLimiters {
		t.Errorf("%d keys are remembered", n)
	}
}

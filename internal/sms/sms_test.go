package sms_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/sms"
)

var message = sms.Message{To: "+33612345678", Text: "Votre \"code\" : 123456 & l’heure\n{{.From}}"}

func defaults(address string) sms.Settings {
	return sms.Settings{
		URL: address, Method: sms.DefaultMethod, Headers: sms.DefaultHeaders, Body: sms.DefaultBody, From: "SocialDirect", Success: sms.DefaultSuccess,
	}
}

// gateway returns a Gateway with changed settings to a server that answers with handler.
func gateway(t *testing.T, handler http.HandlerFunc, change func(*sms.Settings)) *sms.Gateway {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s := defaults(server.URL + "/send")
	if change != nil {
		change(&s)
	}
	g, err := sms.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTheSettingsFitDifferentProviders(t *testing.T) {
	t.Parallel()
	for name, provider := range map[string]struct {
		change func(*sms.Settings)
		right  func(r *http.Request, body string) bool
	}{
		"JSON": {nil, func(r *http.Request, body string) bool {
			var got struct{ To, From, Text string }
			err := json.Unmarshal([]byte(body), &got)
			return err == nil && got.To == message.To && got.Text == message.Text && got.From == "SocialDirect" && r.Method == http.MethodPost
		}},
		"a form with a key": {func(s *sms.Settings) {
			s.Headers = "Content-Type: application/x-www-form-urlencoded\n\nAuthorization: Basic hunter2\n"
			s.Body = "to={{urlquery .To}}&body={{urlquery .Text}}"
		}, func(r *http.Request, body string) bool {
			got, err := url.ParseQuery(body)
			return err == nil && got.Get("to") == message.To && got.Get("body") == message.Text && r.Header.Get("Authorization") == "Basic hunter2"
		}},
		"an address": {func(s *sms.Settings) {
			s.Method, s.Headers, s.Body = http.MethodGet, "", ""
			s.URL += "?msisdn={{urlquery .To}}&text={{urlquery .Text}}"
		}, func(r *http.Request, body string) bool {
			return r.URL.Query().Get("msisdn") == message.To && r.URL.Query().Get("text") == message.Text && body == ""
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := gateway(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				if !provider.right(r, string(body)) {
					t.Errorf("the gateway got %s %s %q", r.Method, r.URL, body)
				}
			}, provider.change)
			if err := g.Send(t.Context(), message); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnInvalidSettingIsReportedInOneLineWithoutItsValue(t *testing.T) {
	t.Parallel()
	for _, wrong := range []struct {
		setting string
		change  func(*sms.Settings)
	}{
		{"SMS_URL", func(s *sms.Settings) { s.URL = "http://sms.example.org/hunter2" }},
		{"SMS_URL", func(s *sms.Settings) { s.URL = "http://127.0.0.1.example.org/hunter2" }},
		{"SMS_URL", func(s *sms.Settings) { s.URL = "ftp://sms.example.org/hunter2" }},
		{"SMS_URL", func(s *sms.Settings) { s.URL = "https:///hunter2" }},
		{"SMS_URL", func(s *sms.Settings) { s.URL = "https://sms.example.org/{{.Nobody}}hunter2" }},
		{"SMS_URL", func(s *sms.Settings) { s.URL = "https://sms.example.org/{{.To" }},
		{"SMS_URL", func(s *sms.Settings) { s.URL = "https://{{urlquery .To}}.hunter2.example.org/" }},
		{"SMS_METHOD", func(s *sms.Settings) { s.Method = "DELETE hunter2" }},
		{"SMS_HEADERS", func(s *sms.Settings) { s.Headers = "hunter2" }},
		{"SMS_HEADERS", func(s *sms.Settings) { s.Headers = "A hunter2: b" }},
		{"SMS_HEADERS", func(s *sms.Settings) { s.Headers = "X: hunter2\x00" }},
		{"SMS_HEADERS", func(s *sms.Settings) { s.Headers = "X-Text: {{.Text}}hunter2" }}, // a line break in the text would make a header
		{"SMS_BODY", func(s *sms.Settings) { s.Body = `{"hunter2":"{{.Text}}"}` }},        // breaks with a quote in the text
		{"SMS_BODY", func(s *sms.Settings) { s.Body = `{{call .To}}hunter2` }},
		{"SMS_BODY", func(s *sms.Settings) { s.Body = `{{shell "hunter2"}}` }},
		{"SMS_FROM", func(s *sms.Settings) { s.From = strings.Repeat("hunter2", 7) }},
		{"SMS_FROM", func(s *sms.Settings) { s.From = "hunter2\nX: y" }},
		{"SMS_SUCCESS", func(s *sms.Settings) { s.Success = "hunter2" }},
		{"SMS_SUCCESS", func(s *sms.Settings) { s.Success = "200,500" }},
		{"SMS_SUCCESS", func(s *sms.Settings) { s.Success = "" }},
	} {
		s := defaults("https://sms.example.org/send")
		wrong.change(&s)
		_, err := sms.New(s)
		var problem sms.Problem
		if !errors.As(err, &problem) || problem.Setting != wrong.setting {
			t.Errorf("%+v: %v", s, err)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", wrong.setting, err)
		}
	}
	for _, right := range []string{"https://sms.example.org", "http://localhost:1/x", "http://[::1]:1/x", "http://127.0.0.9:1"} {
		if _, err := sms.New(defaults(right)); err != nil {
			t.Errorf("%s: %v", right, err)
		}
	}
}

// silent fails the test if an error contains what was sent, or where.
func silent(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("it counts as sent")
	}
	for _, word := range []string{"612345678", "123456", "code", "/send", "secret"} {
		if strings.Contains(err.Error(), word) {
			t.Errorf("the error contains %q: %v", word, err)
		}
	}
}

func TestTheErrorOfAFailingGatewayContainsNoPersonalData(t *testing.T) {
	t.Parallel()
	inAddress := func(s *sms.Settings) { s.URL += "?to={{urlquery .To}}&text={{urlquery .Text}}" }
	for _, status := range []int{400, 401, 404, 429, 500, 503} {
		g := gateway(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "secret +33612345678")
		}, inAddress)
		err := g.Send(t.Context(), message)
		silent(t, err)
		var refused sms.Refused
		if about := errors.As(err, &refused); about != (status == 400) || about && (refused.Final(4) || !refused.Final(5)) {
			t.Errorf("%d is about the number: %t", status, about)
		}
	}
	broken := gateway(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, inAddress)
	silent(t, broken.Send(t.Context(), message))
	gone := httptest.NewServer(http.NotFoundHandler())
	g, err := sms.New(defaults(gone.URL + "/send?to={{urlquery .To}}"))
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	silent(t, g.Send(t.Context(), message))
}

func TestOnlyStatusesOfTheSettingsCountAsSuccess(t *testing.T) {
	t.Parallel()
	g := gateway(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }, func(s *sms.Settings) { s.Success = "202, 204-206" })
	silent(t, g.Send(t.Context(), message))
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the message went elsewhere") }))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{301, 302, 303, 307, 308} {
		g := gateway(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, status) }, nil)
		silent(t, g.Send(t.Context(), message))
	}
}

// A gateway whose answer never ends has accepted the message if the status says so, and only a
// bounded number of bytes is read.
func TestAnEndlessAnswerIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	written := make(chan int64, 1)
	g := gateway(t, func(w http.ResponseWriter, r *http.Request) {
		var total int64
		for chunk := make([]byte, 64<<10); total < 1<<30; {
			n, err := w.Write(chunk)
			if total += int64(n); err != nil {
				break
			}
		}
		written <- total
	}, nil)
	if err := g.Send(t.Context(), message); err != nil {
		t.Error(err)
	}
	if total := <-written; total > 64<<20 {
		t.Errorf("%d bytes were read", total)
	}
	heads := gateway(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("a", 1<<20)) }, nil)
	silent(t, heads.Send(t.Context(), message))
}

func TestASlowGatewayTimesOut(t *testing.T) {
	t.Parallel()
	g := gateway(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server notices the disconnect only after reading everything
		<-r.Context().Done()
	}, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	err := g.Send(ctx, message)
	silent(t, err)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

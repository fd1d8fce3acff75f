package session_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/account/event"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

// captured is the log of this package's tests, which run at the same time: an event is found by
// its account, which no other test has.
var captured = func() *lines {
	l := &lines{}
	slog.SetDefault(slog.New(slog.NewJSONHandler(l, nil)))
	return l
}()

type lines struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.Write(b)
}

// about returns the lines that contain a word, and the events in them.
func (l *lines) about(t *testing.T, word string) (text string, events []string) {
	t.Helper()
	l.lock.Lock()
	defer l.lock.Unlock()
	for line := range strings.Lines(l.text.String()) {
		if !strings.Contains(line, word) {
			continue
		}
		var parsed struct{ Event string }
		must(t, json.Unmarshal([]byte(line), &parsed))
		text, events = text+line, append(events, parsed.Event)
	}
	return text, events
}

func TestR2_R39_SignInsFailuresAndThrottlingAreLoggedWithoutAddressesNorTokens(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	ctx := audit.WithPlace(context.Background(), "2001:db8:7:8::9")
	zoe := accounttest.NewBeneficiary(t, w, "zoe.events@exemple.fr")
	from := session.Device{Place: "2001:db8:7:8::9"}
	for range accounttest.FreeTries + 4 {
		_, err := w.Accounts.Sessions.SignIn(ctx, zoe.Email, accounttest.WrongPassword, from)
		if err == nil {
			t.Fatal("a wrong password signed in")
		}
		if fault.Is(err, fault.Throttled) {
			continue
		}
	}
	w.SetNow(bookingtest.Start.Add(accounttest.MaxDelay))
	in, err := w.Accounts.Sessions.SignIn(ctx, zoe.Email, bookingtest.Password, from)
	must(t, err)
	must(t, w.Accounts.Sessions.ChangePassword(ctx, zoe.Viewer(in.Token), bookingtest.Password, accounttest.OtherPassword))
	text, events := captured.about(t, zoe.ID.String())
	want := strings.Repeat(event.SignInFailed+" ", accounttest.FreeTries+1) + event.SignedIn + " " + event.PasswordSet
	if got := strings.Join(events, " "); got != want {
		t.Errorf("logged %s, want %s", got, want)
	}
	if !strings.Contains(text, `"place":"2001:db8:7::/48"`) {
		t.Errorf("no network in %s", text)
	}
	for _, secret := range []string{"zoe.events", "exemple.fr", "2001:db8:7:8", in.Token, in.Mark, bookingtest.Password, "Zoé"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log contains %q", secret)
		}
	}
}

func TestR39_FailuresAndSignInsOfStaffAreJournaled(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin := w.Member(t, viewer.Administrator, "Claire")
	_, err := w.Accounts.Sessions.SignIn(ctx, accounttest.Email(t, w, admin.ID), accounttest.WrongPassword, session.Device{})
	if !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	lines, err := audit.About(ctx, w.DB.Pool, admin.ID, 10)
	must(t, err)
	if len(lines) == 0 || lines[0].Act != event.SignInFailed || lines[0].ActorID == admin.ID {
		t.Errorf("journaled %+v", lines)
	}
	if _, events := captured.about(t, admin.ID.String()); len(events) == 0 || events[len(events)-1] != event.SignInFailed {
		t.Errorf("logged %v", events)
	}
}

// A thousand wrong passwords for a hundred accounts, from many places.
func TestR39_AnAttackOnManyAccountsRaisesOneAlarm(t *testing.T) {
	w := bookingtest.New(t)
	_, before := captured.about(t, event.Attack)
	for i := range 1000 {
		_, err := w.Accounts.Sessions.SignIn(t.Context(), fmt.Sprintf("personne-%d@exemple.fr", i%100), accounttest.WrongPassword, session.Device{Place: fmt.Sprintf("192.0.%d.%d", i/250, i%250)})
		if err == nil {
			t.Fatal("signed in")
		}
	}
	text, alarms := captured.about(t, event.Attack)
	if len(alarms) != len(before)+1 || !strings.Contains(text, `"level":"ERROR"`) {
		t.Errorf("%d alarms before, then: %s", len(before), text)
	}
	// Somebody who mistypes is no attack, however often.
	quiet := bookingtest.New(t)
	for range 300 {
		_, err := quiet.Accounts.Sessions.SignIn(t.Context(), "zoe@exemple.fr", accounttest.WrongPassword, session.Device{})
		quiet.SetNow(quiet.DB.Now().Add(fault.From(err).RetryAfter))
	}
	if _, after := captured.about(t, event.Attack); len(after) != len(alarms) {
		t.Errorf("%d alarms for one account", len(after)-len(alarms))
	}
}

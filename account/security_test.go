package account_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/account/signup"

	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"github.com/pquerna/otp/totp"
)

const (
	otherPassword = "Cerf-volant 3 nuages"
	wrongPassword = "Faux-mot 1"
)

// member is somebody who has proved their address.
type member struct {
	w     *bookingtest.World
	t     *testing.T
	id    uuid.UUID
	email string
}

func newMember(t *testing.T, w *bookingtest.World, email string) member {
	t.Helper()
	ctx := context.Background()
	check(t, w.Accounts.SignUps.SignUp(ctx, signUp(w, email)))
	check(t, w.Accounts.SignUps.Validate(ctx, token(t, w, email)))
	person, err := w.Accounts.People.ByEmail(ctx, email)
	check(t, err)
	return member{w, t, person.ID, email}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (m member) signIn(password string, from session.Device) (session.SignedIn, error) {
	return m.w.Accounts.Sessions.SignIn(context.Background(), m.email, password, from)
}

// enter signs in for sure.
func (m member) enter(from session.Device) (session.SignedIn, *viewer.Viewer) {
	m.t.Helper()
	in, err := m.signIn(bookingtest.Password, from)
	check(m.t, err)
	return in, m.viewer(in.Token)
}

func (m member) viewer(token string) *viewer.Viewer {
	m.t.Helper()
	v, err := m.w.Accounts.Sessions.Authenticate(context.Background(), token)
	check(m.t, err)
	return v
}

func (m member) reset() string {
	m.t.Helper()
	link, err := issue(context.Background(), m.w, "password", m.id)
	check(m.t, err)
	return link
}

func wantGone(t *testing.T, what string, err error) {
	t.Helper()
	if !fault.Is(err, fault.Gone) {
		t.Errorf("%s: %v", what, err)
	}
}

func TestR2_ANewPasswordByLinkEndsEverySessionAndEveryOtherLink(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := newMember(t, w, "zoe@exemple.fr")
	phone, _ := zoe.enter(session.Device{})
	computer, _ := zoe.enter(session.Device{})
	late := zoe.reset()
	w.SetNow(bookingtest.Start.Add(people.ResetLifetime))
	wantGone(t, "expired", w.Accounts.ResetPassword(ctx, late, otherPassword))
	first, second := zoe.reset(), zoe.reset()
	wantGone(t, "altered", w.Accounts.ResetPassword(ctx, first[:len(first)-2]+"__", otherPassword))
	wantGone(t, "a validation", w.Accounts.ResetPassword(ctx, token(t, w, zoe.email), otherPassword))
	wantGone(t, "a reset for a validation", w.Accounts.SignUps.Validate(ctx, first))
	wantGone(t, "none", w.Accounts.ResetPassword(ctx, "", otherPassword))
	for range 2 { // reading consumes nothing
		if owner, err := w.Accounts.ResetOwner(ctx, first); err != nil || owner.ID != zoe.id {
			t.Errorf("read: %v, %v", owner, err)
		}
	}
	check(t, w.Accounts.ResetPassword(ctx, first, otherPassword))
	wantGone(t, "used", w.Accounts.ResetPassword(ctx, first, "Encore-un 4 autre"))
	wantGone(t, "another of the same account", w.Accounts.ResetPassword(ctx, second, "Encore-un 4 autre"))
	for _, session := range []string{phone.Token, computer.Token} {
		if zoe.viewer(session) != nil {
			t.Error("a session outlived the password")
		}
	}
	if _, err := zoe.signIn(bookingtest.Password, session.Device{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("the old password: %v", err)
	}
	if _, err := zoe.signIn(otherPassword, session.Device{}); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if got := jobsFor(t, w); got[len(got)-1] != "password_changed" {
		t.Errorf("the owner is not told: %v", got)
	}
}

func TestR2_OneLinkSetsOnePasswordHoweverManyPressAtOnce(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := newMember(t, w, "zoe@exemple.fr")
	link := zoe.reset()
	var done atomic.Int64
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if err := w.Accounts.ResetPassword(context.Background(), link, fmt.Sprintf("Cerf-volant %d nuages", i)); err == nil {
				done.Add(1)
			} else if !fault.Is(err, fault.Gone) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if done.Load() != 1 {
		t.Errorf("the link worked %d times", done.Load())
	}
}

func TestR8_RecoveryLeavesTheSecondFactorOwed(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := enrolledStaff(t, w, "claire@exemple.fr")
	link, err := issue(ctx, w, "password", v.ID)
	check(t, err)
	check(t, w.Accounts.ResetPassword(ctx, link, otherPassword))
	if alive, err := w.Accounts.Sessions.SessionAlive(ctx, v.Session); err != nil || alive {
		t.Errorf("the whole session outlived the password: %v", err)
	}
	in, err := w.Accounts.Sessions.SignIn(ctx, "claire@exemple.fr", otherPassword, session.Device{})
	if err != nil || in.Complete || !in.Enrolled || in.Mark != "" {
		t.Errorf("after the recovery: %+v, %v", in, err)
	}
}

// enrolledStaff is an administrator with a whole session.
func enrolledStaff(t *testing.T, w *bookingtest.World, email string) *viewer.Viewer {
	t.Helper()
	ctx := context.Background()
	invitation, _, err := w.Accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: viewer.Administrator, Email: email, Zone: "Europe/Paris"})
	check(t, err)
	in, err := w.Accounts.SignUps.AcceptInvitation(ctx, invitation, bookingtest.Password, session.Device{Words: "Firefox sur Linux"})
	check(t, err)
	half, err := w.Accounts.Sessions.Authenticate(ctx, in.Token)
	check(t, err)
	whole, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, half, codeOf(t, w, half))
	check(t, err)
	v, err := w.Accounts.Sessions.Authenticate(ctx, whole.Token)
	check(t, err)
	return v
}

// codeOf is the code that the application of somebody's phone shows.
func codeOf(t *testing.T, w *bookingtest.World, v *viewer.Viewer) string {
	t.Helper()
	secret, err := secretOf(context.Background(), w, v)
	check(t, err)
	code, err := totp.GenerateCode(secret, w.DB.Now())
	check(t, err)
	return code
}

func TestR2_SomebodyWithoutAPasswordYetIsInvitedAgain(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	_, _, err := w.Accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: viewer.Administrator, Email: "claire@exemple.fr", Zone: "Europe/Paris"})
	check(t, err)
	check(t, w.Accounts.ForgotPassword(ctx, "claire@exemple.fr", session.Device{}))
	if got := jobsFor(t, w); !slices.Equal(got, []string{"invitation"}) {
		t.Errorf("mails: %v", got)
	}
}

func TestR5_ForgottenPasswordQueuesOneJobForAnyAddress(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	newMember(t, w, "zoe@exemple.fr")
	before := len(jobsFor(t, w))
	for _, email := range []string{"zoe@exemple.fr", "inconnue@exemple.fr", "autre@exemple.fr"} {
		check(t, w.Accounts.ForgotPassword(ctx, email, session.Device{}))
	}
	got := jobsFor(t, w)[before:]
	if !slices.Equal(got, []string{"password_reset", "password_reset", "password_reset"}) {
		t.Errorf("jobs: %v", got)
	}
	if letters, err := lettersOf(ctx, w, uuid.New(), "password_reset"); err != nil || len(letters) != 0 {
		t.Errorf("somebody who does not exist gets %v, %v", letters, err)
	}
}

func TestR5_AskingForLinksAgainAndAgainFloodsNobodyAndLocksNobodyOut(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	newMember(t, w, "zoe@exemple.fr")
	deliver(t, w)
	var links []string
	for range 50 {
		check(t, w.Accounts.ForgotPassword(ctx, "ZOE@exemple.fr", session.Device{}))
	}
	for _, mail := range deliver(t, w) {
		links = append(links, mail.Token)
	}
	if len(links) != mailsOfKindInHour {
		t.Errorf("%d mails in a moment", len(links))
	}
	w.SetNow(bookingtest.Start.Add(people.ResetLifetime - time.Second))
	check(t, w.Accounts.ResetPassword(ctx, links[0], otherPassword)) // those that went out still work
}

func TestR6_SessionsAreListedInWordsAndEachCanBeEnded(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, paul := newMember(t, w, "zoe@exemple.fr"), newMember(t, w, "paul@exemple.fr")
	old, _ := zoe.enter(session.Device{Words: "Safari sur iPhone", Shared: true})
	w.SetNow(bookingtest.Start.Add(5 * time.Minute))
	other, _ := zoe.enter(session.Device{Words: "Chrome sur Android"})
	_, present := zoe.enter(session.Device{Words: "Firefox sur Windows"})
	_, foreign := paul.enter(session.Device{})
	sessions, err := w.Accounts.Sessions.OpenSessions(ctx, present)
	check(t, err)
	if len(sessions) != 3 || !sessions[0].Current || sessions[0].Device != "Firefox sur Windows" || sessions[1].Current || !sessions[2].Shared || !sessions[2].OpenedAt.Equal(bookingtest.Start) {
		t.Fatalf("listed %+v", sessions)
	}
	if err := w.Accounts.Sessions.EndSession(ctx, foreign, sessions[2].ID); !fault.Is(err, fault.NotFound) || zoe.viewer(old.Token) == nil {
		t.Errorf("somebody else ended it: %v", err)
	}
	check(t, w.Accounts.Sessions.EndSession(ctx, present, sessions[2].ID))
	if zoe.viewer(old.Token) != nil || zoe.viewer(other.Token) == nil {
		t.Error("it ended another session than the one named")
	}
	if err := w.Accounts.Sessions.EndSession(ctx, present, sessions[2].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("ended twice: %v", err)
	}
	check(t, w.Accounts.Sessions.EndOtherSessions(ctx, present))
	left, err := w.Accounts.Sessions.OpenSessions(ctx, present)
	if err != nil || len(left) != 1 || !left[0].Current || zoe.viewer(other.Token) != nil {
		t.Errorf("left %+v, %v", left, err)
	}
	if alive, err := w.Accounts.Sessions.SessionAlive(ctx, foreign.Session); err != nil || !alive {
		t.Errorf("somebody else's session ended: %v", err)
	}
	if v, err := w.Accounts.Sessions.Authenticate(ctx, left[0].ID.String()); err != nil || v != nil {
		t.Errorf("the id of a session opens it: %v, %v", v, err)
	}
}

func TestR6_ChangingThePasswordAsksForThePresentOneAndEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := newMember(t, w, "zoe@exemple.fr")
	other, _ := zoe.enter(session.Device{})
	present, v := zoe.enter(session.Device{})
	link := zoe.reset()
	if err := w.Accounts.Sessions.ChangePassword(ctx, v, wrongPassword, otherPassword); !fault.Is(err, fault.Invalid) || zoe.viewer(other.Token) == nil {
		t.Fatalf("a wrong present password: %v", err)
	}
	check(t, w.Accounts.Sessions.ChangePassword(ctx, v, bookingtest.Password, otherPassword))
	if zoe.viewer(other.Token) != nil || zoe.viewer(present.Token) == nil {
		t.Error("the wrong sessions ended")
	}
	wantGone(t, "a link asked for before", w.Accounts.ResetPassword(ctx, link, bookingtest.Password))
	var err error
	tries := 0
	for ; tries < 20 && !fault.Is(err, fault.Throttled); tries++ {
		err = w.Accounts.Sessions.ChangePassword(ctx, v, wrongPassword, bookingtest.Password)
	}
	if !fault.Is(err, fault.Throttled) || tries > freeTries+2 {
		t.Errorf("guessing went on for %d tries: %v", tries, err)
	}
}

func TestR2_ASharedDeviceGetsAShortSessionAndIsNotKnown(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := newMember(t, w, "zoe@exemple.fr")
	in, _ := zoe.enter(session.Device{Shared: true})
	if in.Mark != "" {
		t.Error("a shared device is known")
	}
	at := func(d time.Duration) bool {
		t.Helper()
		w.SetNow(bookingtest.Start.Add(d))
		return zoe.viewer(in.Token) != nil
	}
	if !at(session.SharedIdle - time.Second) {
		t.Fatal("it ended while in use")
	}
	for used := session.SharedIdle; used < session.SharedLifetime; used += 10 * time.Minute {
		if !at(used) {
			t.Fatalf("it ended after %s in use", used)
		}
	}
	if at(session.SharedLifetime) {
		t.Error("it outlived its time")
	}
	in, _ = zoe.enter(session.Device{Shared: true})
	if at(session.SharedLifetime + session.SharedIdle) {
		t.Error("it outlived its idle time")
	}
	check(t, w.Accounts.Sweep(context.Background()))
	var left int
	check(t, w.DB.Pool.QueryRow(context.Background(), `select count(*) from sessions`).Scan(&left))
	if left != 0 {
		t.Errorf("%d ended sessions are kept", left)
	}
}

func TestR8_TheSecondFactorKeepsWhatWasSaidOfTheDevice(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	enrolledStaff(t, w, "claire@exemple.fr")
	w.SetNow(bookingtest.Start.Add(10 * time.Minute))
	in, err := w.Accounts.Sessions.SignIn(ctx, "claire@exemple.fr", bookingtest.Password, session.Device{Shared: true, Words: "Chrome sur Windows"})
	check(t, err)
	half, err := w.Accounts.Sessions.Authenticate(ctx, in.Token)
	check(t, err)
	whole, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, half, codeOf(t, w, half))
	check(t, err)
	v, err := w.Accounts.Sessions.Authenticate(ctx, whole.Token)
	check(t, err)
	sessions, err := w.Accounts.Sessions.OpenSessions(ctx, v)
	if err != nil || !sessions[0].Shared || sessions[0].Device != "Chrome sur Windows" || whole.Mark != "" {
		t.Errorf("after the second factor: %+v, mark %q, %v", sessions, whole.Mark, err)
	}
	if _, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, half, "123456"); err == nil {
		t.Error("an ended session confirmed a second factor")
	}
}

func TestR3_TheSessionOfBeforeEndsAtSignIn(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe, paul := newMember(t, w, "zoe@exemple.fr"), newMember(t, w, "paul@exemple.fr")
	planted, _ := paul.enter(session.Device{})
	in, _ := zoe.enter(session.Device{Session: planted.Token})
	if in.Token == planted.Token || paul.viewer(planted.Token) != nil {
		t.Error("the session of before still stands")
	}
}

// Ten thousand tries at one account, many at a time, from everywhere: a handful
// is tried, the delays grow, and the owner gets in from a device that the account
// knows.
func TestR2_TenThousandTriesAreRefusedAndTheOwnerStillGetsIn(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := newMember(t, w, "zoe@exemple.fr")
	in, _ := zoe.enter(session.Device{Place: "198.51.100.7"})
	tried, refused := storm(t, 10_000, func(i int) error {
		_, err := zoe.signIn(wrongPassword, session.Device{Place: fmt.Sprintf("192.0.%d.%d", i/256, i%256)})
		return err
	})
	if tried != freeTries+1 || tried+refused != 10_000 {
		t.Errorf("%d tries were made, %d refused", tried, refused)
	}
	var last time.Duration
	at := bookingtest.Start
	for range 14 {
		_, err := zoe.signIn(bookingtest.Password, session.Device{Place: "203.0.113.9"})
		wait := fault.From(err).RetryAfter
		if !fault.Is(err, fault.Throttled) || wait < last || wait > maxDelay {
			t.Fatalf("after %s: %v, wait %s", last, err, wait)
		}
		last, at = wait, at.Add(wait)
		w.SetNow(at)
		if _, err := zoe.signIn(wrongPassword, session.Device{Place: "203.0.113.9"}); !fault.Is(err, fault.Invalid) {
			t.Fatalf("after the wait: %v", err)
		}
	}
	if last != maxDelay {
		t.Errorf("the delay grew to %s only", last)
	}
	if _, err := zoe.signIn(bookingtest.Password, session.Device{Place: "198.51.100.7"}); !fault.Is(err, fault.Throttled) {
		t.Errorf("an unknown device got in: %v", err)
	}
	again, err := zoe.signIn(bookingtest.Password, session.Device{Place: "198.51.100.7", Mark: in.Mark})
	if err != nil || again.Mark == "" || again.Mark == in.Mark {
		t.Errorf("the known device: %+v, %v", again, err)
	}
}

// storm makes n tries, sixty at a time, and counts the ones that were made and
// the ones that were refused.
func storm(t *testing.T, n int, try func(i int) error) (made, refused int) {
	t.Helper()
	var next, tried, throttled atomic.Int64
	var all sync.WaitGroup
	for range 60 {
		all.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				switch err := try(int(i)); {
				case fault.Is(err, fault.Throttled) && fault.From(err).RetryAfter > 0:
					throttled.Add(1)
				case fault.Is(err, fault.Invalid):
					tried.Add(1)
				default:
					t.Errorf("try %d: %v", i, err)
				}
			}
		})
	}
	all.Wait()
	return int(tried.Load()), int(throttled.Load())
}

func TestR2_OnePlaceCannotTryManyAccounts(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	tried, _ := storm(t, 2_000, func(i int) error {
		// One subscriber has a whole /64 of addresses.
		place := fmt.Sprintf("2001:db8:1:2::%x", i)
		_, err := w.Accounts.Sessions.SignIn(context.Background(), fmt.Sprintf("personne-%d@exemple.fr", i), wrongPassword, session.Device{Place: place})
		return err
	})
	if tried != 101 {
		t.Errorf("%d tries were made from one place", tried)
	}
	if _, err := w.Accounts.Sessions.SignIn(context.Background(), "zoe@exemple.fr", wrongPassword, session.Device{Place: "2001:db8:1:3::1"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("the neighbour pays: %v", err)
	}
}

// Whoever is given a /48 has 65,536 networks of 64 bits.
func TestR2_OneSiteCannotTryFromAllItsNetworks(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	tried, _ := storm(t, 2_000, func(i int) error {
		_, err := w.Accounts.Sessions.SignIn(context.Background(), fmt.Sprintf("personne-%d@exemple.fr", i), wrongPassword, session.Device{Place: fmt.Sprintf("2001:db8:1:%x::1", i)})
		return err
	})
	if tried != 401 {
		t.Errorf("%d tries were made from one site", tried)
	}
	if _, err := w.Accounts.Sessions.SignIn(context.Background(), "zoe@exemple.fr", wrongPassword, session.Device{Place: "2001:db8:2:3::1"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("the neighbour pays: %v", err)
	}
}

// Good tries at one place count for nothing, so that a whole firm behind one
// address signs in on Monday morning.
func TestR2_GoodTriesAreTakenBack(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := newMember(t, w, "zoe@exemple.fr")
	for range 3 {
		for range freeTries - 1 {
			if _, err := zoe.signIn(wrongPassword, session.Device{Place: "192.0.2.1"}); !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
		}
		zoe.enter(session.Device{Place: "192.0.2.1"})
	}
	var failures int
	check(t, w.DB.Pool.QueryRow(context.Background(), `select failures from throttles where key like 'place:%'`).Scan(&failures))
	if failures != 3*(freeTries-1) {
		t.Errorf("%d failures are counted for the place", failures)
	}
}

// Of two tries at once, the later one may be counted first.
func TestR2_TriesAtOnceDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := newMember(t, w, "zoe@exemple.fr")
	for i, at := range []time.Duration{2 * time.Second, time.Second, 0} {
		w.SetNow(bookingtest.Start.Add(at))
		if _, err := zoe.signIn(wrongPassword, session.Device{Place: "192.0.2.1"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("try %d: %v", i, err)
		}
	}
	w.SetNow(bookingtest.Start.Add(time.Second))
	zoe.enter(session.Device{Place: "192.0.2.1"})
	w.SetNow(bookingtest.Start)
	newMember(t, w, "paul@exemple.fr").enter(session.Device{Place: "192.0.2.1"})
}

func TestR2_AKnownDeviceIsKnownToItsAccountAloneAndHasItsOwnLimit(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, paul := newMember(t, w, "zoe@exemple.fr"), newMember(t, w, "paul@exemple.fr")
	zoes, _ := zoe.enter(session.Device{})
	pauls, _ := paul.enter(session.Device{})
	block := func() {
		t.Helper()
		var err error
		for range freeTries + 2 {
			_, err = zoe.signIn(wrongPassword, session.Device{})
		}
		if !fault.Is(err, fault.Throttled) {
			t.Fatal(err)
		}
	}
	block()
	for name, mark := range map[string]string{"somebody else's": pauls.Mark, "an altered": zoes.Mark + "x", "a forged": strings.Repeat("a", 43), "a huge": strings.Repeat("a", 5000)} {
		if _, err := zoe.signIn(bookingtest.Password, session.Device{Mark: mark}); !fault.Is(err, fault.Throttled) {
			t.Errorf("%s mark: %v", name, err)
		}
	}
	var err error
	tries := 0
	for ; tries < 20 && !fault.Is(err, fault.Throttled); tries++ {
		_, err = zoe.signIn(wrongPassword, session.Device{Mark: zoes.Mark})
	}
	if tries != freeTries+2 {
		t.Errorf("a known device guesses %d times: %v", tries, err)
	}
	at := bookingtest.Start.Add(time.Hour)
	w.SetNow(at)
	if _, err = zoe.signIn(bookingtest.Password, session.Device{Mark: zoes.Mark}); err != nil {
		t.Fatal(err)
	}
	block()
	if _, err = zoe.signIn(bookingtest.Password, session.Device{Mark: zoes.Mark}); !fault.Is(err, fault.Throttled) {
		t.Errorf("a mark that was renewed: %v", err)
	}
	w.SetNow(at.Add(session.DeviceLifetime))
	check(t, w.Accounts.Sweep(ctx))
	var left int
	check(t, w.DB.Pool.QueryRow(ctx, `select count(*) from known_devices`).Scan(&left))
	if left != 0 {
		t.Errorf("%d devices are known for ever", left)
	}
}

func TestR2_ANewPasswordForgetsTheKnownDevices(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := newMember(t, w, "zoe@exemple.fr")
	for range 12 {
		zoe.enter(session.Device{})
	}
	var known int
	count := func() int {
		t.Helper()
		check(t, w.DB.Pool.QueryRow(context.Background(), `select count(*) from known_devices`).Scan(&known))
		return known
	}
	if count() != 10 {
		t.Errorf("%d devices are known", known)
	}
	check(t, w.Accounts.ResetPassword(context.Background(), zoe.reset(), otherPassword))
	if count() != 0 {
		t.Errorf("%d devices are still known", known)
	}
}

func TestR8_CodesAreCountedBeforeTheyAreTried(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	enrolledStaff(t, w, "claire@exemple.fr")
	in, err := w.Accounts.Sessions.SignIn(ctx, "claire@exemple.fr", bookingtest.Password, session.Device{})
	check(t, err)
	half, err := w.Accounts.Sessions.Authenticate(ctx, in.Token)
	check(t, err)
	tried, refused := storm(t, 500, func(int) error {
		_, err := w.Accounts.Factors.ConfirmSecondFactor(ctx, half, "abcdef")
		return err
	})
	if tried != freeTries+1 || refused != 500-tried {
		t.Errorf("%d codes were tried, %d refused", tried, refused)
	}
}

// A session that was left open somewhere does not become an access for good.
func TestR6_WaysIntoAnAccountChangeOnlyRightAfterASignIn(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := newMember(t, w, "zoe@exemple.fr")
	_, v := zoe.enter(session.Device{})
	w.SetNow(bookingtest.Start.Add(session.Recently + time.Microsecond))
	for act, err := range map[string]error{
		"another address": w.Accounts.AskEmail(ctx, v, "ailleurs@exemple.fr", false),
		"a passkey":       func() error { _, err := w.Accounts.Factors.AskToAddPasskey(ctx, v); return err }(),
	} {
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.From(err).Message, "connectez-vous de nouveau") {
			t.Errorf("%s: %v", act, err)
		}
	}
	w.SetNow(bookingtest.Start.Add(session.Recently))
	check(t, w.Accounts.AskEmail(ctx, v, "ailleurs@exemple.fr", false))
	asked := toAdd(t, w, v)
	w.SetNow(bookingtest.Start.Add(session.Recently + time.Microsecond))
	if _, err := w.Accounts.Factors.AddPasskey(ctx, v, "Ailleurs", newDevice(v.ID).create(t, asked)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a passkey that was asked for in time and added late: %v", err)
	}
}

// Whoever lost control of their account gets it back whole with a new password.
func TestR2_ANewPasswordByMailEndsTheWaysInOfABeneficiary(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := newMember(t, w, "zoe@exemple.fr")
	_, v := zoe.enter(session.Device{})
	planted := addPasskey(t, w, v, "Une autre")
	check(t, w.Accounts.ResetPassword(ctx, zoe.reset(), otherPassword))
	if _, err := w.Accounts.Factors.SignInWithPasskey(ctx, []byte("a"), planted.sign(t, toSignIn(t, w, "a")), session.Device{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a passkey of before: %v", err)
	}
	if alive, err := w.Accounts.Sessions.SessionAlive(ctx, v.Session); err != nil || alive {
		t.Errorf("a session of before is alive: %v, %v", alive, err)
	}
}

func TestR6_ANewAddressReplacesTheOldOneOnceItIsProved(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := newMember(t, w, "zoe@exemple.fr")
	_, v := zoe.enter(session.Device{})
	deliver(t, w)
	check(t, w.Accounts.AskEmail(ctx, v, "Zoe.Vidal@exemple.fr", false))
	if mails := deliver(t, w); len(mails) != 2 || mails[0].To != "zoe@exemple.fr" || mails[0].Notice != "email_asked" || mails[0].Token != "" {
		t.Errorf("mails: %+v", mails)
	}
	letters, err := lettersOf(ctx, w, zoe.id, "email_move")
	check(t, err)
	if len(letters) != 1 || letters[0].To != "Zoe.Vidal@exemple.fr" || letters[0].Notice != "email_move" || letters[0].Token == "" {
		t.Fatalf("letters: %+v", letters)
	}
	link := letters[0].Token
	check(t, checkMoving(ctx, w, link))
	if _, err := w.Accounts.People.ByEmail(ctx, "zoe.vidal@exemple.fr"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the address moved before the button: %v", err)
	}
	wantGone(t, "altered", w.Accounts.ChangeEmail(ctx, link+"x", nil))
	w.SetNow(bookingtest.Start.Add(people.EmailLifetime))
	wantGone(t, "expired", w.Accounts.ChangeEmail(ctx, link, nil))
	w.SetNow(bookingtest.Start)
	reset := zoe.reset()
	check(t, w.Accounts.ChangeEmail(ctx, link, nil))
	wantGone(t, "used", w.Accounts.ChangeEmail(ctx, link, nil))
	wantGone(t, "a new password by the old mailbox", w.Accounts.ResetPassword(ctx, reset, otherPassword))
	if person, err := w.Accounts.People.ByEmail(ctx, "zoe.vidal@exemple.fr"); err != nil || person.ID != zoe.id {
		t.Errorf("the new address: %+v, %v", person, err)
	}
	if _, err := w.Accounts.People.ByEmail(ctx, "zoe@exemple.fr"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the old address: %v", err)
	}
	letters, err = lettersOf(ctx, w, zoe.id, "email_moved")
	if err != nil || len(letters) != 1 || letters[0].To != "zoe@exemple.fr" {
		t.Errorf("the old address is not told: %+v, %v", letters, err)
	}
}

func TestR6_TheLastAddressAskedForCountsAndANewPasswordGivesItUp(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := newMember(t, w, "zoe@exemple.fr")
	_, v := zoe.enter(session.Device{})
	ask := func(email string) string {
		t.Helper()
		check(t, w.Accounts.AskEmail(ctx, v, email, false))
		letters, err := lettersOf(ctx, w, zoe.id, "email_move")
		check(t, err)
		return letters[0].Token
	}
	first, second := ask("une@exemple.fr"), ask("deux@exemple.fr")
	wantGone(t, "the address asked for before", w.Accounts.ChangeEmail(ctx, first, nil))
	check(t, w.Accounts.Sessions.ChangePassword(ctx, v, bookingtest.Password, otherPassword))
	wantGone(t, "asked for before the new password", w.Accounts.ChangeEmail(ctx, second, nil))
	if letters, err := lettersOf(ctx, w, zoe.id, "email_move"); err != nil || len(letters) != 0 {
		t.Errorf("a job that runs late writes %+v, %v", letters, err)
	}
}

func TestR5_AskingForSomebodyElsesAddressLooksTheSameAndTellsThem(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := newMember(t, w, "zoe@exemple.fr")
	newMember(t, w, "paul@exemple.fr")
	_, v := zoe.enter(session.Device{})
	check(t, w.Accounts.AskEmail(ctx, v, "PAUL@exemple.fr", false))
	letters, err := lettersOf(ctx, w, zoe.id, "email_move")
	if err != nil || len(letters) != 1 || letters[0].To != "paul@exemple.fr" || letters[0].Notice != "email_taken" || letters[0].Token != "" {
		t.Errorf("letters: %+v, %v", letters, err)
	}
	// Somebody signs up with the address between the link and its button.
	check(t, w.Accounts.AskEmail(ctx, v, "libre@exemple.fr", false))
	letters, err = lettersOf(ctx, w, zoe.id, "email_move")
	check(t, err)
	newMember(t, w, "libre@exemple.fr")
	wantGone(t, "taken meanwhile", w.Accounts.ChangeEmail(ctx, letters[0].Token, nil))
	if person, err := w.Accounts.People.ByEmail(ctx, "zoe@exemple.fr"); err != nil || person.ID != zoe.id {
		t.Errorf("the account moved: %+v, %v", person, err)
	}
	for range 10 {
		err = w.Accounts.AskEmail(ctx, v, "libre@exemple.fr", false)
	}
	if !fault.Is(err, fault.Throttled) {
		t.Errorf("mails to anybody without an end: %v", err)
	}
}

func TestR5_CaseNeverMakesASecondAccountAndDotsDo(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	for _, email := range []string{"zoe.vidal@exemple.fr", "ZOE.Vidal@exemple.fr", "zoevidal@exemple.fr", "Zoé@exemple.fr", "ZOÉ@exemple.fr"} {
		check(t, w.Accounts.SignUps.SignUp(ctx, signUp(w, email)))
		check(t, ignoreGone(w.Accounts.SignUps.Validate(ctx, token(t, w, email))))
	}
	var accounts int
	check(t, w.DB.Pool.QueryRow(ctx, `select count(*) from accounts`).Scan(&accounts))
	if accounts != 3 {
		t.Errorf("%d accounts, want 3", accounts)
	}
}

func TestR6_DevicesAreNamedAsPeopleCallThem(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                   "Firefox sur Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36":                                    "Chrome sur Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":                      "Edge sur Windows",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":                              "Safari sur Mac",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1":            "Safari sur iPhone",
		"Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Mobile/15E148 Safari/604.1":                     "Safari sur iPad",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                                    "Chrome sur Android",
		"Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36": "Samsung Internet sur Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                             "Firefox sur Linux",
		"": "", "curl/8.0": "", "<script>alert(1)</script>": "", strings.Repeat("(", 60_000): "", "\xff\xfe\x80": "",
	} {
		if got := session.DeviceWords(header); got != want {
			t.Errorf("%.60q: got %q, want %q", header, got, want)
		}
	}
}

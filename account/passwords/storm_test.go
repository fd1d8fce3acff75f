package passwords_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/passwords"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/fault"
)

var must = bookingtest.Must

// Without a valid code, the password is neither hashed nor checked.
func TestR47_TheCodeIsCheckedBeforeThePassword(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	w.Accounts.Passwords.Within(time.Hour)
	free, err := w.Accounts.Passwords.Occupy(ctx)
	must(t, err)
	wrong := accounttest.NewSignUp(w, "zoe@exemple.fr")
	wrong.Code, wrong.Password = "0000-0000-0000-0000", "Motdepasse1!"
	if err := w.Accounts.SignUps.SignUp(ctx, wrong); !errors.Is(err, company.ErrCode) {
		t.Errorf("with all slots occupied, a wrong code gets %v", err)
	}
	weak := accounttest.NewSignUp(w, "zoe@exemple.fr")
	weak.Password = "Motdepasse1!"
	answer := make(chan error, 1)
	go func() { answer <- w.Accounts.SignUps.SignUp(ctx, weak) }()
	for w.Accounts.Passwords.Waits() == 0 {
		time.Sleep(time.Millisecond) // until it waits for its turn
	}
	select {
	case err := <-answer:
		t.Errorf("the password was checked before its turn: %v", err)
	default:
	}
	free()
	if err := <-answer; !fault.Is(err, fault.Invalid) || !strings.Contains(fault.From(err).Message, "devine trop facilement") {
		t.Errorf("a guessable password: %v", err)
	}
}

// A flood of sign-ups does not block sign-ins, and a flood of both does not block known
// devices.
func TestR47_HashingSlotsAreReservedForSignInsAndKnownDevices(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	must(t, w.Accounts.SignUps.SignUp(context.Background(), accounttest.NewSignUp(w, "zoe@exemple.fr")))
	_, err := w.DB.Pool.Exec(context.Background(), `update accounts set email_validated_at = created_at`)
	must(t, err)
	signIn := func(from session.Device) (session.SignedIn, error) {
		return w.Accounts.Sessions.SignIn(context.Background(), "zoe@exemple.fr", bookingtest.Password, from)
	}
	own, err := signIn(session.Device{})
	must(t, err)
	w.Accounts.Passwords.Within(time.Hour)
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	var all sync.WaitGroup
	flood := func(occupy func(context.Context) (func(), error), try func(i int) error) {
		free, err := occupy(ctx)
		must(t, err)
		t.Cleanup(free)
		before := w.Accounts.Passwords.Waits()
		for i := range passwords.HashesWaiting {
			all.Go(func() {
				if err := try(i); !errors.Is(err, context.Canceled) {
					t.Errorf("one of the flood: %v", err)
				}
			})
		}
		for w.Accounts.Passwords.Waits() < before+passwords.HashesWaiting {
			time.Sleep(time.Millisecond)
		}
	}
	flood(w.Accounts.Passwords.OccupySignUps, func(i int) error {
		return w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, fmt.Sprintf("personne-%d@exemple.fr", i)))
	})
	if err := w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "paul@exemple.fr")); !fault.Is(err, fault.Throttled) || !strings.Contains(fault.From(err).Message, "dans quelques secondes") {
		t.Errorf("one more sign-up: %v", err)
	}
	if _, err := signIn(session.Device{}); err != nil {
		t.Errorf("a flood of sign-ups blocks a sign-in: %v", err)
	}
	flood(w.Accounts.Passwords.OccupySignIns, func(i int) error {
		_, err := w.Accounts.Sessions.SignIn(ctx, fmt.Sprintf("personne-%d@exemple.fr", i), accounttest.WrongPassword, session.Device{})
		return err
	})
	if _, err := signIn(session.Device{}); !fault.Is(err, fault.Throttled) {
		t.Errorf("one more sign-in: %v", err)
	}
	if _, err := signIn(session.Device{Mark: own.Mark}); err != nil {
		t.Errorf("a flood blocks a known device: %v", err)
	}
	leave()
	all.Wait()
}

func TestR47_HashingSlotsFollowTheProcessors(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	if got, want := w.Accounts.Passwords.Places(), [3]int{runtime.GOMAXPROCS(0), runtime.GOMAXPROCS(0) + 1, runtime.GOMAXPROCS(0) + 2}; got != want {
		t.Errorf("places %v, want %v", got, want)
	}
}

func TestR47_TheWaitForHashingIsLimited(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	w.Accounts.Passwords.Within(20 * time.Millisecond)
	free, err := w.Accounts.Passwords.Occupy(ctx)
	must(t, err)
	defer free()
	if err := w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")); !fault.Is(err, fault.Throttled) || fault.From(err).RetryAfter <= 0 {
		t.Errorf("after the longest wait: %v", err)
	}
	if n := w.Accounts.Passwords.Waits(); n != 0 {
		t.Errorf("%d still wait", n)
	}
}

// When all slots are occupied, a limited number of requests waits, and the others are refused.
func TestR2_PasswordHashingWaitsInABoundedQueue(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	w.Accounts.Passwords.Within(time.Hour)
	ctx, leave := context.WithCancel(context.Background())
	free, err := w.Accounts.Passwords.Occupy(ctx)
	must(t, err)
	var gone atomic.Int64
	var all sync.WaitGroup
	for i := range passwords.HashesWaiting {
		all.Go(func() {
			_, err := w.Accounts.Sessions.SignIn(ctx, fmt.Sprintf("personne-%d@exemple.fr", i), accounttest.WrongPassword, session.Device{})
			if errors.Is(err, context.Canceled) {
				gone.Add(1)
			}
		})
	}
	for w.Accounts.Passwords.Waits() < passwords.HashesWaiting {
		time.Sleep(time.Millisecond) // until all of them wait
	}
	for range 1_000 {
		_, err := w.Accounts.Sessions.SignIn(context.Background(), "zoe@exemple.fr", accounttest.WrongPassword, session.Device{})
		if !fault.Is(err, fault.Throttled) || fault.From(err).RetryAfter <= 0 {
			t.Fatalf("one too many: %v", err)
		}
	}
	leave() // the requests are cancelled
	all.Wait()
	if gone.Load() != passwords.HashesWaiting || w.Accounts.Passwords.Waits() != 0 {
		t.Errorf("%d left, %d still wait", gone.Load(), w.Accounts.Passwords.Waits())
	}
	var counted int
	must(t, w.DB.Pool.QueryRow(context.Background(), `select count(*) from throttles`).Scan(&counted))
	if counted != 0 {
		t.Errorf("%d counters count tries that were not checked", counted)
	}
	free()
	if _, err := w.Accounts.Sessions.SignIn(context.Background(), "zoe@exemple.fr", accounttest.WrongPassword, session.Device{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("after the storm: %v", err)
	}
}

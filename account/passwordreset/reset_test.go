package passwordreset_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR2_ANewPasswordByLinkEndsEverySessionAndEveryOtherLink(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	late := zoe.ResetLink()
	w.SetNow(bookingtest.Start.Add(people.ResetLifetime))
	phone, _ := zoe.SignIn(session.Device{})
	computer, _ := zoe.SignIn(session.Device{})
	wantFault(t, "expired", w.Accounts.PasswordResets.Reset(ctx, late, accounttest.OtherPassword), fault.Gone)
	first, second := zoe.ResetLink(), zoe.ResetLink()
	wantFault(t, "altered", w.Accounts.PasswordResets.Reset(ctx, first[:len(first)-2]+"__", accounttest.OtherPassword), fault.Gone)
	wantFault(t, "a validation", w.Accounts.PasswordResets.Reset(ctx, accounttest.ValidationLink(t, w, zoe.Email), accounttest.OtherPassword), fault.Gone)
	wantFault(t, "a reset for a validation", w.Accounts.SignUps.Validate(ctx, first), fault.Gone)
	wantFault(t, "none", w.Accounts.PasswordResets.Reset(ctx, "", accounttest.OtherPassword), fault.Gone)
	for range 2 { // showing the page consumes nothing
		if owner, err := w.Accounts.PasswordResets.Owner(ctx, first); err != nil || owner.ID != zoe.ID {
			t.Errorf("read: %v, %v", owner, err)
		}
	}
	must(t, w.Accounts.PasswordResets.Reset(ctx, first, accounttest.OtherPassword))
	wantFault(t, "used", w.Accounts.PasswordResets.Reset(ctx, first, "Encore-un 4 autre"), fault.Gone)
	wantFault(t, "another of the same account", w.Accounts.PasswordResets.Reset(ctx, second, "Encore-un 4 autre"), fault.Gone)
	for _, session := range []string{phone.Token, computer.Token} {
		if zoe.Viewer(session) != nil {
			t.Error("a session did not end with the password")
		}
	}
	if _, err := zoe.TrySignIn(bookingtest.Password, session.Device{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("the old password: %v", err)
	}
	if _, err := zoe.TrySignIn(accounttest.OtherPassword, session.Device{}); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if got := accounttest.QueuedMails(t, w); got[len(got)-1] != "password_changed" {
		t.Errorf("the owner is not notified: %v", got)
	}
}

func TestR2_ALinkSetsOnePasswordEvenWhenUsedAtOnce(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	link := zoe.ResetLink()
	var done atomic.Int64
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if err := w.Accounts.PasswordResets.Reset(context.Background(), link, fmt.Sprintf("Cerf-volant %d nuages", i)); err == nil {
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

func TestR8_APasswordResetStillRequiresTheSecondFactor(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := w.Member(t, viewer.Administrator, "Claire")
	link := accounttest.Link(t, w, "password", v.ID)
	must(t, w.Accounts.PasswordResets.Reset(ctx, link, accounttest.OtherPassword))
	if alive, err := w.Accounts.Sessions.SessionAlive(ctx, v.Session); err != nil || alive {
		t.Errorf("the complete session did not end with the password: %v", err)
	}
	in, err := w.Accounts.Sessions.SignIn(ctx, "claire@exemple.fr", accounttest.OtherPassword, session.Device{})
	if err != nil || in.Complete || !in.Enrolled || in.Mark != "" {
		t.Errorf("after the recovery: %+v, %v", in, err)
	}
}

func TestR2_SomebodyWithoutAPasswordYetIsInvitedAgain(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	_, _, err := w.Accounts.SignUps.InviteByHand(ctx, signup.Invitation{Role: viewer.Administrator, Email: "claire@exemple.fr", Zone: "Europe/Paris"})
	must(t, err)
	must(t, w.Accounts.PasswordResets.Ask(ctx, "claire@exemple.fr", session.Device{}))
	if got := accounttest.QueuedMails(t, w); !slices.Equal(got, []string{"invitation"}) {
		t.Errorf("mails: %v", got)
	}
}

func TestR5_ForgottenPasswordQueuesOneJobForAnyAddress(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	before := len(accounttest.QueuedMails(t, w))
	for _, email := range []string{"zoe@exemple.fr", "inconnue@exemple.fr", "autre@exemple.fr"} {
		must(t, w.Accounts.PasswordResets.Ask(ctx, email, session.Device{}))
	}
	got := accounttest.QueuedMails(t, w)[before:]
	if !slices.Equal(got, []string{"password_reset", "password_reset", "password_reset"}) {
		t.Errorf("jobs: %v", got)
	}
	if letters, err := accounttest.MailsOf(w, uuid.New(), "password_reset"); err != nil || len(letters) != 0 {
		t.Errorf("an unknown account gets %v, %v", letters, err)
	}
}

func TestR5_RepeatedRequestsForLinksNeitherFloodNorLockOut(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	accounttest.DeliverMails(t, w)
	var links []string
	for range 50 {
		must(t, w.Accounts.PasswordResets.Ask(ctx, "ZOE@exemple.fr", session.Device{}))
	}
	for _, mail := range accounttest.DeliverMails(t, w) {
		links = append(links, mail.Token)
	}
	if len(links) != accounttest.MailsOfKindInHour {
		t.Errorf("%d mails at once", len(links))
	}
	w.SetNow(bookingtest.Start.Add(people.ResetLifetime - time.Second))
	must(t, w.Accounts.PasswordResets.Reset(ctx, links[0], accounttest.OtherPassword)) // the links that were mailed still work
}

// A stranger can use up the day's tries of an address, and its mails. At every moment of the day
// a link that was mailed still lets the owner in.
func TestR2_NobodyLocksAnOwnerOutByUsingUpTheDaysMails(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	accounttest.DeliverMails(t, w)
	last := ""
	for range 48 {
		must(t, w.Accounts.PasswordResets.Ask(ctx, "zoe@exemple.fr", session.Device{}))
		for _, mail := range accounttest.DeliverMails(t, w) {
			last = mail.Token
		}
		if _, err := w.Accounts.PasswordResets.Owner(ctx, last); err != nil {
			t.Fatalf("%s: no mail is sent, and the last link does not work: %v", w.DB.Now(), err)
		}
		w.SetNow(w.DB.Now().Add(30 * time.Minute))
	}
}

func TestR2_ANewPasswordForgetsTheKnownDevices(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	for range 12 {
		zoe.SignIn(session.Device{})
	}
	var known int
	count := func() int {
		t.Helper()
		must(t, w.DB.Pool.QueryRow(context.Background(), `select count(*) from known_devices`).Scan(&known))
		return known
	}
	if count() != 10 {
		t.Errorf("%d devices are known", known)
	}
	must(t, w.Accounts.PasswordResets.Reset(context.Background(), zoe.ResetLink(), accounttest.OtherPassword))
	if count() != 0 {
		t.Errorf("%d devices are still known", known)
	}
}

// A reset returns full control of the account to its owner.
func TestR2_APasswordResetRemovesThePasskeysOfABeneficiary(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	_, v := zoe.SignIn(session.Device{})
	planted := accounttest.AddPasskey(t, w, v, "Une autre")
	must(t, w.Accounts.PasswordResets.Reset(ctx, zoe.ResetLink(), accounttest.OtherPassword))
	if _, err := w.Accounts.Factors.SignInWithPasskey(ctx, []byte("a"), planted.Sign(t, accounttest.AskToSignIn(t, w, "a")), session.Device{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a passkey added before: %v", err)
	}
	if alive, err := w.Accounts.Sessions.SessionAlive(ctx, v.Session); err != nil || alive {
		t.Errorf("a session opened before is alive: %v, %v", alive, err)
	}
}

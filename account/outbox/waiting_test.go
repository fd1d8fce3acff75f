package outbox_test

import (
	"context"
	"sync"
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

func TestR47_OneMailListsAllWaitingRegistrations(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	for i, name := range []string{"Zoé", "Mallory", "Eve"} {
		accounttest.Register(t, w, "zoe@exemple.fr", name, accounttest.IntruderPassword)
		mails := accounttest.DeliverMails(t, w)
		if len(mails) != 1 || len(mails[0].Links) != i+1 || mails[0].Template != map[bool]string{true: "validation", false: "waiting"}[i == 0] {
			t.Errorf("sign-up %d: %+v", i, mails)
		}
	}
}

// A mail that fails because a registration was removed would be retried without being
// counted.
func TestR47_NoMailFailsWhileOthersSignUpWithTheAddress(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	must(t, w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")))
	var signUps, mails sync.WaitGroup
	for range 4 {
		signUps.Go(func() {
			for range 25 {
				if err := w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, "zoe@exemple.fr")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	for range 4 {
		mails.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				latest, err := w.Accounts.People.ByEmail(ctx, "zoe@exemple.fr")
				if err == nil {
					_, err = accounttest.MailsOf(w, latest.ID, "waiting")
				}
				if err != nil && !fault.Is(err, fault.NotFound) {
					t.Error(err)
				}
			}
		})
	}
	signUps.Wait()
	close(done)
	mails.Wait()
}

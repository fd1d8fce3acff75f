package account_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

// Limits on the mails to one address, in addition to those in accounttest (R47).
const (
	mailsOfKindInDay = 6
	mailsInHour      = 5
	mailsInDay       = 12
)

// The attacker uses every form in turn, from many IP addresses, and writes the e-mail
// address in every way that leads to the same mailbox.
func TestR47_PublicFormsCannotFloodAMailbox(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, w *bookingtest.World){
		"an unknown address":         func(*testing.T, *bookingtest.World) {},
		"an address with an account": func(t *testing.T, w *bookingtest.World) { accounttest.NewBeneficiary(t, w, "zoe.vidal@gmail.com") },
		"an address with a pending registration": func(t *testing.T, w *bookingtest.World) {
			must(t, w.Accounts.SignUps.SignUp(context.Background(), accounttest.NewSignUp(w, "zoe.vidal@gmail.com")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ctx := bookingtest.New(t), context.Background()
			prepare(t, w)
			accounttest.DeliverMails(t, w)
			mover := accounttest.NewBeneficiary(t, w, "mallory@exemple.fr")
			sent, midnight := 0, bookingtest.Start.Truncate(24*time.Hour).Add(48*time.Hour)
			for hour := range 7 {
				at := midnight.Add(time.Duration(hour) * time.Hour)
				w.SetNow(at)
				_, v := mover.SignIn(session.Device{Mark: "", Place: fmt.Sprintf("203.0.113.%d", hour)})
				accounttest.DeliverMails(t, w)
				tries := 16
				if hour == 0 {
					tries = 120
				}
				accounttest.AtOnce(tries, func(i int) {
					email := []string{"zoe.vidal@gmail.com", "ZOE.Vidal@gmail.com", "zoevidal@googlemail.com", "zoe.vidal+a" + fmt.Sprint(i) + "@gmail.com"}[i%4]
					place := fmt.Sprintf("198.51.%d.%d", hour, i)
					var err error
					switch i / 4 % 4 {
					case 0:
						in := accounttest.NewSignUp(w, email)
						in.Place = place
						err = w.Accounts.SignUps.SignUp(ctx, in)
					case 1:
						err = w.Accounts.SignUps.ResendValidation(ctx, email, place)
					case 2:
						err = w.Accounts.PasswordResets.Ask(ctx, email, session.Device{Place: place})
					case 3:
						if err = w.Accounts.Profiles.AskEmail(ctx, v, email, false); fault.Is(err, fault.Throttled) {
							err = nil
						}
					}
					if err != nil {
						t.Errorf("hour %d, try %d: %v", hour, i, err)
					}
				})
				mails := toMailbox(accounttest.DeliverMails(t, w), "zoevidal")
				if len(mails) > mailsInHour+accounttest.MailsOfKindInHour {
					t.Errorf("hour %d: %d mails", hour, len(mails))
				}
				if sent += len(mails); hour == 0 && sent == 0 {
					t.Error("nothing was sent at all")
				}
			}
			if most := mailsInDay + mailsOfKindInDay; sent > most {
				t.Errorf("%d mails, want at most %d", sent, most)
			}
		})
	}
}

// toMailbox returns the mails that arrive in one mailbox.
func toMailbox(mails []accounttest.Mail, mailbox string) []accounttest.Mail {
	return slices.DeleteFunc(mails, func(l accounttest.Mail) bool {
		local, _, _ := strings.Cut(strings.ToLower(l.To), "@")
		local, _, _ = strings.Cut(local, "+")
		return strings.ReplaceAll(local, ".", "") != mailbox
	})
}

// Neither the answer nor the work behind it shows whether a mail is sent.
func TestR5_OneJobIsQueuedWhetherOrNotAMailIsSent(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	w.SetNow(bookingtest.Start.Add(48 * time.Hour))
	for name, ask := range map[string]func(email string, i int) error{
		"sign-up": func(email string, _ int) error {
			return w.Accounts.SignUps.SignUp(ctx, accounttest.NewSignUp(w, email))
		},
		"resend": func(email string, i int) error {
			return w.Accounts.SignUps.ResendValidation(ctx, email, fmt.Sprintf("192.0.2.%d", i))
		},
		"recovery": func(email string, i int) error { return w.Accounts.PasswordResets.Ask(ctx, email, session.Device{}) },
	} {
		t.Run(name, func(t *testing.T) {
			for _, email := range []string{"zoe@exemple.fr", name + "@exemple.fr"} {
				for i := range 2 * accounttest.MailsOfKindInHour {

					before := len(accounttest.QueuedMails(t, w))
					must(t, ask(email, i))
					if made := len(accounttest.QueuedMails(t, w)) - before; made != 1 {
						t.Errorf("%s of %s, try %d: %d jobs", name, email, i, made)
					}
					accounttest.DeliverMails(t, w)
				}
			}
		})
	}
}

// Using a link proves that the owner reads the mails. The limits that an attack used up
// are then reset.
func TestR47_AUsedLinkResetsTheMailBounds(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	w.SetNow(bookingtest.Start.Add(48 * time.Hour))
	ask := func() int {
		for range 2 * mailsInHour {
			must(t, w.Accounts.PasswordResets.Ask(ctx, "zoe@exemple.fr", session.Device{}))
		}
		return len(accounttest.DeliverMails(t, w))
	}
	if got := ask(); got != accounttest.MailsOfKindInHour {
		t.Errorf("%d mails at once", got)
	}
	if got := ask(); got != 0 {
		t.Errorf("%d more mails", got)
	}
	must(t, w.Accounts.PasswordResets.Reset(ctx, zoe.ResetLink(), accounttest.OtherPassword))
	accounttest.DeliverMails(t, w)
	if got := ask(); got != accounttest.MailsOfKindInHour {
		t.Errorf("%d mails after a link was used", got)
	}
}

func TestR47_AKnownDeviceHasItsOwnMailLimit(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
	own, _ := zoe.SignIn(session.Device{})
	w.SetNow(bookingtest.Start.Add(48 * time.Hour))
	for i := range 10 * accounttest.MailsOfKindInHour {
		must(t, w.Accounts.PasswordResets.Ask(ctx, "zoe@exemple.fr", session.Device{Place: fmt.Sprintf("192.0.2.%d", i)}))
	}
	accounttest.DeliverMails(t, w)
	for range 2 * accounttest.MailsOfKindInHour {
		must(t, w.Accounts.PasswordResets.Ask(ctx, "zoe@exemple.fr", session.Device{Place: "198.51.100.1", Mark: own.Mark}))
	}
	if got := len(accounttest.DeliverMails(t, w)); got != accounttest.MailsOfKindInHour {
		t.Errorf("the known device gets %d mails", got)
	}
	must(t, w.Accounts.PasswordResets.Ask(ctx, "zoe@exemple.fr", session.Device{Place: "198.51.100.1", Mark: own.Mark + "x"}))
	if got := len(accounttest.DeliverMails(t, w)); got != 0 {
		t.Errorf("a forged mark gets %d mails", got)
	}
}

// The limit applies to a whole /48 network, however many subnets it has.
func TestR47_OneNetworkCanRequestFewMails(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	var mutex sync.Mutex
	refused := map[string]int{}
	accounttest.AtOnce(600, func(i int) {
		email, place := fmt.Sprintf("personne-%d@exemple.fr", i), fmt.Sprintf("2001:db8:1:%x::1", i%7)
		err := w.Accounts.SignUps.ResendValidation(ctx, email, place)
		if i%2 == 0 {
			err = w.Accounts.PasswordResets.Ask(ctx, email, session.Device{Place: place})
		}
		if fault.Is(err, fault.Throttled) {
			mutex.Lock()
			refused[fault.From(err).Message]++
			mutex.Unlock()
		} else if err != nil {
			t.Error(err)
		}
	})
	if got := len(refused); got != 1 {
		t.Errorf("refused: %v", refused)
	}
	for message, n := range refused {
		if n < 100 || !strings.HasSuffix(message, "Réessayez dans 60\u00a0minutes.") {
			t.Errorf("%d times %q", n, message)
		}
	}
}

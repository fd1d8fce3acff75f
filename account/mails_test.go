package account_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/signup"

	"socialdirect/account/limit"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

// deliver makes the mails of every notice that waits to be sent, and takes the jobs
// away.
func deliver(t *testing.T, w *bookingtest.World) (mails []letter) {
	t.Helper()
	ctx := context.Background()
	rows, err := w.DB.Pool.Query(ctx, `with gone as (delete from river_job where kind = 'account_notice' returning id, args) select args from gone order by id`)
	check(t, err)
	defer rows.Close()
	var queued [][]byte
	for rows.Next() {
		var args []byte
		check(t, rows.Scan(&args))
		queued = append(queued, args)
	}
	check(t, rows.Err())
	for _, args := range queued {
		letters, err := mailed(ctx, w, args)
		check(t, err)
		mails = append(mails, letters...)
	}
	return mails
}

// atOnce does n things with sixty hands.
func atOnce(n int, do func(i int)) {
	hands := make(chan struct{}, 60)
	var all sync.WaitGroup
	for i := range n {
		hands <- struct{}{}
		all.Go(func() { defer func() { <-hands }(); do(i) })
	}
	all.Wait()
}

// Whoever wants to flood somebody takes every form there is, in turns, from many
// places, and writes the address in all the ways that lead to one mailbox.
func TestR47_NobodyIsFloodedThroughTheFormsThatAnybodyReaches(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(t *testing.T, w *bookingtest.World){
		"an address that nobody has": func(*testing.T, *bookingtest.World) {},
		"one that has an account":    func(t *testing.T, w *bookingtest.World) { newMember(t, w, "zoe.vidal@gmail.com") },
		"one that waits": func(t *testing.T, w *bookingtest.World) {
			check(t, w.Accounts.SignUps.SignUp(context.Background(), signUp(w, "zoe.vidal@gmail.com")))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, ctx := bookingtest.New(t), context.Background()
			prepare(t, w)
			deliver(t, w)
			mover := newMember(t, w, "mallory@exemple.fr")
			sent, midnight := 0, bookingtest.Start.Truncate(24*time.Hour).Add(48*time.Hour)
			for hour := range 13 {
				at := midnight.Add(time.Duration(hour) * time.Hour)
				w.SetNow(at)
				_, v := mover.enter(session.Device{Mark: "", Place: fmt.Sprintf("203.0.113.%d", hour)})
				deliver(t, w)
				tries := 16
				if hour == 0 {
					tries = 120
				}
				atOnce(tries, func(i int) {
					email := []string{"zoe.vidal@gmail.com", "ZOE.Vidal@gmail.com", "zoevidal@googlemail.com", "zoe.vidal+a" + fmt.Sprint(i) + "@gmail.com"}[i%4]
					place := fmt.Sprintf("198.51.%d.%d", hour, i)
					var err error
					switch i / 4 % 4 {
					case 0:
						in := signUp(w, email)
						in.Place = place
						err = w.Accounts.SignUps.SignUp(ctx, in)
					case 1:
						err = w.Accounts.SignUps.ResendValidation(ctx, email, place)
					case 2:
						err = w.Accounts.ForgotPassword(ctx, email, session.Device{Place: place})
					case 3:
						if err = w.Accounts.AskEmail(ctx, v, email, false); fault.Is(err, fault.Throttled) {
							err = nil
						}
					}
					if err != nil {
						t.Errorf("hour %d, try %d: %v", hour, i, err)
					}
				})
				mails := toMailbox(deliver(t, w), "zoevidal")
				if len(mails) > mailsInHour+mailsOfKindInHour {
					t.Errorf("hour %d: %d mails", hour, len(mails))
				}
				if sent += len(mails); hour == 0 && sent == 0 {
					t.Error("nothing was sent at all")
				}
			}
			if most := mailsInDay + mailsOfKindInDay; sent > most {
				t.Errorf("%d mails, %d are enough", sent, most)
			}
		})
	}
}

// Whoever has somebody written to about everything else does not keep them from the link
// that opens their account again.
func TestR47_OtherMailsLeaveThoseOfRecovery(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	newMember(t, w, "zoe@exemple.fr")
	may := func(kind limit.MailKind) bool {
		allowed, err := w.Accounts.Limits.MayMail(ctx, limit.MailRequest{Kind: kind, Email: "zoe@exemple.fr"})
		check(t, err)
		return allowed
	}
	for day := range 24 {
		w.SetNow(bookingtest.Start.Add(time.Duration(48+day) * time.Hour))
		for _, kind := range []limit.MailKind{limit.MailSignUp, limit.MailMove, limit.MailRights} {
			for may(kind) {
			}
		}
	}
	if !may(limit.MailRecovery) {
		t.Error("no link sets another password")
	}
}

// Where dots count, the address without them is somebody else's: they neither use up
// one's mails nor give them back.
func TestR47_MailsOfANeighboursAddressAreCountedApart(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	mallory := newMember(t, w, "zoe.vidal@exemple.fr")
	may := func(email string) bool {
		allowed, err := w.Accounts.Limits.MayMail(ctx, limit.MailRequest{Kind: limit.MailRecovery, Email: email})
		check(t, err)
		return allowed
	}
	for may("zoevidal@exemple.fr") {
	}
	if !may("zoe.vidal@exemple.fr") {
		t.Error("the neighbour's mails were used up")
	}
	token, err := issue(ctx, w, "password", mallory.id)
	check(t, err)
	check(t, w.Accounts.ResetPassword(ctx, token, bookingtest.Password+"!"))
	if may("zoevidal@exemple.fr") {
		t.Error("the neighbour's link gave one's mails back")
	}
}

// toMailbox are the mails that end in one mailbox.
func toMailbox(mails []letter, mailbox string) []letter {
	return slices.DeleteFunc(mails, func(l letter) bool {
		local, _, _ := strings.Cut(strings.ToLower(l.To), "@")
		local, _, _ = strings.Cut(local, "+")
		return strings.ReplaceAll(local, ".", "") != mailbox
	})
}

// What the caller sees, and what is done for them, does not depend on whether a mail
// goes out.
func TestR5_AsMuchIsDoneWhetherAMailGoesOutOrNot(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	newMember(t, w, "zoe@exemple.fr")
	w.SetNow(bookingtest.Start.Add(48 * time.Hour))
	for name, ask := range map[string]func(email string, i int) error{
		"sign-up": func(email string, _ int) error { return w.Accounts.SignUps.SignUp(ctx, signUp(w, email)) },
		"resend": func(email string, i int) error {
			return w.Accounts.SignUps.ResendValidation(ctx, email, fmt.Sprintf("192.0.2.%d", i))
		},
		"recovery": func(email string, i int) error { return w.Accounts.ForgotPassword(ctx, email, session.Device{}) },
	} {
		for _, email := range []string{"zoe@exemple.fr", name + "@exemple.fr"} {
			for i := range 2 * mailsOfKindInHour {

				before := len(jobsFor(t, w))
				check(t, ask(email, i))
				if made := len(jobsFor(t, w)) - before; made != 1 {
					t.Errorf("%s of %s, try %d: %d jobs", name, email, i, made)
				}
				deliver(t, w)
			}
		}
	}
}

func TestR47_OneMailNamesAllWhoWait(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	for i, name := range []string{"Zoé", "Mallory", "Eve"} {
		waiting(t, w, "zoe@exemple.fr", name, malloryPassword)
		mails := deliver(t, w)
		if len(mails) != 1 || len(mails[0].Links) != i+1 || mails[0].Notice != map[bool]string{true: "validation", false: "waiting"}[i == 0] {
			t.Errorf("sign-up %d: %+v", i, mails)
		}
	}
}

// A mail that fails because somebody vanished would be tried again, and not be counted.
func TestR47_NoMailFailsWhileOthersSignUpWithTheAddress(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	check(t, w.Accounts.SignUps.SignUp(ctx, signUp(w, "zoe@exemple.fr")))
	var signUps, mails sync.WaitGroup
	for range 4 {
		signUps.Go(func() {
			for range 25 {
				if err := w.Accounts.SignUps.SignUp(ctx, signUp(w, "zoe@exemple.fr")); err != nil {
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
					_, err = lettersOf(ctx, w, latest.ID, "waiting")
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

// Whoever uses a link reads the mails: an attack of before does not keep them waiting.
func TestR47_ALinkThatIsUsedGivesTheMailsBack(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := newMember(t, w, "zoe@exemple.fr")
	w.SetNow(bookingtest.Start.Add(48 * time.Hour))
	ask := func() int {
		for range 2 * mailsInHour {
			check(t, w.Accounts.ForgotPassword(ctx, "zoe@exemple.fr", session.Device{}))
		}
		return len(deliver(t, w))
	}
	if got := ask(); got != mailsOfKindInHour {
		t.Errorf("%d mails in a moment", got)
	}
	if got := ask(); got != 0 {
		t.Errorf("%d mails more", got)
	}
	check(t, w.Accounts.ResetPassword(ctx, zoe.reset(), otherPassword))
	deliver(t, w)
	if got := ask(); got != mailsOfKindInHour {
		t.Errorf("%d mails after a link was used", got)
	}
}

func TestR47_AKnownDeviceHasMailsOfItsOwnToAskFor(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := newMember(t, w, "zoe@exemple.fr")
	own, _ := zoe.enter(session.Device{})
	w.SetNow(bookingtest.Start.Add(48 * time.Hour))
	for i := range 300 {
		check(t, w.Accounts.ForgotPassword(ctx, "zoe@exemple.fr", session.Device{Place: fmt.Sprintf("192.0.2.%d", i)}))
	}
	deliver(t, w)
	for range 2 * mailsOfKindInHour {
		check(t, w.Accounts.ForgotPassword(ctx, "zoe@exemple.fr", session.Device{Place: "198.51.100.1", Mark: own.Mark}))
	}
	if got := len(deliver(t, w)); got != mailsOfKindInHour {
		t.Errorf("the known device gets %d mails", got)
	}
	check(t, w.Accounts.ForgotPassword(ctx, "zoe@exemple.fr", session.Device{Place: "198.51.100.1", Mark: own.Mark + "x"}))
	if got := len(deliver(t, w)); got != 0 {
		t.Errorf("a forged mark gets %d mails", got)
	}
}

// One place writes to few people, however many networks it has.
func TestR47_OnePlaceAsksForFewMails(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	var mutex sync.Mutex
	refused := map[string]int{}
	atOnce(600, func(i int) {
		email, place := fmt.Sprintf("personne-%d@exemple.fr", i), fmt.Sprintf("2001:db8:1:%x::1", i%7)
		err := w.Accounts.SignUps.ResendValidation(ctx, email, place)
		if i%2 == 0 {
			err = w.Accounts.ForgotPassword(ctx, email, session.Device{Place: place})
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

func TestR47_ALinkIsSentAgainOnlySoOften(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	operator := w.Member(t, "switchboard", "Nadia")
	id, err := w.Accounts.SignUps.Assist(ctx, operator, signup.Assisted{Code: w.Code(), FirstName: "Zoé", LastName: "Vidal", Email: "zoe@exemple.fr", Mobile: "+33612345678"})
	check(t, err)
	for i := range 10 {
		w.SetNow(w.DB.Now().Add(time.Minute))
		if err := w.Accounts.SignUps.ResendLink(ctx, operator, id); fault.Is(err, fault.Throttled) != (i >= mailsOfKindInHour) {
			t.Errorf("time %d: %v", i, err)
		}
	}
}

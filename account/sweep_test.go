package account_test

import (
	"context"
	"testing"

	"socialdirect/account/accounttest"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
)

func TestR3_EndedSessionsLinksAndThrottlesAreRemoved(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := w.Beneficiary(t, "Zoé", "Vidal")
	person, err := w.Accounts.People.Person(ctx, v.ID)
	must(t, err)
	accounttest.ValidationLink(t, w, person.Email)
	if _, err := w.Accounts.Sessions.SignIn(ctx, person.Email, "Faux-mot 1", session.Device{Place: "192.0.2.1"}); !fault.Is(err, fault.Invalid) {
		t.Fatal(err)
	}
	left := func() (rows int) {
		t.Helper()
		bookingtest.GoRound(t, w.Accounts.Rounds())
		err := w.DB.Pool.QueryRow(ctx, `select (select count(*) from sessions) + (select count(*) from account_tokens) + (select count(*) from throttles)`).Scan(&rows)
		must(t, err)
		return rows
	}
	before := left()
	if w.SetNow(bookingtest.Start.Add(people.ValidationLifetime)); before < 4 || left() != 0 {
		t.Errorf("%d rows while they count, %d after", before, left())
	}
}

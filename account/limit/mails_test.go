package limit_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/account/limit"
	"socialdirect/internal/postgres"
)

// An attacker who has mails of all other kinds sent to somebody does not keep them from
// the link that opens their account again.
func TestR47_OtherMailsDoNotUseUpThoseOfRecovery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 24 {
		for _, kind := range []limit.MailKind{limit.MailSignUp, limit.MailMove, limit.MailRights} {
			for w.mayMail(t, kind, "zoe@exemple.fr") {
			}
		}
		w.now = w.now.Add(time.Hour)
	}
	if !w.mayMail(t, limit.MailRecovery, "zoe@exemple.fr") {
		t.Error("no link sets another password")
	}
}

// With most providers the address without dots is somebody else's: neither uses up the
// mails of the other, nor gives them back.
func TestR47_MailsOfANeighboursAddressAreCountedApart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for w.mayMail(t, limit.MailRecovery, "zoevidal@exemple.fr") {
	}
	if !w.mayMail(t, limit.MailRecovery, "zoe.vidal@exemple.fr") {
		t.Error("the neighbour's mails were used up")
	}
	must(t, w.db.InTx(context.Background(), func(tx postgres.Tx) error {
		return w.GiveMailsBack(context.Background(), tx, "zoe.vidal@exemple.fr")
	}))
	if w.mayMail(t, limit.MailRecovery, "zoevidal@exemple.fr") {
		t.Error("the neighbour's link gave one's mails back")
	}
}

package limit_test

import (
	"context"
	"testing"
	"time"

	"socialdirect/account/limit"
	"socialdirect/internal/postgres"
)

// An attacker who requests mails of all other kinds for a person does not keep them from
// the link that recovers their account.
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
		t.Error("the recovery mail is refused")
	}
}

// With most providers, the address without dots is another person's. Neither uses up the
// other's limit or resets it.
func TestR47_MailsToASimilarAddressAreCountedSeparately(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for w.mayMail(t, limit.MailRecovery, "zoevidal@exemple.fr") {
	}
	if !w.mayMail(t, limit.MailRecovery, "zoe.vidal@exemple.fr") {
		t.Error("the other address's limit was used up")
	}
	must(t, w.db.InTx(context.Background(), func(tx postgres.Tx) error {
		return w.GiveMailsBack(context.Background(), tx, "zoe.vidal@exemple.fr")
	}))
	if w.mayMail(t, limit.MailRecovery, "zoevidal@exemple.fr") {
		t.Error("the other address's link reset the limit")
	}
}

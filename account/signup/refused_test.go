package signup_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"socialdirect/account"
	"socialdirect/account/accounttest"
	"socialdirect/account/decision"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"
)

// worldsKey is the master key of a test's world.
const worldsKey = "0123456789abcdef0123456789abcdef"

// under returns the world's accounts with another master key and another index key.
func under(t *testing.T, w *bookingtest.World, master string, index byte) *account.Service {
	t.Helper()
	keys, err := vault.Open(w.DB, []byte(master), bytes.Repeat([]byte{index}, vault.KeySize))
	must(t, err)
	accounts, err := account.New(account.Parts{DB: w.DB, Queue: w.Queue, Vault: keys, Companies: w.Companies, Legal: w.Legal})
	must(t, err)
	return accounts
}

// refuses reports whether the switchboard cannot open an account with that address or
// number, because of a refusal.
func refuses(w *bookingtest.World, accounts *account.Service, agent *viewer.Viewer, email, mobile string) bool {
	_, err := accounts.SignUps.Assist(context.Background(), agent, signup.Assisted{
		Code: w.Code(), FirstName: "Paula", LastName: "Autre", Email: email, Mobile: mobile, DespiteDoubles: true, EmailConfirmed: true,
	})
	return errors.Is(err, signup.ErrRefused)
}

func TestR7_ARefusalSurvivesAChangeOfTheMasterKey(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, admin := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr"), w.Member(t, viewer.Administrator, "Claire")
	agent := w.Member(t, viewer.Switchboard, "Nadia")
	before := under(t, w, worldsKey, 2)
	must(t, before.SignUps.CheckIndex(ctx))
	must(t, before.Decisions.Decide(ctx, admin, zoe.ID, decision.Decision{Act: decision.Refuse, Reason: "Compte de trop.", Refuse: []string{signup.RefuseEmail}}))
	if err := under(t, w, worldsKey, 3).SignUps.CheckIndex(ctx); !errors.Is(err, vault.ErrIndexKey) {
		t.Errorf("another index key: %v", err)
	}
	rotated := under(t, w, strings.Repeat("9", vault.KeySize), 2)
	must(t, rotated.SignUps.CheckIndex(ctx))
	if refused := refuses(w, rotated, agent, "ZOE@exemple.fr", "+33600000000"); !refused {
		t.Errorf("under another master key: refused %t", refused)
	}
}

// Before there was an index key, refusals were digests under the master key.
func TestR7_ARefusalSurvivesTheIntroductionOfAnIndexKey(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, agent := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr"), w.Member(t, viewer.Switchboard, "Nadia")
	for kind, value := range map[string]string{signup.RefuseEmail: "zoe@exemple.fr", signup.RefuseMobile: "+33612345678"} {
		_, err := w.DB.Pool.Exec(ctx, `insert into refused_sign_ups (hash, account_id) values ($1, $2)`, w.Vault.FormerDigest("refused-"+kind, value), zoe.ID)
		must(t, err)
	}
	for range 2 {
		must(t, w.Accounts.SignUps.CheckIndex(ctx))
	}
	for _, who := range [][2]string{{"zoe@exemple.fr", "+33600000000"}, {"paul@exemple.fr", "+33612345678"}} {
		if refused := refuses(w, w.Accounts, agent, who[0], who[1]); !refused {
			t.Errorf("%v: refused %t", who, refused)
		}
	}
	if refused := refuses(w, w.Accounts, agent, "paul@exemple.fr", "+33600000000"); refused {
		t.Errorf("somebody else is refused: %t", refused)
	}
}

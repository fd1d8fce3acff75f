package signup_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"socialdirect/account"
	"socialdirect/account/accounttest"
	"socialdirect/account/decision"
	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
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
		_, err := w.DB.Pool.Exec(ctx, `insert into refused_sign_ups (hash, account_id, until) values ($1, $2, $3)`, w.Vault.FormerDigest("refused-"+kind, value), zoe.ID, w.DB.Now().AddDate(1, 0, 0))
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

func TestR7_ARefusalOutlivesAnErasureUntilItsOwnEndAndCanBeLifted(t *testing.T) {
	t.Parallel()
	for name, lift := range map[string]bool{"it ends": false, "it is lifted": true} {
		t.Run(name, func(t *testing.T) {
			w := bookingtest.New(t)
			admin, dpo, agent := w.Member(t, viewer.Administrator, "Claire"), w.Member(t, viewer.DPO, "Hugo"), w.Member(t, viewer.Switchboard, "Sam")
			zoe := accounttest.NewBeneficiary(t, w, "zoe@exemple.fr")
			must(t, w.Accounts.Decisions.Decide(t.Context(), admin, zoe.ID, decision.Decision{Act: decision.Refuse, Reason: "Menaces au téléphone.", Refuse: []string{signup.RefuseEmail, signup.RefuseMobile}}))
			erase(t, w, dpo, zoe.ID)
			for _, c := range []struct{ email, mobile string }{{"zoe@exemple.fr", "+33698765432"}, {"autre@exemple.fr", "+33612345678"}} {
				if !refuses(w, w.Accounts, agent, c.email, c.mobile) {
					t.Errorf("%v signs up again after the erasure", c)
				}
			}
			decisions, until, err := w.Accounts.Decisions.About(t.Context(), admin, zoe.ID)
			if err != nil || until == nil || !until.Equal(bookingtest.Start.AddDate(2, 0, 0)) || len(decisions) != 1 || decisions[0].Reason != "Menaces au téléphone." {
				t.Fatalf("the evidence: %+v, %v, %v", decisions, until, err)
			}
			if lift {
				w.SetNow(bookingtest.Start.Add(time.Minute))
				must(t, w.Accounts.Decisions.Decide(t.Context(), admin, zoe.ID, decision.Decision{Act: decision.Allow, Reason: "Excuses reçues."}))
				if decisions, _, err = w.Accounts.Decisions.About(t.Context(), admin, zoe.ID); err != nil || decisions[0].Reason != "Excuses reçues." {
					t.Errorf("the later reason: %+v, %v", decisions, err)
				}
			} else {
				_, err := w.DB.Pool.Exec(t.Context(), `update refused_sign_ups set until = $1`, w.DB.Now())
				must(t, err)
			}
			if refuses(w, w.Accounts, agent, "zoe@exemple.fr", "+33612345678") {
				t.Error("the refusal does not end")
			}
			must(t, w.Accounts.Sweep(t.Context()))
			var left int
			must(t, w.DB.Pool.QueryRow(t.Context(), `select count(*) from refused_sign_ups`).Scan(&left))
			if left != 0 {
				t.Errorf("%d digests are kept after the end", left)
			}
		})
	}
}

// erase erases an account as package privacy does: the archive, then the evidence, then the key.
func erase(t *testing.T, w *bookingtest.World, dpo *viewer.Viewer, id uuid.UUID) {
	t.Helper()
	must(t, w.DB.InTx(t.Context(), func(tx postgres.Tx) error {
		if _, err := w.Accounts.Erase(t.Context(), tx, dpo, id); err != nil {
			return err
		}
		if _, err := w.Vault.Archive(t.Context(), tx, id, "identity", []byte("Zoé Vidal")); err != nil {
			return err
		}
		if err := w.Accounts.ArchiveEvidence(t.Context(), tx, id); err != nil {
			return err
		}
		return w.Vault.Destroy(t.Context(), tx, id)
	}))
}

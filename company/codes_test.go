package company_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR9_PeopleKeepTheirAccountsAfterARotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := settings()
	n.Site, n.Label, n.MaxUses = "Brest", "Cantine", 50
	old := w.issue(t, n)
	must(t, w.signUpAs("zoe@exemple.fr", old.Display()))
	next, err := w.Companies.RotateCode(w.ctx, w.manager, w.client.ID, old.ID, 7*24*time.Hour)
	must(t, err)
	if next.ID == old.ID || next.Code == old.Code || next.Site != n.Site || next.Label != n.Label || next.MaxUses != n.MaxUses || !next.ExpiresAt.Equal(n.ExpiresAt) {
		t.Errorf("%+v replaced %+v", next, old)
	}
	must(t, w.signUp(old.Display()))
	must(t, w.signUp(next.Display()))

	w.SetNow(bookingtest.Start.AddDate(0, 0, 7).Add(-time.Microsecond))
	must(t, w.signUp(old.Display()))
	w.SetNow(bookingtest.Start.AddDate(0, 0, 7))
	if err := w.signUp(old.Display()); fault.From(err) != company.ErrCode {
		t.Errorf("the old code after the overlap: %v", err)
	}
	must(t, w.signUp(next.Display()))
	_, err = w.DB.Pool.Exec(w.ctx, `update accounts set email_validated_at = created_at`)
	must(t, err)
	w.SignIn(t, "zoe@exemple.fr") // signed up with the old code
}

func TestR9_AnOverlapNeverProlongsACode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.issue(t, company.NewCode{ExpiresAt: bookingtest.Start.Add(time.Hour)})
	_, err := w.Companies.RotateCode(w.ctx, w.manager, w.client.ID, old.ID, company.MaxOverlap)
	must(t, err)
	w.SetNow(bookingtest.Start.Add(time.Hour))
	if err := w.signUp(old.Display()); fault.From(err) != company.ErrCode {
		t.Errorf("got %v", err)
	}
}

func TestR9_ARevokedReplacedOrExpiredCodeIsNotEndedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	revoked, replaced, expired := w.issue(t, settings()), w.issue(t, settings()), w.issue(t, company.NewCode{ExpiresAt: bookingtest.Start.Add(time.Second)})
	must(t, w.Companies.RevokeCode(w.ctx, w.manager, w.client.ID, revoked.ID))
	_, err := w.Companies.RotateCode(w.ctx, w.manager, w.client.ID, replaced.ID, time.Hour)
	must(t, err)
	w.SetNow(bookingtest.Start.Add(time.Second))
	for name, code := range map[string]company.Code{"revoked": revoked, "expired": expired} {
		t.Run(name, func(t *testing.T) {
			if err := w.Companies.RevokeCode(w.ctx, w.manager, w.client.ID, code.ID); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s, revoked: %v", name, err)
			}
		})
	}
	for name, code := range map[string]company.Code{"revoked": revoked, "expired": expired, "replaced": replaced} {
		t.Run(name, func(t *testing.T) {
			if _, err := w.Companies.RotateCode(w.ctx, w.manager, w.client.ID, code.ID, 0); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s, replaced: %v", name, err)
			}
		})
	}
	must(t, w.Companies.RevokeCode(w.ctx, w.manager, w.client.ID, replaced.ID)) // it still works during the overlap
}

func TestR9_CodesAreIssuedWithinBounds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	month := settings().ExpiresAt
	for name, c := range map[string]struct {
		settings company.NewCode
		want     error
	}{
		"past":          {company.NewCode{ExpiresAt: bookingtest.Start}, company.ErrExpiry},
		"no end":        {company.NewCode{}, company.ErrExpiry},
		"one use":       {company.NewCode{ExpiresAt: month, MaxUses: 1}, company.ErrMaxUses},
		"nine uses":     {company.NewCode{ExpiresAt: month, MaxUses: 9}, company.ErrMaxUses},
		"less than one": {company.NewCode{ExpiresAt: month, MaxUses: -1}, company.ErrMaxUses},
		"too many":      {company.NewCode{ExpiresAt: month, MaxUses: company.MaxUses + 1}, company.ErrMaxUses},
		"another site":  {company.NewCode{ExpiresAt: month, Site: "Lorient"}, company.ErrSite},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := w.Companies.IssueCode(w.ctx, w.Admin, w.client.ID, c.settings); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	long := company.NewCode{ExpiresAt: month, Label: strings.Repeat("é", company.MaxLabel+1)}
	if _, err := w.Companies.IssueCode(w.ctx, w.Admin, w.client.ID, long); !fault.Is(err, fault.Invalid) {
		t.Errorf("a long label: %v", err)
	}
	code := w.issue(t, settings())
	for _, overlap := range []time.Duration{-time.Second, company.MaxOverlap + time.Second} {
		if _, err := w.Companies.RotateCode(w.ctx, w.manager, w.client.ID, code.ID, overlap); !fault.Is(err, fault.Invalid) {
			t.Errorf("an overlap of %s: %v", overlap, err)
		}
	}
}

// Every act on codes, tried by every role.
func TestR10_OnlyAClientsManagerAndAdministratorsManageItsCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	code := w.issue(t, settings())
	other, err := w.Companies.Create(w.ctx, w.Admin, company.Client{Name: "Autre", Slug: "autre", StartsOn: day("2026-01-01"), EndsOn: day("2026-12-31")})
	must(t, err)
	acts := map[string]func(v *viewer.Viewer) error{
		"issue": func(v *viewer.Viewer) error {
			_, err := w.Companies.IssueCode(w.ctx, v, w.client.ID, settings())
			return err
		},
		"revoke": func(v *viewer.Viewer) error { return w.Companies.RevokeCode(w.ctx, v, w.client.ID, code.ID) },
		"rotate": func(v *viewer.Viewer) error {
			_, err := w.Companies.RotateCode(w.ctx, v, w.client.ID, code.ID, 0)
			return err
		},
		"list": func(v *viewer.Viewer) error { _, err := w.Companies.Codes(w.ctx, v, w.client.ID); return err },
		"read": func(v *viewer.Viewer) error {
			_, err := w.Companies.Code(w.ctx, v, w.client.ID, code.ID)
			return err
		},
		"client": func(v *viewer.Viewer) error { _, err := w.Companies.Client(w.ctx, v, w.client.ID); return err },
	}
	visitors := map[string]*viewer.Viewer{
		"nobody": nil, "a beneficiary of it": {Role: viewer.Beneficiary, ClientID: w.client.ID}, "a worker": {Role: viewer.SocialWorker},
		"the switchboard": {Role: viewer.Switchboard}, "the DPO": {Role: viewer.DPO},
	}
	for act, do := range acts {
		t.Run(act, func(t *testing.T) {
			for who, v := range visitors {
				if err := do(v); !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s by %s: %v", act, who, err)
				}
			}
			if err := do(&viewer.Viewer{Role: viewer.ClientManager, ClientID: other}); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s by another client's manager: %v", act, err)
			}
		})
	}
	// The manager of another client names the code in a path of their own client.
	stranger := &viewer.Viewer{Role: viewer.ClientManager, ClientID: other}
	if err := w.Companies.RevokeCode(w.ctx, stranger, other, code.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a code under another client: %v", err)
	}
	if _, err := w.Companies.RotateCode(w.ctx, stranger, other, code.ID, 0); !fault.Is(err, fault.NotFound) {
		t.Errorf("a code under another client: %v", err)
	}
	if _, err := w.Companies.IssueCode(w.ctx, w.Admin, uuid.New(), settings()); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown client: %v", err)
	}
	if got := w.state(t, code); got != company.Valid {
		t.Errorf("after all refused acts the code is %s", got)
	}
	must(t, acts["rotate"](w.manager))
	must(t, acts["issue"](w.Admin))
}

func TestR10_IssuingRotatingAndRevokingIsInTheJournal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.issue(t, settings())
	next, err := w.Companies.RotateCode(w.ctx, w.manager, w.client.ID, old.ID, time.Hour)
	must(t, err)
	must(t, w.Companies.RevokeCode(w.ctx, w.manager, w.client.ID, next.ID))
	for _, want := range []struct {
		act  string
		code uuid.UUID
	}{{"code.issued", old.ID}, {"code.issued", next.ID}, {"code.rotated", old.ID}, {"code.revoked", next.ID}} {
		t.Run(want.act, func(t *testing.T) {
			if n := w.Count(t, `audit_entries where act = $1 and object_id = $2 and actor_id = $3`, want.act, want.code, w.manager.ID); n != 1 {
				t.Errorf("%s is %d times in the journal", want.act, n)
			}
		})
	}
	if _, _, err := audit.Verify(w.ctx, w.DB.Pool); err != nil {
		t.Error(err)
	}
}

// A manager sees the same whether a code was used once or often.
func TestR10_CodesDoNotRevealHowManySignedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	limited := settings()
	limited.MaxUses = company.MinUses
	code := w.issue(t, limited)
	before, err := w.Companies.Codes(w.ctx, w.manager, w.client.ID)
	must(t, err)
	for range company.MinUses - 1 {
		must(t, w.signUp(code.Display()))
	}
	after, err := w.Companies.Codes(w.ctx, w.manager, w.client.ID)
	must(t, err)
	if len(before) != 1 || len(after) != 1 || before[0] != after[0] {
		t.Errorf("sign-ups show: %+v, then %+v", before, after)
	}
}

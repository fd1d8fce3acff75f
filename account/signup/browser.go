package signup

import (
	"context"
	"encoding/json"
	"time"

	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"

	"github.com/google/uuid"
)

// BrowserLifetime is how long the browser in which somebody signed up may correct the address,
// and is signed in when the address is proved in it. The token of its cookie seals what was
// typed, so that the database alone does not contain it.
const BrowserLifetime = time.Hour

const aboutDraft = "sign-up"

// draft is what was typed, without the password.
type draft struct {
	SignUp SignUp
	Hash   string // of the password
}

// remember keeps a sign-up for the browser that made it, in place of its earlier one. opened is
// the account, zero when none was opened: the browser then gets the same answers (R5).
func remember(ctx context.Context, tx postgres.Tx, keys *vault.Vault, in SignUp, hash string, opened uuid.UUID) error {
	if in.Browser == "" {
		return nil
	}
	token := in.Browser
	in.Password, in.Browser = "", ""
	plain, err := json.Marshal(draft{in, hash})
	if err != nil {
		return err
	}
	sealed, err := keys.SealByToken(token, aboutDraft, plain)
	if err != nil {
		return err
	}
	return putBrowser(ctx, tx, bearer.Hash(token), opened, sealed, tx.Now.Add(BrowserLifetime))
}

var errNoDraft = fault.New(fault.Gone, "Une heure a passé, ou ce n’est pas le navigateur de votre inscription. Remplissez de nouveau le formulaire.")

// draft returns what was typed in a browser. It fails with Gone when nothing is kept.
func (s *Service) draft(ctx context.Context, q postgres.Querier, token string) (draft, uuid.UUID, error) {
	row, err := readBrowser(ctx, q, bearer.Hash(token), s.db.Now())
	if postgres.NoRows(err) {
		return draft{}, uuid.Nil, errNoDraft
	}
	if err != nil {
		return draft{}, uuid.Nil, err
	}
	plain, err := s.vault.UnsealByToken(token, aboutDraft, row.Sealed)
	if err != nil {
		return draft{}, uuid.Nil, err
	}
	var typed draft
	return typed, row.AccountID, json.Unmarshal(plain, &typed)
}

// TypedAddress returns the address with which somebody signed up in a browser, empty when
// nothing is kept of it.
func (s *Service) TypedAddress(ctx context.Context, token string) (string, error) {
	if token == "" {
		return "", nil
	}
	typed, _, err := s.draft(ctx, s.db.Pool, token)
	if fault.Is(err, fault.Gone) {
		return "", nil
	}
	return typed.SignUp.Email, err
}

// Correct signs up again with another address and everything else as it was typed, in the
// browser with the token. The registration with the wrong address is deleted, so that its link
// no longer works. The result is the same whether the wrong or the right address has an account
// (R5). It fails with Gone when nothing is kept of the browser, and like SignUp.
func (s *Service) Correct(ctx context.Context, token, email string, confirmed bool, place string) error {
	typed, former, err := s.draft(ctx, s.db.Pool, token)
	if err != nil {
		return err
	}
	in := typed.SignUp
	in.Email, in.EmailConfirmed, in.Browser, in.Place = email, confirmed, token, place
	if _, err := s.admit(ctx, in); err != nil {
		return err
	}
	return s.open(ctx, in, typed.Hash, former)
}

// ValidateIn is Validate in a browser. If somebody signed up in it, it signs them in and own is
// true; elsewhere the mailbox may be open to others, such as an employer.
func (s *Service) ValidateIn(ctx context.Context, token, browser string, from session.Device) (in session.SignedIn, own bool, err error) {
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		id, err := validate(ctx, tx, s.People, token)
		if err != nil {
			return err
		}
		if own, err = takeBrowser(ctx, tx, bearer.Hash(browser), id); err != nil || !own {
			return err
		}
		in, err = session.Open(ctx, tx, id, false, from)
		return err
	})
	return in, own, err
}

// drop deletes the registration that a correction replaces, unless its address was proved
// meanwhile.
func drop(ctx context.Context, tx postgres.Tx, keys *vault.Vault, former uuid.UUID) error {
	if former == uuid.Nil {
		return nil
	}
	gone, err := people.DeleteWaiting(ctx, tx, former)
	if err != nil || !gone {
		return err
	}
	return keys.Destroy(ctx, tx, former)
}

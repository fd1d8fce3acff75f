// Package interrupted keeps the form that somebody sent when their session had already ended,
// so that they find it filled in after signing in.
//
// A form is sealed with the person's key and bound to the account whose session had ended: who
// signs in to another account on the same computer does not see it. An account has one, the
// last, for Lifetime. It is only shown, never carried out, so that nothing happens that the
// person does not confirm.
package interrupted

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Lifetime is how long a form is kept.
const Lifetime = 30 * time.Minute

// Form is what was sent: the path of the request, and the fields. Secrets are not kept.
type Form struct {
	Path   string
	Fields url.Values
}

// secrets are the fields that people must type again. A test compares them with every field
// that is decoded as a secret (form.Form.Secret).
var secrets = []string{"password", "current_password", "ending_password", "code", "reset_code"}

// Service keeps and returns forms.
type Service struct {
	db    *postgres.DB
	vault *vault.Vault
}

// New returns the service.
func New(db *postgres.DB, vault *vault.Vault) *Service { return &Service{db: db, vault: vault} }

// Keep keeps a form for an account in place of the one before, without its secrets. It fails
// with vault.ErrDestroyed for somebody who was erased.
func (s *Service) Keep(ctx context.Context, account uuid.UUID, f Form) error {
	for _, name := range secrets {
		f.Fields.Del(name)
	}
	plain, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		sealed, err := s.vault.Seal(ctx, tx, account, aboutForm, plain)
		if err != nil {
			return err
		}
		return upsert(ctx, tx, account, sealed)
	})
}

// aboutForm is the context to which a sealed form is bound; an account has one.
const aboutForm = "interrupted-form"

// Read returns the form that is kept for the viewer, if there is one.
func (s *Service) Read(ctx context.Context, v *viewer.Viewer) (f Form, found bool, err error) {
	sealed, err := read(ctx, s.db.Pool, v.ID, s.db.Now())
	if postgres.NoRows(err) {
		return Form{}, false, nil
	}
	if err != nil {
		return Form{}, false, err
	}
	plain, err := s.vault.Unseal(ctx, s.db.Pool, v.ID, aboutForm, sealed)
	if err != nil {
		return Form{}, false, err
	}
	err = json.Unmarshal(plain, &f)
	return f, err == nil, err
}

// Sweep deletes the forms that were kept for Lifetime.
func Sweep(ctx context.Context, tx postgres.Tx) error { return deleteOld(ctx, tx) }

// Erase deletes a person's form.
func Erase(ctx context.Context, tx postgres.Tx, id uuid.UUID) error { return deleteOf(ctx, tx, id) }

// Package company is who pays: client companies, their contracts and the
// connection codes that tie a new account to one of them. Nothing here can be
// followed back to a person: it holds no account and reads none.
//
// A code opens an account while it has not expired and its client's contract
// runs; a code that does not exist, has expired or belongs to an ended contract
// gets one same answer.
package company

import (
	"context"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// ErrCode says that a connection code opens nothing, whatever the reason.
var ErrCode = fault.New(fault.Invalid, "Ce code ne permet pas d’ouvrir un compte. Vérifiez-le avec la personne qui vous l’a donné, ou appelez le standard.")

// Client is whoever pays for its people.
type Client struct {
	ID       uuid.UUID
	Name     string
	Slug     string // in the address of its co-branded page
	StartsOn time.Time
	EndsOn   time.Time // the contract's last day
	Codes    []Code
}

// Code is a connection code.
type Code struct {
	Code      string // as stored, without separators
	ClientID  uuid.UUID
	ExpiresAt time.Time
}

// Display is the code in groups that are easy to read aloud.
func (c Code) Display() string { return web.InFours(c.Code, "-") }

// LastDay is the last day on which the code opens an account.
func (c Code) LastDay() time.Time { return c.ExpiresAt.Add(-time.Second).In(contractZone()) }

// Service is the acts on clients.
type Service struct{ db *postgres.DB }

// New returns the acts on the given database.
func New(db *postgres.DB) *Service { return &Service{db} }

var errForbidden = fault.New(fault.Forbidden, "Cette page est réservée à l’administration.")

func administrator(v *viewer.Viewer) error {
	if v == nil || v.Role != viewer.Administrator {
		return errForbidden
	}
	return nil
}

// ErrSlugTaken says that another client has this address.
var ErrSlugTaken = fault.New(fault.Invalid, "Une autre entreprise a déjà cette adresse. Choisissez-en une autre.")

// Create adds a client with its contract, by an administrator (R9).
func (s *Service) Create(ctx context.Context, v *viewer.Viewer, c Client) (uuid.UUID, error) {
	if err := administrator(v); err != nil {
		return uuid.Nil, err
	}
	var id uuid.UUID
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		id, err = insertClient(ctx, tx, c)
		return err
	})
	return id, err
}

// IssueCode makes a new code for a client, by an administrator; NotFound when
// there is no such client.
func (s *Service) IssueCode(ctx context.Context, v *viewer.Viewer, client uuid.UUID, expires time.Time) (Code, error) {
	if err := administrator(v); err != nil {
		return Code{}, err
	}
	code := Code{Code: newCode(), ClientID: client, ExpiresAt: expires}
	return code, s.db.InTx(ctx, func(tx postgres.Tx) error { return insertCode(ctx, tx, code) })
}

// Clients lists every client with its codes, by name, for an administrator.
func (s *Service) Clients(ctx context.Context, v *viewer.Viewer) ([]Client, error) {
	if err := administrator(v); err != nil {
		return nil, err
	}
	return readClients(ctx, s.db.Pool)
}

// BySlug finds a client for its co-branded page while its contract runs (R11);
// NotFound otherwise.
func (s *Service) BySlug(ctx context.Context, slug string) (Client, error) {
	return readBySlug(ctx, s.db.Pool, slug, s.db.Now())
}

// Redeem returns the client that a code, as typed, opens an account for, in the
// transaction that opens it; ErrCode when it opens none.
func (s *Service) Redeem(ctx context.Context, tx postgres.Tx, typed string) (uuid.UUID, error) {
	code, ok := parseCode(typed)
	if !ok {
		return uuid.Nil, ErrCode
	}
	client, err := lockCode(ctx, tx, code)
	if postgres.NoRows(err) {
		return uuid.Nil, ErrCode
	}
	return client, err
}

// contractZone is where contracts are signed; their days begin and end there.
func contractZone() *time.Location {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return time.UTC // cannot be: zones are embedded with the binary
	}
	return paris
}

// Package company manages the clients, who pay for the service: companies, their contracts,
// and the connection codes that attach a new account to a client. It neither stores nor reads
// accounts, so that nothing in it can be traced to a person.
//
// The rules it keeps:
//
//   - A code opens an account if it has not expired, was not revoked and has a use left, and
//     its client's contract runs. All codes that open nothing get the same answer, except
//     mistyped ones: their check character shows that they were never issued.
//   - When a code ends, nothing changes for the people who signed up with it (R9).
//   - A client's manager manages the codes of that client only, and cannot find out how often
//     a code was used, as this would reveal who signed up. A random number is therefore added
//     to each limit (R10, see figures/limit.go).
//   - Issuing, revoking and replacing codes and changing contracts is journaled.
//
// The acts fail with NotFound for a client or a code that the viewer may not see, with
// Forbidden for other roles, and with Conflict for a code that has ended.
package company

import (
	"context"

	"socialdirect/company/figures"
	"socialdirect/internal/fault"
	"socialdirect/internal/noise"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Service manages clients, contracts and codes.
type Service struct {
	db    *postgres.DB
	noise noise.Key
}

// New returns the service. The noise in the limits of codes is derived from key, the key of
// the figures (figures.Service.CheckKey).
func New(db *postgres.DB, key noise.Key) *Service { return &Service{db, key} }

// At returns the service on db, which may have another clock.
func (s *Service) At(db *postgres.DB) *Service { return &Service{db, s.noise} }

// ErrCode says that a connection code opens nothing, whatever the reason.
var ErrCode = fault.New(fault.Invalid, "Ce code ne permet pas d’ouvrir un compte. Vérifiez-le avec la personne qui vous l’a donné, ou appelez le standard.")

// ErrMistyped says that the typed code was never issued. errors.Is(ErrMistyped, ErrCode) is
// true.
var ErrMistyped = &fault.Fault{
	Code: fault.Invalid, Cause: ErrCode,
	Message: "Il y a une faute de frappe dans ce code. Il a 16 signes, par groupes de quatre : comparez-les un par un.",
}

var errNoCode = fault.New(fault.NotFound, "Ce code n’existe pas.")

// Redeemed is the code that opens an account, and its client.
type Redeemed struct{ ClientID, CodeID uuid.UUID }

// Redeem finds the typed code in the transaction that opens an account. It locks the contract,
// so that it does not end before the transaction does. It does not count a use: see Use.
//
// It fails with ErrCode when the code opens nothing, used up or unknown alike, and with
// ErrMistyped when it cannot be a code.
func (s *Service) Redeem(ctx context.Context, tx postgres.Tx, typed string) (Redeemed, error) {
	code, ok := parseCode(typed)
	if !ok {
		return Redeemed{}, ErrMistyped
	}
	locked, err := lockByCode(ctx, tx, code)
	if postgres.NoRows(err) || err == nil && figures.UsedUp(s.noise, locked.CodeID, locked.MaxUses, locked.Uses) {
		return Redeemed{}, ErrCode
	}
	return locked.Redeemed, err
}

// ErrUsedUp says that somebody else got a code's last use. It has the words of ErrCode, as
// people may not find out that a code is used up.
var ErrUsedUp = &fault.Fault{Code: fault.Conflict, Message: ErrCode.Message}

// Use counts one use of a code, once the e-mail address of the person is proved. If it were
// counted at sign-up, the limit would reveal which addresses have an account already (R5). It
// fails with ErrUsedUp when no use is left; two people never get the same last use.
func (s *Service) Use(ctx context.Context, tx postgres.Tx, code uuid.UUID) error {
	limit, uses, err := lockUses(ctx, tx, code)
	if err != nil || limit == 0 {
		return err // uses are counted only for codes with a limit
	}
	if figures.UsedUp(s.noise, code, limit, uses) {
		return ErrUsedUp
	}
	return countUse(ctx, tx, code)
}

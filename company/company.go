// Package company is who pays: client companies, their contracts and the
// connection codes that tie a new account to one of them. Nothing here can be
// followed back to a person: it holds no account and reads none.
//
// The rules it keeps:
//
//   - A code opens an account while it has not expired, was not revoked, has a use
//     left and its client's contract runs. A code that opens nothing gets one same
//     answer, whatever the reason; one that was mistyped is told apart, since its
//     check sign shows that nobody ever issued it.
//   - What a code opened stays open: its end changes nothing for the people who
//     signed up with it (R9).
//   - A client's manager works on the codes of that client alone, and never learns
//     how often one was used: exact uses would tell who came. A limit holds at a few
//     uses more or less, by chance (R10, see figures/limit.go).
//   - Whoever issues, revokes or replaces a code, or changes a contract, is in the
//     journal.
//
// Promised faults: NotFound for a client or a code that is not the viewer's to see,
// Forbidden for other roles, Conflict for a code that has ended already.
package company

import (
	"context"

	"socialdirect/company/figures"
	"socialdirect/internal/fault"
	"socialdirect/internal/noise"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Service is the acts on clients.
type Service struct {
	db    *postgres.DB
	noise noise.Key
}

// New returns the acts on the given database. The limits of codes have their noise from
// key, the one of the figures (figures.Service.CheckKey).
func New(db *postgres.DB, key noise.Key) *Service { return &Service{db, key} }

// At returns the acts on another handle of the same database, such as one that stands
// at another instant.
func (s *Service) At(db *postgres.DB) *Service { return &Service{db, s.noise} }

// ErrCode says that a connection code opens nothing, whatever the reason.
var ErrCode = fault.New(fault.Invalid, "Ce code ne permet pas d’ouvrir un compte. Vérifiez-le avec la personne qui vous l’a donné, ou appelez le standard.")

// ErrMistyped says that what was typed is no code that anybody ever issued. It is
// an ErrCode too, for whoever does not care.
var ErrMistyped = &fault.Fault{
	Code: fault.Invalid, Cause: ErrCode,
	Message: "Il y a une faute de frappe dans ce code. Il a 16 signes, par groupes de quatre : comparez-les un par un.",
}

var errNoCode = fault.New(fault.NotFound, "Ce code n’existe pas.")

// Redeemed is the code that opens an account, and its client.
type Redeemed struct{ ClientID, CodeID uuid.UUID }

// Redeem finds the code, as typed, that opens an account, in the transaction that
// opens it. The contract is held until that transaction ends: it does not end under
// somebody's hands. No use is counted yet, see Use.
//
// It fails with ErrCode when the code opens none, with ErrMistyped when it cannot
// be a code. Used up, it is answered as one that nobody ever issued.
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

// ErrUsedUp says that a code's last use went to somebody who was faster, in the
// words of ErrCode: nobody is told that a code is used up.
var ErrUsedUp = &fault.Fault{Code: fault.Conflict, Message: ErrCode.Message}

// Use counts one use of a code, once the address of whoever gave it is proved: were
// it counted at sign-up, whoever watches the limit would learn which addresses have
// an account already (R5). ErrUsedUp when there is none left: two people never get
// the same last use.
func (s *Service) Use(ctx context.Context, tx postgres.Tx, code uuid.UUID) error {
	limit, uses, err := lockUses(ctx, tx, code)
	if err != nil || limit == 0 {
		return err // without a limit nothing needs the number
	}
	if figures.UsedUp(s.noise, code, limit, uses) {
		return ErrUsedUp
	}
	return countUse(ctx, tx, code)
}

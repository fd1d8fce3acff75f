package company

import (
	"context"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// ErrCode says that a connection code opens nothing, whatever the reason.
var ErrCode = fault.New(fault.Invalid, "Ce code ne permet pas d’ouvrir un compte. Vérifiez-le avec la personne qui vous l’a donné, ou appelez le standard.")

// ErrMistyped says that what was typed is no code that anybody ever issued. It is
// an ErrCode too, for whoever does not care.
var ErrMistyped = &fault.Fault{
	Code: fault.Invalid, Cause: ErrCode,
	Message: "Il y a une faute de frappe dans ce code. Il a 16 signes, par groupes de quatre : comparez-les un par un.",
}

// Redeem returns the client that a code, as typed, opens an account for, and
// counts one use, in the transaction that opens it. The code and the contract are
// held until that transaction ends: two people never get the same last use, and a
// code is not revoked under somebody's hands.
//
// It fails with ErrCode when the code opens none, with ErrMistyped when it cannot
// be a code.
func (s *Service) Redeem(ctx context.Context, tx postgres.Tx, typed string) (uuid.UUID, error) {
	code, ok := parseCode(typed)
	if !ok {
		return uuid.Nil, ErrMistyped
	}
	client, err := holdCode(ctx, tx, code)
	if postgres.NoRows(err) {
		return uuid.Nil, ErrCode
	}
	if err != nil {
		return uuid.Nil, err
	}
	return client, countUse(ctx, tx, code, 1)
}

// Release gives back, in the same transaction, the use of a redeemed code that
// opened no account after all.
func (s *Service) Release(ctx context.Context, tx postgres.Tx, typed string) error {
	code, ok := parseCode(typed)
	if !ok {
		return ErrMistyped
	}
	return countUse(ctx, tx, code, -1)
}

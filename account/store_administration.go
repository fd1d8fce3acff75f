package account

import (
	"context"
	"strings"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Accounts as an administrator sees them.

type accountRow struct {
	people.PersonRow
	CreatedAt   time.Time
	SeenOn      *time.Time
	SuspendedAt *time.Time
	ClosedAt    *time.Time
	Erased      bool
	HasPassword bool
	Validated   bool
	ClientID    *uuid.UUID
}

func (r accountRow) account() Account {
	a := Account{Person: r.Person(), CreatedAt: r.CreatedAt, State: r.state(), SeenOn: r.SeenOn, Accepted: r.HasPassword}
	if r.ClientID != nil {
		a.ClientID = *r.ClientID
	}
	return a
}

func (r accountRow) state() State {
	switch {
	case r.Erased:
		return Erased
	case r.ClosedAt != nil:
		return Closed
	case r.SuspendedAt != nil:
		return Suspended
	case !r.HasPassword:
		return Invited
	case !r.Validated:
		return Unvalidated
	}
	return Open
}

const selectAccount = `
	select ` + people.PersonColumns + `,
	       created_at, last_seen_on as seen_on, suspended_at, closed_at, erased_at is not null as erased, password_hash is not null as has_password,
	       coalesce(email_validated_at, mobile_validated_at) is not null as validated, client_id
	from accounts `

func oneAccount(ctx context.Context, q postgres.Querier, sql string, id uuid.UUID) (accountRow, error) {
	row, err := postgres.One[accountRow](ctx, q, sql, id)
	if postgres.NoRows(err) {
		return row, fault.New(fault.NotFound, "Ce compte n’existe pas.")
	}
	return row, err
}

func readAccount(ctx context.Context, q postgres.Querier, id uuid.UUID) (accountRow, error) {
	return oneAccount(ctx, q, selectAccount+`where id = $1`, id)
}

// Letters with the accents that French writes, and without.
const (
	accented   = "àâäçéèêëîïôöùûüÿœæ"
	unaccented = "aaaceeeeiioouuuyoa"
)

var foldLetters = func() *strings.Replacer {
	var pairs []string
	plain := []rune(unaccented)
	for i, letter := range []rune(accented) {
		pairs = append(pairs, string(letter), string(plain[i]))
	}
	return strings.NewReplacer(pairs...)
}()

var likeSigns = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// readMatching finds the accounts whose name, address or number holds every one
// of the words.
func readMatching(ctx context.Context, q postgres.Querier, words []string, skip, most int) ([]accountRow, error) {
	patterns := make([]string, len(words))
	for i, word := range words {
		patterns[i] = "%" + likeSigns.Replace(foldLetters.Replace(strings.ToLower(word))) + "%"
	}
	return postgres.All[accountRow](ctx, q, selectAccount+`
		where translate(lower(first_name || ' ' || last_name), $2, $3) || ' ' || lower(coalesce(email, '')) || ' ' || coalesce(mobile, '') like all ($1)
		order by lower(last_name), lower(first_name), id offset $4 limit $5`, patterns, accented, unaccented, skip, most)
}

// Decisions.

func insertDecision(ctx context.Context, tx postgres.Tx, id, account, author uuid.UUID, d Decision, sealed []byte) error {
	_, err := tx.Exec(ctx, `
		insert into account_decisions (id, account_id, act, role, sealed_reason, author_id, decided_at)
		values ($1, $2, $3, nullif($4, ''), $5, $6, $7)`, id, account, d.Act, d.Role, sealed, author, tx.Now)
	return err
}

type decisionRow struct {
	ID           uuid.UUID
	Act          Act
	Role         viewer.Role
	SealedReason []byte
	AuthorID     uuid.UUID
	DecidedAt    time.Time
}

func readDecisions(ctx context.Context, q postgres.Querier, account uuid.UUID, most int) ([]decisionRow, error) {
	return postgres.All[decisionRow](ctx, q, `
		select id, act, coalesce(role, '') as role, sealed_reason, author_id, decided_at
		from account_decisions where account_id = $1 order by decided_at desc, id limit $2`, account, most)
}

// Reports.

package people

import (
	"context"
	"strings"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type accountRow struct {
	PersonRow
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
	select ` + PersonColumns + `,
	       created_at, last_seen_on as seen_on, suspended_at, closed_at, erased_at is not null as erased, password_hash is not null as has_password,
	       coalesce(email_validated_at, mobile_validated_at) is not null as validated, client_id
	from accounts `

// ReadAccount returns an account as an administrator sees it. It fails with NotFound when
// there is none.
func ReadAccount(ctx context.Context, q postgres.Querier, id uuid.UUID) (Account, error) {
	row, err := postgres.One[accountRow](ctx, q, selectAccount+`where id = $1`, id)
	if postgres.NoRows(err) {
		return Account{}, fault.New(fault.NotFound, "Ce compte n’existe pas.")
	}
	return row.account(), err
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

// ReadMatching returns the accounts whose name, address or number contains each of the
// words, sorted by name.
func ReadMatching(ctx context.Context, q postgres.Querier, words []string, skip, most int) ([]Account, error) {
	patterns := make([]string, len(words))
	for i, word := range words {
		patterns[i] = "%" + postgres.EscapeLike(foldLetters.Replace(strings.ToLower(word))) + "%"
	}
	rows, err := postgres.All[accountRow](ctx, q, selectAccount+`
		where translate(lower(first_name || ' ' || last_name), $2, $3) || ' ' || lower(coalesce(email, '')) || ' ' || coalesce(mobile, '') like all ($1)
		order by last_name`+postgres.French+`, first_name`+postgres.French+`, id offset $4 limit $5`, patterns, accented, unaccented, skip, most)
	found := make([]Account, len(rows))
	for i, row := range rows {
		found[i] = row.account()
	}
	return found, err
}

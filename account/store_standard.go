package account

import (
	"context"
	"strings"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Who was signed up by the switchboard.

func insertAssistance(ctx context.Context, tx postgres.Tx, id, operator uuid.UUID) error {
	_, err := tx.Exec(ctx, `insert into assisted_signups (account_id, operator_id, created_at, sent_at) values ($1, $2, $3, $3)`, id, operator, tx.Now)
	return err
}

type assistedRow struct {
	ID        uuid.UUID
	FirstName string
	LastName  string
	Email     string
	Mobile    string
	Opened    bool
	Adult     bool
	CreatedAt time.Time
}

func (r assistedRow) progress() Progress {
	switch {
	case r.Adult:
		return Finished
	case r.Opened:
		return Opened
	}
	return LinkSent
}

const selectAssisted = `
	select a.id, a.first_name, a.last_name, coalesce(a.email, '') as email, coalesce(a.mobile, '') as mobile,
	       coalesce(a.email_validated_at, a.mobile_validated_at) is not null as opened, a.adult_declared_at is not null as adult, s.created_at
	from assisted_signups s join accounts a on a.id = s.account_id
	where s.operator_id = $1 `

func readAssisted(ctx context.Context, q postgres.Querier, operator uuid.UUID, most int) ([]assistedRow, error) {
	return postgres.All[assistedRow](ctx, q, selectAssisted+`order by s.created_at desc, a.id limit $2`, operator, most)
}

func lockAssisted(ctx context.Context, tx postgres.Tx, operator, id uuid.UUID) (assistedRow, error) {
	return postgres.One[assistedRow](ctx, tx, selectAssisted+`and a.id = $2 for update of s`, operator, id)
}

// Likely doubles.

type doubleRow struct {
	ID        uuid.UUID
	FirstName string
	LastName  string
	Mobile    string
	Likeness  Likeness
}

func (r doubleRow) double() Double {
	person := people.Person{FirstName: r.FirstName, LastName: r.LastName}
	return Double{ID: r.ID, Name: person.Name(), Mobile: people.MaskMobile(r.Mobile), Likeness: r.Likeness}
}

func asDoubles(rows []doubleRow, err error) ([]Double, error) {
	found := make([]Double, len(rows))
	for i, row := range rows {
		found[i] = row.double()
	}
	return found, err
}

const selectDouble = `select id, first_name, last_name, coalesce(mobile, '') as mobile, `

// readDoubles finds them among all accounts but one.
func readDoubles(ctx context.Context, q postgres.Querier, p Probe, except uuid.UUID) ([]Double, error) {
	return asDoubles(postgres.All[doubleRow](ctx, q, `
		select * from (`+selectDouble+`
		       case when email_key = address_key(nullif($1, '')) then 'email'
		            when name_key = person_key($2 || ' ' || $3) then 'name_and_mobile' else 'mobile' end as likeness
		from accounts
		where role = 'beneficiary' and id <> $6 and (email_key = address_key(nullif($1, '')) or mobile = nullif($4, ''))) found
		order by array_position(array['email', 'name_and_mobile', 'mobile'], likeness), last_name, id
		limit $5`, p.Email, p.FirstName, p.LastName, p.Mobile, resultsShown, except))
}

var likeEscapes = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func searchBeneficiaries(ctx context.Context, q postgres.Querier, words, mobile string, most int) ([]Double, error) {
	by, value := `(name_key like person_key($1) or surname_key like person_key($1))`, likeEscapes.Replace(words)+"%"
	switch {
	case mobile != "":
		by, value = `mobile = $1`, mobile
	case strings.Contains(words, "@"):
		by, value = `email_key = address_key($1)`, words
	}
	return asDoubles(postgres.All[doubleRow](ctx, q, selectDouble+`'' as likeness
		from accounts where role = 'beneficiary' and `+by+`
		order by last_name, first_name, id limit $2`, value, most))
}

// Codes by SMS.

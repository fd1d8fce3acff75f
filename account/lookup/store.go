package lookup

import (
	"context"
	"strings"

	"socialdirect/account/people"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

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

// ReadDoubles returns the likely doubles of a probe among all accounts except one, the
// likeliest first.
func ReadDoubles(ctx context.Context, q postgres.Querier, p Probe, except uuid.UUID) ([]Double, error) {
	return asDoubles(postgres.All[doubleRow](ctx, q, `
		select * from (`+selectDouble+`
		       case when email_key = address_key(nullif($1, '')) then 'email'
		            when name_key = person_key($2 || ' ' || $3) then 'name_and_mobile' else 'mobile' end as likeness
		from accounts
		where role = 'beneficiary' and id <> $6 and (email_key = address_key(nullif($1, '')) or mobile = nullif($4, ''))) found
		order by array_position(array['email', 'name_and_mobile', 'mobile'], likeness), last_name`+postgres.French+`, id
		limit $5`, p.Email, p.FirstName, p.LastName, p.Mobile, resultsShown, except))
}

func searchBeneficiaries(ctx context.Context, q postgres.Querier, words, mobile string, most int) ([]Double, error) {
	by, value := `(name_key like person_key($1) or surname_key like person_key($1))`, postgres.EscapeLike(words)+"%"
	switch {
	case mobile != "":
		by, value = `mobile = $1`, mobile
	case strings.Contains(words, "@"):
		by, value = `email_key = address_key($1)`, words
	}
	return asDoubles(postgres.All[doubleRow](ctx, q, selectDouble+`'' as likeness
		from accounts where role = 'beneficiary' and `+by+`
		order by last_name`+postgres.French+`, first_name`+postgres.French+`, id limit $2`, value, most))
}

package signup

import (
	"context"
	"time"

	"github.com/google/uuid"

	"socialdirect/internal/postgres"
)

func insertAssistance(ctx context.Context, tx postgres.Tx, id, agent uuid.UUID) error {
	_, err := tx.Exec(ctx, `insert into assisted_signups (account_id, operator_id, created_at, sent_at) values ($1, $2, $3, $3)`, id, agent, tx.Now)
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

func readAssisted(ctx context.Context, q postgres.Querier, agent uuid.UUID, most int) ([]assistedRow, error) {
	return postgres.All[assistedRow](ctx, q, selectAssisted+`order by s.created_at desc, a.id limit $2`, agent, most)
}

func lockAssisted(ctx context.Context, tx postgres.Tx, agent, id uuid.UUID) (assistedRow, error) {
	return postgres.One[assistedRow](ctx, tx, selectAssisted+`and a.id = $2 for update of s`, agent, id)
}

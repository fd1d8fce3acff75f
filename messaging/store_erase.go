package messaging

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// eraseMessages empties a beneficiary's messages and records their documents' objects as
// unclaimed uploads, dated abandoned, so that the next sweep removes them.
func eraseMessages(ctx context.Context, tx postgres.Tx, person uuid.UUID, abandoned time.Time) error {
	_, err := tx.Exec(ctx, `
		with gone as (delete from documents d using messages m where m.id = d.message_id and m.beneficiary_id = $1 returning d.object_key)
		insert into uploads (object_key, started_at) select object_key, $2::timestamptz from gone`, person, abandoned)
	if err != nil {
		return err
	}
	return postgres.ExecAll(ctx, tx, []string{
		`update messages set sealed_body = null where beneficiary_id = $1`,
		`delete from read_marks where account_id = $1`,
		`delete from message_rates where account_id = $1`,
		`delete from document_days where account_id = $1`,
		`update uploads set account_id = null where account_id = $1`,
	}, person)
}

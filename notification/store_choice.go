package notification

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// choice is what a person chose about one topic.
type choice struct {
	AccountID uuid.UUID
	Topic     string
	Stopped   bool
}

const choiceColumns = `account_id, topic, stopped_at is not null as stopped`

func isStopped(ctx context.Context, q postgres.Querier, account uuid.UUID, topic string) (stopped bool, err error) {
	err = q.QueryRow(ctx, `
		select exists (select from notification_choices where account_id = $1 and topic = $2 and stopped_at is not null)`, account, topic).Scan(&stopped)
	return stopped, err
}

// saveToken stores the hash of the link that stops a topic. It is the same at every mail.
func saveToken(ctx context.Context, tx postgres.Tx, account uuid.UUID, topic string, hash []byte) error {
	_, err := tx.Exec(ctx, `
		insert into notification_choices (account_id, topic, token_hash) values ($1, $2, $3)
		on conflict (account_id, topic) do update set token_hash = excluded.token_hash`, account, topic, hash)
	return err
}

func readChoiceByToken(ctx context.Context, q postgres.Querier, hash []byte) (choice, error) {
	return postgres.One[choice](ctx, q, `select `+choiceColumns+` from notification_choices where token_hash = $1`, hash)
}

func readChoices(ctx context.Context, q postgres.Querier, account uuid.UUID) ([]choice, error) {
	return postgres.All[choice](ctx, q, `select `+choiceColumns+` from notification_choices where account_id = $1`, account)
}

// setStopped records whether a topic is stopped, and keeps the instant of an earlier stop.
func setStopped(ctx context.Context, tx postgres.Tx, account uuid.UUID, topic string, stopped bool) error {
	_, err := tx.Exec(ctx, `
		update notification_choices set stopped_at = case when $3 then coalesce(stopped_at, $4::timestamptz) end
		where account_id = $1 and topic = $2`, account, topic, stopped, tx.Now)
	return err
}

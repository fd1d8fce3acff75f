package company

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func updateMailDomains(ctx context.Context, tx postgres.Tx, client uuid.UUID, domains []string) (changed bool, err error) {
	tag, err := tx.Exec(ctx, `
		update clients set mail_domains = coalesce($2, '{}'::text[]) where id = $1 and mail_domains <> coalesce($2, '{}'::text[])`, client, domains)
	return err == nil && tag.RowsAffected() > 0, err
}

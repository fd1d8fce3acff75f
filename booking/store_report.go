package booking

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func countComing(ctx context.Context, q postgres.Querier, person uuid.UUID, now time.Time) (n int, err error) {
	err = q.QueryRow(ctx, `
		select count(*) from appointments p
		where `+isTheirs+` and `+isComing, person, now).Scan(&n)
	return n, err
}

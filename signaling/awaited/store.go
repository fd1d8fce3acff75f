package awaited

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// readAdmitted reports whether the worker has let the person in.
func readAdmitted(ctx context.Context, q postgres.Querier, appointment uuid.UUID) (admitted bool, err error) {
	err = q.QueryRow(ctx, `select exists (select from call_admissions where appointment_id = $1)`, appointment).Scan(&admitted)
	return admitted, err
}

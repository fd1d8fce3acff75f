package notify

import (
	"context"

	"socialdirect/internal/postgres"
	"socialdirect/notification"
)

// selectDue selects, after the cursor, the appointments whose reminder is due and still
// useful. It skips people who were notified of the appointment since the reminder was due:
// they know.
var selectDue = `
	select p.id, p.beneficiary_id, p.sequence, lower(p.period) as starts_at from appointments p
	where p.status = 'confirmed' and lower(p.period) > $1 and lower(p.period) <= $2
	  and (lower(p.period), p.id) > ($3, $4)
	  and p.booked_at <= lower(p.period) - $5::interval
	  and not exists (
		select from ` + notification.Of("p.id", "p.beneficiary_id") + ` n
		where n.queued_at > lower(p.period) - $5::interval or n.kind = $6 and n.concerns_at = lower(p.period))
	order by lower(p.period), p.id limit $7`

func readDue(ctx context.Context, tx postgres.Tx, name string, k kind, after due, most int) ([]due, error) {
	return postgres.All[due](ctx, tx, selectDue,
		tx.Now.Add(k.useless), tx.Now.Add(k.before), after.StartsAt, after.ID, k.before, name, most)
}

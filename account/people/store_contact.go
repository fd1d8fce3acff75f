package people

import (
	"context"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type contactRow struct {
	PersonRow
	Chosen        bool
	Texts         bool
	Discreet      bool
	LimitReminder bool
	HourReminder  bool
	CallFrom      int
	CallUntil     int
}

func (r contactRow) reachable() Reachable {
	contact := DefaultContact
	if r.Chosen {
		contact = Contact{
			Texts: r.Texts, Discreet: r.Discreet, LimitReminder: r.LimitReminder, HourReminder: r.HourReminder,
			CallFrom: r.CallFrom, CallUntil: r.CallUntil,
		}
	}
	return Reachable{Person: r.Person(), Contact: contact}
}

// ReadReachable returns how to notify the people with the given IDs. An ID without an account
// is absent.
func ReadReachable(ctx context.Context, q postgres.Querier, ids []uuid.UUID) (map[uuid.UUID]Reachable, error) {
	rows, err := postgres.All[contactRow](ctx, q, `
		select a.id, a.role, coalesce(a.email, '') as email, a.first_name, a.last_name, coalesce(a.mobile, '') as mobile, a.time_zone,
		       `+IsActive+` as active, a.mobile_validated_at is not null as proved, c.account_id is not null as chosen, coalesce(c.texts, false) as texts, coalesce(c.discreet, false) as discreet,
		       coalesce(c.limit_reminder, false) as limit_reminder, coalesce(c.hour_reminder, false) as hour_reminder,
		       coalesce(c.call_from, 0) as call_from, coalesce(c.call_until, 0) as call_until
		from accounts a left join contact_choices c on c.account_id = a.id where a.id = any($1)`, ids)
	people := make(map[uuid.UUID]Reachable, len(rows))
	for _, row := range rows {
		people[row.ID] = row.reachable()
	}
	return people, err
}

// SaveContact saves a person's choices.
func SaveContact(ctx context.Context, tx postgres.Tx, id uuid.UUID, c Contact) error {
	_, err := tx.Exec(ctx, `
		insert into contact_choices (account_id, texts, discreet, limit_reminder, hour_reminder, call_from, call_until)
		values ($1, $2, $3, $4, $5, $6, $7)
		on conflict (account_id) do update set texts = excluded.texts, discreet = excluded.discreet,
			limit_reminder = excluded.limit_reminder, hour_reminder = excluded.hour_reminder,
			call_from = excluded.call_from, call_until = excluded.call_until`,
		id, c.Texts, c.Discreet, c.LimitReminder, c.HourReminder, c.CallFrom, c.CallUntil)
	return err
}

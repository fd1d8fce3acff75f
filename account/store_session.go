package account

import (
	"context"
	"time"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

type sessionRow struct {
	IDHash    []byte
	AccountID uuid.UUID
	Complete  bool
	SeenAt    time.Time
	Role      viewer.Role
	Email     string
	FirstName string
	LastName  string
	TimeZone  string
	ClientID  *uuid.UUID
}

func (r sessionRow) viewer() *viewer.Viewer {
	person := Person{Email: r.Email, FirstName: r.FirstName, LastName: r.LastName}
	v := &viewer.Viewer{ID: r.AccountID, Role: r.Role, Name: person.Name(), Zone: Location(r.TimeZone), Session: r.IDHash, Complete: r.Complete}
	if r.ClientID != nil {
		v.ClientID = *r.ClientID
	}
	return v
}

func insertSession(ctx context.Context, tx postgres.Tx, hash []byte, id uuid.UUID, complete bool) error {
	_, err := tx.Exec(ctx, `
		insert into sessions (id_hash, account_id, second_factor, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $4, $5)`,
		hash, id, complete, tx.Now, tx.Now.Add(SessionLifetime))
	return err
}

func readSession(ctx context.Context, q postgres.Querier, hash []byte, now time.Time) (sessionRow, error) {
	return postgres.One[sessionRow](ctx, q, `
		select s.id_hash, s.account_id, s.second_factor as complete, s.seen_at, a.role, a.email, a.first_name, a.last_name, a.time_zone, a.client_id
		from sessions s join accounts a on a.id = s.account_id
		where s.id_hash = $1 and s.expires_at > $2 and s.seen_at > $3`, hash, now, now.Add(-SessionIdle))
}

func touchSession(ctx context.Context, q postgres.Querier, hash []byte, now time.Time) error {
	_, err := q.Exec(ctx, `update sessions set seen_at = $2 where id_hash = $1`, hash, now)
	return err
}

func deleteSession(ctx context.Context, q postgres.Querier, hash []byte) error {
	_, err := q.Exec(ctx, `delete from sessions where id_hash = $1`, hash)
	return err
}

// deleteStale removes what nobody can use any more.
func deleteStale(ctx context.Context, tx postgres.Tx) error {
	if _, err := tx.Exec(ctx, `delete from sessions where expires_at <= $1 or seen_at <= $2`, tx.Now, tx.Now.Add(-SessionIdle)); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `delete from account_tokens where expires_at <= $1`, tx.Now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from throttles where seen_at <= $1 and blocked_until <= $2`, tx.Now.Add(-throttleMemory), tx.Now)
	return err
}

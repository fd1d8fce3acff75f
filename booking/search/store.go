package search

import (
	"context"
	"time"

	"socialdirect/booking/agenda"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// readDueWorkers reads, in order of id, workers whose slots must be computed: their agenda
// changed, or the last computation is outside fresh, which ends now.
func readDueWorkers(ctx context.Context, q postgres.Querier, after uuid.UUID, fresh slot.Period, most int) ([]uuid.UUID, error) {
	type row struct{ AccountID uuid.UUID }
	rows, err := postgres.All[row](ctx, q, `
		select account_id from social_workers w
		where account_id > $1
		  and (exists (select from agenda_changes c where c.social_worker_id = account_id)
		       or not exists (select from available_slots_refreshes r where r.social_worker_id = account_id and r.refreshed_at > $2 and r.refreshed_at <= $3))
		order by account_id limit $4`, after, fresh.From, fresh.To, most)
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.AccountID
	}
	return ids, err
}

// lockSlots locks a worker's stored slots until the transaction ends, and returns until
// when they are complete.
func lockSlots(ctx context.Context, tx postgres.Tx, worker uuid.UUID) (knownUntil time.Time, err error) {
	err = tx.QueryRow(ctx, `
		insert into available_slots_refreshes (social_worker_id, known_until, refreshed_at) values ($1, $2, $2)
		on conflict (social_worker_id) do update set refreshed_at = $2 returning known_until`, worker, tx.Now).Scan(&knownUntil)
	return knownUntil, err
}

func setKnownUntil(ctx context.Context, tx postgres.Tx, worker uuid.UUID, until time.Time) error {
	_, err := tx.Exec(ctx, `update available_slots_refreshes set known_until = $2 where social_worker_id = $1`, worker, until)
	return err
}

func deleteChanges(ctx context.Context, tx postgres.Tx, worker uuid.UUID) error {
	_, err := tx.Exec(ctx, `delete from agenda_changes where social_worker_id = $1`, worker)
	return err
}

type slotRow struct {
	SocialWorkerID uuid.UUID
	StartsAt       time.Time
	Modes          []string
}

func (r slotRow) slot() slot.Slot {
	return slot.Slot{StartsAt: r.StartsAt.UTC(), Modes: slot.ParseModes(r.Modes)}
}

func readSlots(ctx context.Context, q postgres.Querier, worker uuid.UUID) ([]slot.Slot, error) {
	rows, err := postgres.All[slotRow](ctx, q, `
		select social_worker_id, starts_at, modes from available_slots where social_worker_id = $1 order by starts_at`, worker)
	slots := make([]slot.Slot, len(rows))
	for i, row := range rows {
		slots[i] = row.slot()
	}
	return slots, err
}

func deleteSlots(ctx context.Context, tx postgres.Tx, worker uuid.UUID, at []time.Time) error {
	if len(at) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `delete from available_slots where social_worker_id = $1 and starts_at = any($2)`, worker, at)
	return err
}

func upsertSlots(ctx context.Context, tx postgres.Tx, worker uuid.UUID, slots []slot.Slot) error {
	if len(slots) == 0 {
		return nil
	}
	at, modes := make([]time.Time, len(slots)), make([]string, len(slots))
	for i, hour := range slots {
		at[i], modes[i] = hour.StartsAt, slot.JoinModes(hour.Modes)
	}
	_, err := tx.Exec(ctx, `
		insert into available_slots (social_worker_id, starts_at, modes)
		select $1, at, string_to_array(modes, ',') from unnest($2::timestamptz[], $3::text[]) as t (at, modes)
		on conflict (social_worker_id, starts_at) do update set modes = excluded.modes`, worker, at, modes)
	return err
}

// candidateRow is a matching worker, with the first stored slot.
type candidateRow struct {
	AccountID uuid.UUID
	First     *time.Time
}

// found is the SQL condition of matching workers, with parameters $1 to $5.
const found = `($1 = '' or $1 = any(reasons)) and ($2 = '' or $2 = any(languages)) and w.modes && $3::text[]
	and ($4 = '' or exists (select from places l where l.social_worker_id = account_id and l.retired_at is null
		and position(lower($4) in lower(l.name || ' ' || l.address)) > 0))`

// bookable is the SQL condition of a stored slot f of worker w that can be booked at $5 in
// one of the modes $3.
var bookable = agenda.ModesInWindow("$5", "$3")

// readCandidates reads every matching worker. Its cost does not depend on the number of
// appointments.
func readCandidates(ctx context.Context, q postgres.Querier, s Search, now time.Time) ([]candidateRow, error) {
	return postgres.All[candidateRow](ctx, q, `
		select w.account_id, (select min(f.starts_at) from available_slots f where f.social_worker_id = w.account_id and `+bookable+`) as first
		from social_workers w where `+found+` and `+worker.CoveredAt("$5")+` and $6::uuid in (w.account_id, '00000000-0000-0000-0000-000000000000'::uuid)`,
		s.Reason, s.Language, s.Modes, s.Town, now, s.Worker)
}

// readSoonest reads the candidates' next stored slots within a span: so many instants,
// with a few workers each. The choice of workers at one instant differs between people.
func readSoonest(ctx context.Context, q postgres.Querier, t Seeker, candidates []uuid.UUID, span slot.Period) ([]slotRow, error) {
	return postgres.All[slotRow](ctx, q, `
		select social_worker_id, starts_at, modes from (
			select f.social_worker_id, f.starts_at, f.modes, dense_rank() over (order by f.starts_at) as instant,
			       row_number() over (partition by f.starts_at order by hashtextextended($6::uuid::text || f.social_worker_id, 0)) as choice
			from available_slots f join social_workers w on w.account_id = f.social_worker_id
			where f.social_worker_id = any($1) and `+bookable+` and f.starts_at >= $4 and f.starts_at < $2) as kept
		where instant <= $7 and choice <= $8 order by starts_at, choice`,
		candidates, span.To, t.Modes, span.From, t.Now, t.Person, instantsRead, choicesRead)
}

// readChoice reads what a session keeps for a person; nil for nothing.
func readChoice(ctx context.Context, q postgres.Querier, session []byte, person uuid.UUID) (sealed []byte, err error) {
	err = q.QueryRow(ctx, `select sealed from search_choices where session_hash = $1 and person_id = $2`, session, person).Scan(&sealed)
	if postgres.NoRows(err) {
		return nil, nil
	}
	return sealed, err
}

func putChoice(ctx context.Context, tx postgres.Tx, session []byte, person uuid.UUID, sealed []byte) error {
	_, err := tx.Exec(ctx, `
		insert into search_choices (session_hash, person_id, sealed) values ($1, $2, $3)
		on conflict (session_hash, person_id) do update set sealed = excluded.sealed`, session, person, sealed)
	return err
}

// readChoosing reads the sessions that keep a choice.
func readChoosing(ctx context.Context, q postgres.Querier) ([][]byte, error) {
	rows, err := postgres.All[struct{ SessionHash []byte }](ctx, q, `select distinct session_hash from search_choices`)
	sessions := make([][]byte, len(rows))
	for i, row := range rows {
		sessions[i] = row.SessionHash
	}
	return sessions, err
}

func deleteChoices(ctx context.Context, q postgres.Querier, sessions [][]byte) error {
	_, err := q.Exec(ctx, `delete from search_choices where session_hash = any($1)`, sessions)
	return err
}

// spokenRow is a worker who can be booked, and the languages that they speak.
type spokenRow struct {
	AccountID uuid.UUID
	Languages []string
}

// readSpoken reads who can be booked in one of the modes, and their languages.
func readSpoken(ctx context.Context, q postgres.Querier, modes []string, now time.Time) ([]spokenRow, error) {
	return postgres.All[spokenRow](ctx, q, `
		select w.account_id, w.languages from social_workers w where w.modes && $1::text[] and `+worker.CoveredAt("$2"), modes, now)
}

// Erase deletes a worker's stored slots, and what was kept of a person's searches.
func Erase(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	return postgres.ExecAll(ctx, tx, []string{
		`delete from available_slots where social_worker_id = $1`,
		`delete from search_choices where person_id = $1`,
	}, person)
}

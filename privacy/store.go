package privacy

import (
	"context"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

type requestRow struct {
	ID            uuid.UUID
	Kind          Kind
	Origin        Origin
	Channel       *Channel
	AccountID     *uuid.UUID
	State         State
	ReceivedAt    time.Time
	DueOn         time.Time
	ConfirmedAt   *time.Time
	ClosedAt      *time.Time
	SealedDetails []byte
	SealedReply   []byte
}

func (r requestRow) request() Request {
	request := Request{
		ID: r.ID, Kind: r.Kind, Origin: r.Origin, State: r.State, ReceivedAt: r.ReceivedAt, DueOn: r.DueOn, ConfirmedAt: r.ConfirmedAt, ClosedAt: r.ClosedAt,
	}
	if r.Channel != nil {
		request.Channel = *r.Channel
	}
	if r.AccountID != nil {
		request.AccountID = *r.AccountID
	}
	return request
}

func requests(rows []requestRow) []Request {
	all := make([]Request, len(rows))
	for i, row := range rows {
		all[i] = row.request()
	}
	return all
}

const selectRequest = `
	select id, kind, origin, channel, account_id, state, received_at, due_on, confirmed_at, closed_at, sealed_details, sealed_reply
	from rights_requests `

func oneRequest(ctx context.Context, q postgres.Querier, sql string, id uuid.UUID) (requestRow, error) {
	row, err := postgres.One[requestRow](ctx, q, sql, id)
	if postgres.NoRows(err) {
		return row, errNotFound
	}
	return row, err
}

func readRequest(ctx context.Context, q postgres.Querier, id uuid.UUID) (requestRow, error) {
	return oneRequest(ctx, q, selectRequest+`where id = $1`, id)
}

func lockRequest(ctx context.Context, tx postgres.Tx, id uuid.UUID) (Request, error) {
	row, err := oneRequest(ctx, tx, selectRequest+`where id = $1 for update`, id)
	return row.request(), err
}

// shownToPerson is how many of their requests a person sees at most.
const shownToPerson = 20

func readRequestsOf(ctx context.Context, q postgres.Querier, person uuid.UUID) ([]requestRow, error) {
	return postgres.All[requestRow](ctx, q, selectRequest+`where account_id = $1 order by received_at desc, id limit $2`, person, shownToPerson)
}

func readOpen(ctx context.Context, q postgres.Querier, most int) ([]requestRow, error) {
	return postgres.All[requestRow](ctx, q, selectRequest+`where state = 'open' order by due_on, received_at, id limit $1`, most)
}

func countOverdue(ctx context.Context, q postgres.Querier, today time.Time) (n int, err error) {
	err = q.QueryRow(ctx, `select count(*) from rights_requests where state = 'open' and due_on < $1`, today).Scan(&n)
	return n, err
}

func readClosed(ctx context.Context, q postgres.Querier, most int) ([]requestRow, error) {
	return postgres.All[requestRow](ctx, q, selectRequest+`where closed_at is not null order by closed_at desc, id limit $1`, most)
}

func insertRequest(ctx context.Context, tx postgres.Tx, r Request, details, reply []byte) error {
	_, err := tx.Exec(ctx, `
		insert into rights_requests (id, kind, origin, channel, account_id, state, received_at, due_on, sealed_details, sealed_reply)
		values ($1, $2, $3, nullif($4, ''), $5, $6, $7, $8, $9, $10)`,
		r.ID, r.Kind, r.Origin, r.Channel, postgres.OrNull(r.AccountID), r.State, r.ReceivedAt, r.DueOn, details, reply)
	if postgres.Violates(err, "rights_requests_once_key") {
		return errAlready
	}
	return err
}

func closeRequest(ctx context.Context, tx postgres.Tx, id uuid.UUID, as State) error {
	_, err := tx.Exec(ctx, `update rights_requests set state = $2, closed_at = $3 where id = $1`, id, as, tx.Now)
	return err
}

// closeRequestsOf closes every open request about a person as carried out.
func closeRequestsOf(ctx context.Context, tx postgres.Tx, person uuid.UUID) (ids []uuid.UUID, err error) {
	rows, err := postgres.All[struct{ ID uuid.UUID }](ctx, tx, `
		update rights_requests set state = 'done', closed_at = $2 where account_id = $1 and state = 'open' returning id`, person, tx.Now)
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids, err
}

// forgetDetailsOf deletes the text of all requests about a person.
func forgetDetailsOf(ctx context.Context, tx postgres.Tx, person uuid.UUID) error {
	_, err := tx.Exec(ctx, `update rights_requests set sealed_details = null where account_id = $1`, person)
	return err
}

func setSubject(ctx context.Context, tx postgres.Tx, id, subject uuid.UUID) error {
	_, err := tx.Exec(ctx, `update rights_requests set account_id = $2 where id = $1`, id, subject)
	return err
}

func setReply(ctx context.Context, tx postgres.Tx, id uuid.UUID, sealed []byte) error {
	_, err := tx.Exec(ctx, `update rights_requests set sealed_reply = $2 where id = $1`, id, sealed)
	return err
}

// Links.

// setLink saves the hash of a link. It fails with Gone unless the request is unconfirmed.
func setLink(ctx context.Context, tx postgres.Tx, id uuid.UUID, hash []byte) error {
	done, err := tx.Exec(ctx, `
		update rights_requests set link_hash = $2, link_until = received_at + $3 where id = $1 and state = 'unconfirmed'`, id, hash, LinkLifetime)
	if err == nil && done.RowsAffected() == 0 {
		return errGone
	}
	return err
}

const linkWorks = `link_hash = $1 and link_until > $2 and state = 'unconfirmed'`

func readLink(ctx context.Context, q postgres.Querier, hash []byte, now time.Time) error {
	var id uuid.UUID
	err := q.QueryRow(ctx, `select id from rights_requests where `+linkWorks, hash, now).Scan(&id)
	if postgres.NoRows(err) {
		return errGone
	}
	return err
}

func confirmRequest(ctx context.Context, tx postgres.Tx, hash []byte) (id uuid.UUID, err error) {
	err = tx.QueryRow(ctx, `
		update rights_requests set state = 'open', confirmed_at = $2, link_hash = null, link_until = null where `+linkWorks+` returning id`, hash, tx.Now).Scan(&id)
	if postgres.NoRows(err) {
		return uuid.Nil, errGone
	}
	return id, err
}

// deleteUnconfirmed deletes unconfirmed requests from before an instant.
func deleteUnconfirmed(ctx context.Context, tx postgres.Tx, before time.Time) (ids []uuid.UUID, err error) {
	rows, err := postgres.All[struct{ ID uuid.UUID }](ctx, tx, `
		delete from rights_requests where state = 'unconfirmed' and received_at <= $1 returning id`, before)
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	return ids, err
}

// Steps.

type stepRow struct {
	ID         uuid.UUID
	At         time.Time
	AuthorID   *uuid.UUID
	Act        StepAct
	SealedText []byte
}

func insertStep(ctx context.Context, tx postgres.Tx, id, request, author uuid.UUID, act StepAct, sealed []byte) error {
	_, err := tx.Exec(ctx, `
		insert into rights_steps (id, request_id, at, author_id, act, sealed_text)
		values ($1, $2, $3, $4, $5, $6)`, id, request, tx.Now, postgres.OrNull(author), act, sealed)
	return err
}

func readSteps(ctx context.Context, q postgres.Querier, request uuid.UUID) ([]stepRow, error) {
	return postgres.All[stepRow](ctx, q, `select id, at, author_id, act, sealed_text from rights_steps where request_id = $1 order by number`, request)
}

// Archives.

type archiveRow struct {
	Sealed    []byte
	DestroyOn time.Time
}

func insertArchive(ctx context.Context, tx postgres.Tx, person uuid.UUID, sealed []byte, closed, destroy time.Time) error {
	_, err := tx.Exec(ctx, `insert into identity_archives (account_id, sealed, closed_on, destroy_on) values ($1, $2, $3, $4)`, person, sealed, closed, destroy)
	return err
}

func readArchive(ctx context.Context, q postgres.Querier, person uuid.UUID) (archiveRow, error) {
	row, err := postgres.One[archiveRow](ctx, q, `select sealed, destroy_on from identity_archives where account_id = $1`, person)
	if postgres.NoRows(err) {
		return row, errNotFound
	}
	return row, err
}

// deleteArchives deletes archives whose date of destruction has come.
func deleteArchives(ctx context.Context, tx postgres.Tx, today time.Time) (people []uuid.UUID, err error) {
	rows, err := postgres.All[struct{ AccountID uuid.UUID }](ctx, tx, `delete from identity_archives where destroy_on <= $1 returning account_id`, today)
	for _, row := range rows {
		people = append(people, row.AccountID)
	}
	return people, err
}

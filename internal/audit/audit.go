// Package audit is the journal of decisions about people and of access to their data (R7,
// R39). Lines are only appended, and each contains the hash of the one before, so that a line
// that was changed, removed or inserted is detected.
//
// A line contains identifiers of accounts and objects but no text about people, so that it may
// remain after an erasure. The reason of a decision is stored with the decision, in its
// domain.
package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Entry is one line.
type Entry struct {
	ActorID   uuid.UUID // who acted; zero: the platform itself
	Act       string    // such as "account.suspended"; must never change
	SubjectID uuid.UUID // the person concerned; zero: nobody
	ObjectID  uuid.UUID // the object concerned; zero: none
}

// Line is an entry of the journal.
type Line struct {
	ID int64 // 1, 2, 3… without a gap
	At time.Time
	Entry
}

// chainLock is the advisory lock with which lines are appended one at a time.
const chainLock = 5_120_417

// Append writes a line in the act's own transaction, so that an act that is rolled back is not
// journaled, and logs it once that transaction has committed. Appending transactions wait for
// each other until they end.
func Append(ctx context.Context, tx postgres.Tx, e Entry) error {
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock($1)`, chainLock); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	last, err := readLast(ctx, tx)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	line := Line{ID: last.ID + 1, At: tx.Now, Entry: e}
	_, err = tx.Exec(ctx, `
		insert into audit_entries (id, at, actor_id, act, subject_id, object_id, previous_hash, hash)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		line.ID, line.At, postgres.OrNull(e.ActorID), e.Act, postgres.OrNull(e.SubjectID), postgres.OrNull(e.ObjectID), last.Hash, line.hash(last.Hash))
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	tx.AfterCommit(func() { Log(ctx, slog.LevelInfo, e) })
	return nil
}

// hash computes a hash of every field of the line and the hash of the line before.
func (l Line) hash(previous []byte) []byte {
	var text bytes.Buffer
	text.Write(previous)
	for _, n := range []int64{l.ID, l.At.UnixMicro()} {
		text.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
	for _, id := range []uuid.UUID{l.ActorID, l.SubjectID, l.ObjectID} {
		text.Write(id[:])
	}
	text.WriteString(l.Act) // last, because only it has a variable length
	sum := sha256.Sum256(text.Bytes())
	return sum[:]
}

// row is a stored line.
type row struct {
	ID           int64
	At           time.Time
	ActorID      uuid.UUID
	Act          string
	SubjectID    uuid.UUID
	ObjectID     uuid.UUID
	PreviousHash []byte
	Hash         []byte
}

func (r row) line() Line {
	return Line{ID: r.ID, At: r.At.UTC(), Entry: Entry{ActorID: r.ActorID, Act: r.Act, SubjectID: r.SubjectID, ObjectID: r.ObjectID}}
}

const nobody = `'00000000-0000-0000-0000-000000000000'::uuid`

const selectRows = `
	select id, at, coalesce(actor_id, ` + nobody + `) as actor_id, act, coalesce(subject_id, ` + nobody + `) as subject_id,
	       coalesce(object_id, ` + nobody + `) as object_id, previous_hash, hash
	from audit_entries `

func readLast(ctx context.Context, tx postgres.Tx) (row, error) {
	last, err := postgres.One[row](ctx, tx, selectRows+`order by id desc limit 1`)
	if postgres.NoRows(err) {
		return row{Hash: []byte{}}, nil
	}
	return last, err
}

// Filter selects lines; its zero value selects all.
type Filter struct {
	Kinds  []string  // of acts: what is before the full stop of their names; empty: any
	Who    uuid.UUID // who acted or whom it concerns; zero: anybody
	From   time.Time // at this instant or later; zero: any
	Until  time.Time // before this instant; zero: any
	Before int64     // lines with a smaller number, to read on; 0: any
}

// Search returns the latest lines that a filter selects, latest first.
func Search(ctx context.Context, q postgres.Querier, f Filter, most int) ([]Line, error) {
	return toLines(postgres.All[row](ctx, q, selectRows+`
		where ($1::text[] is null or split_part(act, '.', 1) = any($1))
		and ($2::uuid is null or $2 in (actor_id, subject_id))
		and ($3::timestamptz is null or at >= $3) and ($4::timestamptz is null or at < $4)
		and ($5::bigint = 0 or id < $5)
		order by id desc limit $6`, f.Kinds, postgres.OrNull(f.Who), postgres.OrNull(f.From), postgres.OrNull(f.Until), f.Before, most))
}

// About returns the latest lines about somebody, latest first.
func About(ctx context.Context, q postgres.Querier, subject uuid.UUID, most int) ([]Line, error) {
	return toLines(postgres.All[row](ctx, q, selectRows+`where subject_id = $1 order by id desc limit $2`, subject, most))
}

func toLines(rows []row, err error) ([]Line, error) {
	lines := make([]Line, len(rows))
	for i, r := range rows {
		lines[i] = r.line()
	}
	return lines, err
}

// ErrBroken means that lines of the journal were altered.
var ErrBroken = errors.New("journal: the chain is broken")

// verifyAtOnce is the number of lines that Verify reads at a time.
const verifyAtOnce = 1000

// Verify checks the whole chain, and fails with ErrBroken and the line where it is broken. It
// cannot detect that the last lines were removed: for this, it returns the number and hash of
// the last line, to be compared with those of an earlier day.
func Verify(ctx context.Context, q postgres.Querier) (last int64, hash []byte, err error) {
	hash = []byte{}
	for {
		rows, err := postgres.All[row](ctx, q, selectRows+`where id > $1 order by id limit $2`, last, verifyAtOnce)
		if err != nil {
			return last, hash, err
		}
		for _, r := range rows {
			if r.ID != last+1 || !bytes.Equal(r.PreviousHash, hash) || !bytes.Equal(r.Hash, r.line().hash(hash)) {
				return last, hash, fmt.Errorf("%w after line %d", ErrBroken, last)
			}
			last, hash = r.ID, r.Hash
		}
		if len(rows) < verifyAtOnce {
			return last, hash, nil
		}
	}
}

// Package audit is the journal of what was decided about people and of who opened
// what (R7, R39). It only grows, and each line holds the hash of the one before
// it: a line that is changed, taken out or put in shows.
//
// A line names accounts and things by identifier and holds no words about
// anybody, so that it can outlive an erasure; the reason of a decision stands with
// the decision, in its domain.
package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

// Entry is one line.
type Entry struct {
	ActorID   uuid.UUID // who did it; zero for the platform itself
	Act       string    // what was done: "account.suspended"; a lasting name
	SubjectID uuid.UUID // whom it is about; zero for nobody
	ObjectID  uuid.UUID // the thing it was done to; zero for none
}

// Line is an entry of the journal.
type Line struct {
	ID int64 // 1, 2, 3… without a gap
	At time.Time
	Entry
}

// chainLock is the advisory lock under which lines are appended, one at a time.
const chainLock = 5_120_417

// Append writes a line in the act's own transaction: what rolls back was not done.
// Appending transactions wait for each other from here to their end.
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
	return nil
}

// hash binds every field of the line to all lines before it.
func (l Line) hash(previous []byte) []byte {
	var text bytes.Buffer
	text.Write(previous)
	for _, n := range []int64{l.ID, l.At.UnixMicro()} {
		text.Write(binary.BigEndian.AppendUint64(nil, uint64(n)))
	}
	for _, id := range []uuid.UUID{l.ActorID, l.SubjectID, l.ObjectID} {
		text.Write(id[:])
	}
	text.WriteString(l.Act) // last, since it alone has no fixed length
	sum := sha256.Sum256(text.Bytes())
	return sum[:]
}

// row is a line as it is stored.
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

// Latest lists the latest lines, latest first.
func Latest(ctx context.Context, q postgres.Querier, most int) ([]Line, error) {
	return toLines(postgres.All[row](ctx, q, selectRows+`order by id desc limit $1`, most))
}

// About lists the latest lines about somebody, latest first.
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

// ErrBroken says that the journal is not what was written.
var ErrBroken = errors.New("journal: the chain is broken")

// verifyAtOnce bounds how many lines are in memory while the chain is verified.
const verifyAtOnce = 1000

// Verify walks the whole chain; ErrBroken, with the line, where it does not hold.
// It cannot tell that the last lines were cut off: the number and hash of the last
// line it saw are returned, to be held against those of an earlier day.
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

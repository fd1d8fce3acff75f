package audit_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"socialdirect/internal/audit"
	"socialdirect/internal/dbtest"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
)

func open(t *testing.T) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), dbtest.New(t), 10)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func write(ctx context.Context, db *postgres.DB, e audit.Entry) error {
	return db.InTx(ctx, func(tx postgres.Tx) error { return audit.Append(ctx, tx, e) })
}

func TestR39_ConcurrentLinesFormOneChain(t *testing.T) {
	t.Parallel()
	db, subject := open(t), uuid.New()
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if err := write(t.Context(), db, audit.Entry{ActorID: uuid.New(), Act: "account.suspended", SubjectID: subject}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	last, hash, err := audit.Verify(t.Context(), db.Pool)
	if err != nil || last != 40 || len(hash) != 32 {
		t.Errorf("%d lines, %x, %v", last, hash, err)
	}
	lines, err := audit.About(t.Context(), db.Pool, subject, 10)
	if err != nil || len(lines) != 10 || lines[0].ID != 40 || time.Since(lines[0].At) > time.Minute {
		t.Errorf("%v, %v", lines, err)
	}
	lines, err = audit.Search(t.Context(), db.Pool, audit.Filter{}, 3)
	if err != nil || len(lines) != 3 || lines[0].ID != 40 || lines[2].ID != 38 {
		t.Errorf("the latest: %v, %v", lines, err)
	}
}

func TestR39_RolledBackActsAreNotInTheJournal(t *testing.T) {
	t.Parallel()
	db := open(t)
	failure := errors.New("no")
	err := db.InTx(t.Context(), func(tx postgres.Tx) error {
		if err := audit.Append(t.Context(), tx, audit.Entry{Act: "account.suspended"}); err != nil {
			return err
		}
		return failure
	})
	if last, _, verified := audit.Verify(t.Context(), db.Pool); !errors.Is(err, failure) || last != 0 || verified != nil {
		t.Errorf("%v, %d lines, %v", err, last, verified)
	}
}

// Even somebody who can bypass the table's trigger cannot hide a change.
func TestR39_EveryAlterationIsDetected(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]string{
		"another act":     `update audit_entries set act = 'x' where id = 2`,
		"another actor":   `update audit_entries set actor_id = gen_random_uuid() where id = 2`,
		"another subject": `update audit_entries set subject_id = null where id = 2`,
		"another object":  `update audit_entries set object_id = gen_random_uuid() where id = 2`,
		"another time":    `update audit_entries set at = at + interval '1 microsecond' where id = 2`,
		"taken out":       `delete from audit_entries where id = 2`,
		"the first gone":  `delete from audit_entries where id = 1`,
		"put in":          `insert into audit_entries select 4, at, actor_id, act, subject_id, object_id, hash, '\x00' from audit_entries where id = 3`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			for range 3 {
				if err := write(t.Context(), db, audit.Entry{ActorID: uuid.New(), Act: "a", SubjectID: uuid.New()}); err != nil {
					t.Fatal(err)
				}
			}
			if name != "put in" {
				if _, err := db.Pool.Exec(t.Context(), change); err == nil {
					t.Error("the trigger allowed a change")
				}
			}
			if _, err := db.Pool.Exec(t.Context(), `alter table audit_entries disable trigger all`); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Pool.Exec(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			if _, _, err := audit.Verify(t.Context(), db.Pool); !errors.Is(err, audit.ErrBroken) {
				t.Errorf("not detected: %v", err)
			}
		})
	}
}

func TestR39_TheJournalCannotBeEmptied(t *testing.T) {
	t.Parallel()
	db := open(t)
	if err := write(t.Context(), db, audit.Entry{Act: "account.suspended"}); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{`truncate audit_entries`, `truncate audit_entries cascade`} {
		if _, err := db.Pool.Exec(t.Context(), statement); err == nil {
			t.Errorf("%s succeeded", statement)
		}
	}
	if last, _, err := audit.Verify(t.Context(), db.Pool); last != 1 || err != nil {
		t.Errorf("%d lines are left, %v", last, err)
	}
}

package booking

import (
	"context"
	"log/slog"
	"strings"

	"socialdirect/internal/jobs"
	outgoing "socialdirect/internal/mail"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// returnedArgs is the job that notes that a notice came back.
type returnedArgs struct {
	NoticeID uuid.UUID      `json:"notice_id"`
	Cause    outgoing.Cause `json:"cause"`
}

// Kind names the job.
func (returnedArgs) Kind() string { return "returned_notice" }

// Returned hands a delivery report to the running platform, which notes that the
// notice did not arrive (R21). It needs nothing but the database, so that the command
// at a mail server's back door does not either. What is about other
// mails, or only a delay, is left aside.
func Returned(ctx context.Context, db *postgres.DB, queue *jobs.Queue, r outgoing.Report) error {
	if !r.Failed {
		return nil
	}
	return db.InTx(ctx, func(tx postgres.Tx) error {
		for _, id := range r.IDs {
			notice, err := uuid.Parse(strings.TrimPrefix(id, noticePrefix))
			if err != nil || !strings.HasPrefix(id, noticePrefix) {
				continue
			}
			if err := queue.Add(ctx, tx, returnedArgs{notice, r.Cause}, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReturnedWorker notes what came back.
type ReturnedWorker struct {
	river.WorkerDefaults[returnedArgs]
	bookings *Service
}

// NewReturnedWorker returns the worker that River runs.
func NewReturnedWorker(bookings *Service) *ReturnedWorker { return &ReturnedWorker{bookings: bookings} }

// Work notes one.
func (w *ReturnedWorker) Work(ctx context.Context, job *river.Job[returnedArgs]) error {
	return w.bookings.noteReturned(ctx, job.Args)
}

// noteReturned believes a report about a mail that was handed over, or may have been
// as the platform crashed; a second report says nothing new.
func (s *Service) noteReturned(ctx context.Context, args returnedArgs) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		n, err := lockNotice(ctx, tx, args.NoticeID)
		if postgres.NoRows(err) || err == nil && (n.Channel != ByMail || n.State != NoticeSent && n.State != NoticeQueued) {
			return nil
		}
		if err != nil {
			return err
		}
		people, err := s.accounts.People.Reachable(ctx, tx, []uuid.UUID{n.AccountID})
		if err != nil {
			return err
		}
		slog.WarnContext(ctx, "a notice came back", "id", n.ID, "cause", args.Cause)
		return s.lost(ctx, tx, n, people[n.AccountID], NoticeBounced, string(args.Cause))
	})
}

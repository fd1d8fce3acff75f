package notification

import (
	"context"
	"log/slog"
	"strings"

	"socialdirect/internal/jobs"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// bounceArgs is the job that notes that a mail came back.
type bounceArgs struct {
	NotificationID uuid.UUID  `json:"notification_id"`
	Cause          mail.Cause `json:"cause"`
}

// Kind names the job.
func (bounceArgs) Kind() string { return "notification_bounce" }

// Bounce hands a delivery report to the running platform, which notes that the
// notification did not arrive (R21). It needs nothing but the database, so that the
// command at a mail server's back door does not either. What is about other mails, or
// only a delay, is left aside.
func Bounce(ctx context.Context, db *postgres.DB, queue *jobs.Queue, r mail.Report) error {
	if !r.Failed {
		return nil
	}
	return db.InTx(ctx, func(tx postgres.Tx) error {
		for _, message := range r.IDs {
			name, ours := strings.CutPrefix(message, idPrefix)
			id, err := uuid.Parse(name)
			if err != nil || !ours {
				continue
			}
			if err := queue.Add(ctx, tx, bounceArgs{id, r.Cause}, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// BounceWorker notes what came back.
type BounceWorker struct {
	river.WorkerDefaults[bounceArgs]
	notifications *Service
}

// NewBounceWorker returns the worker that River runs.
func NewBounceWorker(notifications *Service) *BounceWorker {
	return &BounceWorker{notifications: notifications}
}

// Work notes one.
func (w *BounceWorker) Work(ctx context.Context, job *river.Job[bounceArgs]) error {
	return w.notifications.NoteBounce(ctx, job.Args.NotificationID, job.Args.Cause)
}

// NoteBounce believes a report about a mail that was handed over, or may have been as
// the platform crashed; a second report says nothing new.
func (s *Service) NoteBounce(ctx context.Context, id uuid.UUID, cause mail.Cause) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		n, err := lock(ctx, tx, id)
		if postgres.NoRows(err) || err == nil && (n.Channel != Mail || n.State != Sent && n.State != Queued) {
			return nil
		}
		if err != nil {
			return err
		}
		slog.WarnContext(ctx, "a notification came back", "id", n.ID, "kind", n.Kind, "cause", cause)
		return s.lose(ctx, tx, n, Bounced, string(cause))
	})
}

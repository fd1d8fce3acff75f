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

// bounceArgs is the job that records a bounced mail.
type bounceArgs struct {
	NotificationID uuid.UUID  `json:"notification_id"`
	Cause          mail.Cause `json:"cause"`
}

// Kind names the job.
func (bounceArgs) Kind() string { return "notification_bounce" }

// Bounce queues a delivery report for the running platform, which records that the
// notification did not arrive (R21). It needs the database only, so that the command on
// the mail server does too. Reports about other mails, and about delays, are ignored.
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

// BounceWorker records bounces.
type BounceWorker struct {
	river.WorkerDefaults[bounceArgs]
	notifications *Service
}

// NewBounceWorker returns the worker that River runs.
func NewBounceWorker(notifications *Service) *BounceWorker {
	return &BounceWorker{notifications: notifications}
}

// Work records one bounce.
func (w *BounceWorker) Work(ctx context.Context, job *river.Job[bounceArgs]) error {
	return w.notifications.NoteBounce(ctx, job.Args.NotificationID, job.Args.Cause)
}

// NoteBounce records a bounce of a mail that was sent, or may have been sent before a
// crash. A second report about the same mail changes nothing.
func (s *Service) NoteBounce(ctx context.Context, id uuid.UUID, cause mail.Cause) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		n, err := lock(ctx, tx, id)
		if postgres.NoRows(err) || err == nil && (n.Channel != Mail || n.State != Sent && n.State != Queued) {
			return nil
		}
		if err != nil {
			return err
		}
		slog.WarnContext(ctx, "notification bounced", "id", n.ID, "kind", n.Kind, "cause", cause)
		return s.lose(ctx, tx, n, Bounced, string(cause))
	})
}

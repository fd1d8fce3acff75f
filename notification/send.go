package notification

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// Mailer takes mails; an error means that it did not, a mail.Refused that it never
// will.
type Mailer interface {
	Send(ctx context.Context, m mail.Message) error
}

// Worker sends notifications (R21).
type Worker struct {
	jobs.MessageDefaults[sendArgs]
	notifications *Service
	texts         *web.NotificationTexts
	mails         Mailer
	sms           sms.Sender
}

// NewWorker returns the worker that River runs; messages is not asked where nothing is
// queued for it.
func NewWorker(notifications *Service, texts *web.NotificationTexts, mails Mailer, messages sms.Sender) *Worker {
	return &Worker{notifications: notifications, texts: texts, mails: mails, sms: messages}
}

// Work sends one notification, exactly once as far as one side can: it takes it in hand,
// hands it over without holding anything of the database, and notes what became of it.
// Nobody else takes it in hand meanwhile, and what a crash in between has sent again
// bears the same identifier, by which mail stores and gateways know it.
func (w *Worker) Work(ctx context.Context, job *river.Job[sendArgs]) error {
	return w.Deliver(ctx, job.Args.NotificationID, jobs.TryOf(job.JobRow))
}

// Deliver is one try to send a notification.
func (w *Worker) Deliver(ctx context.Context, id uuid.UUID, try jobs.Try) error {
	var send delivery
	err := w.notifications.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		send, err = w.begin(ctx, tx, id, try.Number)
		return err
	})
	if err != nil || send == nil {
		return err
	}
	lost, again := try.Settle(ctx, send(ctx))
	if again != nil {
		return again
	}
	return w.note(ctx, id, try.Number, lost)
}

// delivery hands one notification over.
type delivery func(context.Context) error

var errInHand = errors.New("another try has the notification in hand")

// take has the try send the notification, unless there is no reason left to; an earlier
// try has nothing to say of it from then on.
func (w *Worker) begin(ctx context.Context, tx postgres.Tx, id uuid.UUID, try int) (delivery, error) {
	n, err := lock(ctx, tx, id)
	switch {
	case postgres.NoRows(err), err == nil && n.State != Queued:
		return nil, nil
	case err != nil:
		return nil, err
	case n.Attempt >= try:
		return nil, errInHand
	}
	kind, known := w.notifications.kinds[n.Kind]
	if !known { // another version queued it
		slog.ErrorContext(ctx, "a notification is of a kind that nobody fills any more", "id", n.ID, "kind", n.Kind)
		return nil, settle(ctx, tx, id, Dropped, Stale)
	}
	content, verdict, err := kind.Fill(ctx, tx, n)
	switch {
	case err != nil:
		return nil, err
	case verdict.Drop == Late && try > 1:
		return nil, giveUp(ctx, tx, n)
	case verdict.Drop != "":
		return nil, settle(ctx, tx, id, Dropped, verdict.Drop)
	case verdict.Wait > 0:
		return nil, river.JobSnooze(verdict.Wait)
	case content.To == "":
		return nil, settle(ctx, tx, id, Dropped, Unreachable)
	}
	if allowed, err := spend(ctx, tx, kind, n); err != nil || !allowed {
		return nil, err
	}
	send, err := w.write(n, content)
	if err != nil {
		return nil, err
	}
	return send, setAttempt(ctx, tx, id, try)
}

// spend counts an SMS at its first try; one too many is not sent, and told at the
// switchboard where nothing else reaches the person (R47).
func spend(ctx context.Context, tx postgres.Tx, kind Kind, n Notification) (allowed bool, err error) {
	if kind.SMS == nil || n.Channel != SMS || n.Attempt > 0 {
		return true, nil
	}
	if allowed, err = kind.SMS.SpendText(ctx, tx, n.AccountID); err != nil || allowed {
		return allowed, err
	}
	return false, settle(ctx, tx, n.ID, Failed, TooManySMS)
}

// giveUp notes that a notification was tried in time and never taken: it is of no use
// any more, and no fault of the person's.
func giveUp(ctx context.Context, tx postgres.Tx, n Notification) error {
	slog.ErrorContext(ctx, "a notification was never taken, and is of no use any more", "id", n.ID, "kind", n.Kind, "channel", n.Channel)
	return settle(ctx, tx, n.ID, Dropped, NoAnswer)
}

// noteTime bounds the noting of what became of a notification, which a stop does not
// prevent.
const noteTime = 10 * time.Second

// note notes what became of the notification that the try handed over.
func (w *Worker) note(ctx context.Context, id uuid.UUID, try int, lost string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	return w.notifications.db.InTx(ctx, func(tx postgres.Tx) error {
		n, err := lock(ctx, tx, id)
		switch {
		case postgres.NoRows(err), err == nil && (n.State != Queued || n.Attempt != try):
			return nil // erased, returned already, or in other hands
		case err != nil:
			return err
		case lost != "":
			slog.WarnContext(ctx, "a notification does not reach anybody", "id", n.ID, "kind", n.Kind, "channel", n.Channel, "cause", lost)
			err = w.notifications.lose(ctx, tx, n, Failed, lost)
		default:
			err = settle(ctx, tx, id, Sent, "")
		}
		if settled := w.notifications.kinds[n.Kind].Settled; err == nil && settled != nil {
			err = settled(ctx, tx, n)
		}
		return err
	})
}

// lose notes that a notification does not arrive, and has it sent by SMS where that is
// possible and was not done.
func (s *Service) lose(ctx context.Context, tx postgres.Tx, n Notification, state State, cause string) error {
	if err := settle(ctx, tx, n.ID, state, cause); err != nil {
		return err
	}
	kind := s.kinds[n.Kind]
	if n.Channel != Mail || kind.SMS == nil {
		return nil
	}
	if may, err := kind.SMS.MayText(ctx, tx, n.AccountID); err != nil || !may {
		return err
	}
	queued, err := insertByChannel(ctx, tx, n.ID, SMS)
	if err != nil {
		return err
	}
	return s.enqueue(ctx, tx, kind, time.Time{}, queued)
}

// messageID names a notification for mail stores and gateways, the same at every try.
func messageID(id uuid.UUID) string { return idPrefix + id.String() }

const idPrefix = "notice-"

// write writes the notification for its channel.
func (w *Worker) write(n Notification, c Content) (delivery, error) {
	name := c.Text
	switch {
	case c.Discreet:
		name = "discreet"
	case name == "":
		name = n.Kind
	}
	if n.Channel == SMS {
		text, err := w.texts.Text("sms_"+name, c.Data)
		message := sms.Message{To: c.To, Text: text, Key: messageID(n.ID)}
		return func(ctx context.Context) error { return w.sms.Send(ctx, message) }, err
	}
	subject, text, err := w.texts.Write(name, c.Data)
	message := mail.Message{ID: messageID(n.ID), To: c.To, Subject: subject, Text: text}
	if !c.Discreet {
		message.Calendar, message.Method = c.Calendar, c.Method
	}
	return func(ctx context.Context) error { return w.mails.Send(ctx, message) }, err
}

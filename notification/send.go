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

// Mailer sends mails. A mail.Refused means that the server will never accept the mail; any
// other error, that it did not accept it this time.
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

// NewWorker returns the River worker. messages may be nil if no SMS are queued.
func NewWorker(notifications *Service, texts *web.NotificationTexts, mails Mailer, messages sms.Sender) *Worker {
	return &Worker{notifications: notifications, texts: texts, mails: mails, sms: messages}
}

// Work sends one notification, exactly once as far as one side can ensure: it begins a try
// in one transaction, sends outside any transaction, and records the result in another. No
// other try runs at the same time. A mail that is sent again after a crash has the same
// identifier, so that mail stores and gateways can recognise it.
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

// delivery sends one notification.
type delivery func(context.Context) error

var errInHand = errors.New("another try is sending the notification")

// begin starts a try to send the notification, unless there is no reason left to send it.
// Results of earlier tries are ignored from then on.
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
		slog.ErrorContext(ctx, "notification of an unknown kind dropped", "id", n.ID, "kind", n.Kind)
		return nil, settle(ctx, tx, id, Dropped, Stale)
	}
	content, verdict, err := kind.content(ctx, tx, n)
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
	if kind.Topic != nil && n.Channel == Mail {
		if content.stop, err = w.notifications.stopLink(ctx, tx, n.AccountID, *kind.Topic); err != nil {
			return nil, err
		}
	}
	send, err := w.write(n, content)
	if err != nil {
		return nil, err
	}
	return send, setAttempt(ctx, tx, id, try)
}

// spend counts an SMS at its first try. If the limit is reached the notification fails,
// and the switchboard sees it if nothing else reaches the person (R47).
func spend(ctx context.Context, tx postgres.Tx, kind Kind, n Notification) (allowed bool, err error) {
	if kind.SMS == nil || n.Channel != SMS || n.Attempt > 0 {
		return true, nil
	}
	if allowed, err = kind.SMS.SpendText(ctx, tx, n.AccountID); err != nil || allowed {
		return allowed, err
	}
	return false, settle(ctx, tx, n.ID, Failed, TooManySMS)
}

// giveUp records that no server accepted a notification in time. The person's address is
// not at fault.
func giveUp(ctx context.Context, tx postgres.Tx, n Notification) error {
	slog.ErrorContext(ctx, "notification dropped: no server accepted it in time", "id", n.ID, "kind", n.Kind, "channel", n.Channel)
	return settle(ctx, tx, n.ID, Dropped, NoAnswer)
}

// noteTime is the timeout of recording a result, which a shutdown does not interrupt.
const noteTime = 10 * time.Second

// note records the result of the try.
func (w *Worker) note(ctx context.Context, id uuid.UUID, try int, lost string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	return w.notifications.db.InTx(ctx, func(tx postgres.Tx) error {
		n, err := lock(ctx, tx, id)
		switch {
		case postgres.NoRows(err), err == nil && (n.State != Queued || n.Attempt != try):
			return nil // erased, bounced already, or sent by another try
		case err != nil:
			return err
		case lost != "":
			slog.WarnContext(ctx, "notification not delivered", "id", n.ID, "kind", n.Kind, "channel", n.Channel, "cause", lost)
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

// lose records that a notification did not arrive, and sends it by SMS instead if the kind
// allows it.
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

// messageID identifies a notification for mail stores and gateways; it is the same for
// every try.
func messageID(id uuid.UUID) string { return idPrefix + id.String() }

const idPrefix = "notice-"

// write renders the notification for its channel.
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
	if c.stop != "" && err == nil {
		message.Unsubscribe, message.Text, err = w.texts.Stoppable(text, c.stop)
	}
	if !c.Discreet {
		message.Calendar, message.Method = c.Calendar, c.Method
	}
	return func(ctx context.Context) error { return w.mails.Send(ctx, message) }, err
}

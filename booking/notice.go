package booking

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"socialdirect/account"
	outgoing "socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/web"

	ics "github.com/arran4/golang-ical"
	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// Mailer takes mails; an error means that it did not, a mail.Refused that it never
// will.
type Mailer interface {
	Send(ctx context.Context, m outgoing.Message) error
}

// NoticeWorker sends this package's notices (R21).
type NoticeWorker struct {
	river.WorkerDefaults[noticeArgs]
	bookings *Service
	notices  *web.Notices
	mails    Mailer
	texts    sms.Sender
	pages    Links
}

// NewNoticeWorker returns the worker that River runs; texts is not asked where the
// accounts allow no SMS.
func NewNoticeWorker(bookings *Service, notices *web.Notices, mails Mailer, texts sms.Sender, pages Links) *NoticeWorker {
	return &NoticeWorker{bookings: bookings, notices: notices, mails: mails, texts: texts, pages: pages}
}

// NextRetry tries again soon, and then for as long as it may help.
func (w *NoticeWorker) NextRetry(job *river.Job[noticeArgs]) time.Time {
	return job.AttemptedAt.Add(retryAfter(job.Attempt))
}

// Work sends one notice, exactly once as far as one side can: nobody else sends it
// while its row is locked, that it was taken is the transaction's only news, and what
// a crash in between has sent again bears the same identifier, by which mail stores
// and gateways know it.
func (w *NoticeWorker) Work(ctx context.Context, job *river.Job[noticeArgs]) error {
	return w.work(ctx, job.Args.NoticeID, job.Attempt, job.Attempt >= job.MaxAttempts)
}

func (w *NoticeWorker) work(ctx context.Context, id uuid.UUID, try int, last bool) error {
	return w.bookings.db.InTx(ctx, func(tx postgres.Tx) error {
		n, err := lockNotice(ctx, tx, id)
		if postgres.NoRows(err) || err == nil && n.State != NoticeQueued {
			return nil
		}
		if err != nil {
			return err
		}
		m, err := w.matter(ctx, tx, n)
		switch {
		case err != nil:
			return err
		case m.verdict.drop == causeLate && try > 1:
			return w.lose(ctx, tx, n, m.person, causeNoAnswer) // it was tried in time
		case m.verdict.drop != "":
			return settleNotice(ctx, tx, id, NoticeDropped, m.verdict.drop)
		case m.verdict.wait > 0:
			return river.JobSnooze(m.verdict.wait)
		}
		return w.send(ctx, tx, n, m, last)
	})
}

// matter is what a notice is about, as it stands in the transaction that sends it.
type matter struct {
	person   account.Reachable
	verdict  verdict
	say      func() (any, error)         // what its texts may say
	calendar func() (string, ics.Method) // what goes into the person's calendar; nil for nothing
}

func (w *NoticeWorker) matter(ctx context.Context, tx postgres.Tx, n noticeRow) (matter, error) {
	people, err := w.bookings.accounts.Reachable(ctx, tx, []uuid.UUID{n.AccountID})
	if err != nil {
		return matter{}, err
	}
	if n.WaitingNoticeID != nil {
		return w.freedMatter(ctx, tx, n, people[n.AccountID])
	}
	return w.appointmentMatter(ctx, tx, n, people[n.AccountID])
}

// send hands the notice over and notes what became of it; an error leaves it queued,
// for another try.
func (w *NoticeWorker) send(ctx context.Context, tx postgres.Tx, n noticeRow, m matter, last bool) error {
	hand := w.mail
	if n.Channel == ByText {
		hand = w.text
	}
	said, err := m.say()
	if err != nil {
		return err
	}
	err = hand(ctx, n, m, said)
	var refused outgoing.Refused
	switch {
	case err == nil:
		return settleNotice(ctx, tx, n.ID, NoticeSent, "")
	case errors.As(err, &refused):
		return w.lose(ctx, tx, n, m.person, string(refused.Cause))
	case errors.Is(err, sms.ErrRefused):
		return w.lose(ctx, tx, n, m.person, causeNumber)
	case last:
		return w.lose(ctx, tx, n, m.person, causeNoAnswer)
	}
	return err
}

// lose notes that the notice does not arrive, and has it told by SMS where that is
// possible and was not done.
func (w *NoticeWorker) lose(ctx context.Context, tx postgres.Tx, n noticeRow, person account.Reachable, cause string) error {
	slog.WarnContext(ctx, "a notice does not reach anybody", "id", n.ID, "channel", n.Channel, "cause", cause)
	return w.bookings.lost(ctx, tx, n, person, NoticeFailed, cause)
}

func (s *Service) lost(ctx context.Context, tx postgres.Tx, n noticeRow, person account.Reachable, state NoticeState, cause string) error {
	if err := settleNotice(ctx, tx, n.ID, state, cause); err != nil {
		return err
	}
	if n.Channel != ByMail || !s.textable(person) {
		return nil
	}
	queued, err := insertAgain(ctx, tx, n.ID, ByText)
	if err != nil {
		return err
	}
	return s.enqueue(ctx, tx, queued)
}

// identify names a notice for mail stores and gateways, the same at every try.
func identify(notice uuid.UUID) string { return noticePrefix + notice.String() }

const noticePrefix = "notice-"

func (w *NoticeWorker) mail(ctx context.Context, n noticeRow, m matter, said any) error {
	name := n.Notice
	if m.person.Discreet {
		name = "discreet"
	}
	subject, text, err := w.notices.Write(name, said)
	if err != nil {
		return err
	}
	message := outgoing.Message{ID: identify(n.ID), To: m.person.Email, Subject: subject, Text: text}
	if m.calendar != nil && !m.person.Discreet {
		file, method := m.calendar()
		message.Calendar, message.Method = []byte(file), string(method)
	}
	return w.mails.Send(ctx, message)
}

func (w *NoticeWorker) text(ctx context.Context, n noticeRow, m matter, said any) error {
	name := "sms_" + n.Notice
	switch {
	case m.person.Discreet:
		name = "sms_discreet"
	case !w.notices.Has(name):
		name = "sms_" + noticeChange
	}
	text, err := w.notices.Text(name, said)
	if err != nil {
		return err
	}
	return w.texts.Send(ctx, sms.Message{To: m.person.Mobile, Text: text, Key: identify(n.ID)})
}

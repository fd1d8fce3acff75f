package booking

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/internal/jobs"
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
	jobs.MessageDefaults[noticeArgs]
	bookings *Service
	notices  *web.Notices
	mails    Mailer
	texts    sms.Sender
	pages    appointment.Links
}

// NewNoticeWorker returns the worker that River runs; texts is not asked where the
// accounts allow no SMS.
func NewNoticeWorker(bookings *Service, notices *web.Notices, mails Mailer, texts sms.Sender, pages appointment.Links) *NoticeWorker {
	return &NoticeWorker{bookings: bookings, notices: notices, mails: mails, texts: texts, pages: pages}
}

// Work sends one notice, exactly once as far as one side can: it takes the notice in
// hand, hands it over without holding anything of the database, and notes what became of
// it. Nobody else takes it in hand meanwhile, and what a crash in between has sent again
// bears the same identifier, by which mail stores and gateways know it.
func (w *NoticeWorker) Work(ctx context.Context, job *river.Job[noticeArgs]) error {
	return w.work(ctx, job.Args.NoticeID, jobs.TryOf(job.JobRow))
}

func (w *NoticeWorker) work(ctx context.Context, id uuid.UUID, try jobs.Try) error {
	var hand handing
	err := w.bookings.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		hand, err = w.take(ctx, tx, id, try.Number)
		return err
	})
	if err != nil || hand == nil {
		return err
	}
	lost, again := try.Settle(ctx, hand(ctx))
	if again != nil {
		return again
	}
	return w.note(ctx, id, try.Number, lost)
}

// handing hands one notice over.
type handing func(context.Context) error

var errInHand = errors.New("another try has the notice in hand")

// take has the try send the notice, unless there is no reason left to; an earlier try
// has nothing to say of it from then on.
func (w *NoticeWorker) take(ctx context.Context, tx postgres.Tx, id uuid.UUID, try int) (handing, error) {
	n, err := lockNotice(ctx, tx, id)
	switch {
	case postgres.NoRows(err), err == nil && n.State != NoticeQueued:
		return nil, nil
	case err != nil:
		return nil, err
	case n.Try >= try:
		return nil, errInHand
	}
	m, err := w.matter(ctx, tx, n)
	switch {
	case err != nil:
		return nil, err
	case m.verdict.drop == causeLate && try > 1:
		return nil, w.giveUp(ctx, tx, n)
	case m.verdict.drop != "":
		return nil, settleNotice(ctx, tx, id, NoticeDropped, m.verdict.drop)
	case m.verdict.wait > 0:
		return nil, river.JobSnooze(m.verdict.wait)
	}
	if allowed, err := w.mayText(ctx, tx, n, m.person); err != nil || !allowed {
		return nil, err
	}
	hand, err := w.write(n, m)
	if err != nil {
		return nil, err
	}
	return hand, setTry(ctx, tx, id, try)
}

// mayText counts an SMS at its first try; one too many is not sent, and told at the
// switchboard where nothing else reaches the person (R47).
func (w *NoticeWorker) mayText(ctx context.Context, tx postgres.Tx, n noticeRow, person people.Reachable) (allowed bool, err error) {
	if n.Channel != ByText || n.Try > 0 {
		return true, nil
	}
	if allowed, err = w.bookings.accounts.SpendText(ctx, tx, person.Person); err != nil || allowed {
		return allowed, err
	}
	return false, settleNotice(ctx, tx, n.ID, NoticeFailed, causeTexts)
}

// giveUp notes that a notice was tried in time and never taken: it is of no use any more,
// and no fault of the person's.
func (w *NoticeWorker) giveUp(ctx context.Context, tx postgres.Tx, n noticeRow) error {
	slog.ErrorContext(ctx, "a notice was never taken, and is of no use any more", "id", n.ID, "channel", n.Channel)
	return settleNotice(ctx, tx, n.ID, NoticeDropped, causeNoAnswer)
}

// noteTime bounds the noting of what became of a notice, which a stop does not prevent.
const noteTime = 10 * time.Second

// note notes what became of the notice that the try handed over.
func (w *NoticeWorker) note(ctx context.Context, id uuid.UUID, try int, lost string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	return w.bookings.db.InTx(ctx, func(tx postgres.Tx) error {
		n, err := lockNotice(ctx, tx, id)
		switch {
		case postgres.NoRows(err), err == nil && (n.State != NoticeQueued || n.Try != try):
			return nil // erased, returned already, or in other hands
		case err != nil:
			return err
		case lost == "":
			return settleNotice(ctx, tx, id, NoticeSent, "")
		}
		return w.lose(ctx, tx, n, lost)
	})
}

// lose notes that the person cannot be reached so.
func (w *NoticeWorker) lose(ctx context.Context, tx postgres.Tx, n noticeRow, cause string) error {
	people, err := w.bookings.accounts.People.Reachable(ctx, tx, []uuid.UUID{n.AccountID})
	if err != nil {
		return err
	}
	slog.WarnContext(ctx, "a notice does not reach anybody", "id", n.ID, "channel", n.Channel, "cause", cause)
	return w.bookings.lost(ctx, tx, n, people[n.AccountID], NoticeFailed, cause)
}

// matter is what a notice is about, as it stands in the transaction that sends it.
type matter struct {
	person   people.Reachable
	verdict  verdict
	say      func() (any, error)         // what its texts may say
	calendar func() (string, ics.Method) // what goes into the person's calendar; nil for nothing
}

func (w *NoticeWorker) matter(ctx context.Context, tx postgres.Tx, n noticeRow) (matter, error) {
	people, err := w.bookings.accounts.People.Reachable(ctx, tx, []uuid.UUID{n.AccountID})
	if err != nil {
		return matter{}, err
	}
	if n.WaitingNoticeID != nil {
		return w.freedMatter(ctx, tx, n, people[n.AccountID])
	}
	return w.appointmentMatter(ctx, tx, n, people[n.AccountID])
}

// write writes the notice for its channel.
func (w *NoticeWorker) write(n noticeRow, m matter) (handing, error) {
	said, err := m.say()
	if err != nil {
		return nil, err
	}
	if n.Channel == ByText {
		return w.text(n, m, said)
	}
	return w.mail(n, m, said)
}

// lost notes that the notice does not arrive, and has it told by SMS where that is
// possible and was not done.
func (s *Service) lost(ctx context.Context, tx postgres.Tx, n noticeRow, person people.Reachable, state NoticeState, cause string) error {
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
	return s.enqueue(ctx, tx, n.Notice, queued)
}

// identify names a notice for mail stores and gateways, the same at every try.
func identify(notice uuid.UUID) string { return noticePrefix + notice.String() }

const noticePrefix = "notice-"

func (w *NoticeWorker) mail(n noticeRow, m matter, said any) (handing, error) {
	name := n.Notice
	if m.person.Discreet {
		name = "discreet"
	}
	subject, text, err := w.notices.Write(name, said)
	if err != nil {
		return nil, err
	}
	message := outgoing.Message{ID: identify(n.ID), To: m.person.Email, Subject: subject, Text: text}
	if m.calendar != nil && !m.person.Discreet {
		file, method := m.calendar()
		message.Calendar, message.Method = []byte(file), string(method)
	}
	return func(ctx context.Context) error { return w.mails.Send(ctx, message) }, nil
}

func (w *NoticeWorker) text(n noticeRow, m matter, said any) (handing, error) {
	name := "sms_" + n.Notice
	switch {
	case m.person.Discreet:
		name = "sms_discreet"
	case !w.notices.Has(name):
		name = "sms_" + noticeChange
	}
	text, err := w.notices.Text(name, said)
	if err != nil {
		return nil, err
	}
	message := sms.Message{To: m.person.Mobile, Text: text, Key: identify(n.ID)}
	return func(ctx context.Context) error { return w.texts.Send(ctx, message) }, nil
}

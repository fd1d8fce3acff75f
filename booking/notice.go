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
		a, person, verdict, err := w.consider(ctx, tx, n)
		switch {
		case err != nil:
			return err
		case verdict.drop == causeLate && try > 1:
			return w.lose(ctx, tx, n, person, causeNoAnswer) // it was tried in time
		case verdict.drop != "":
			return settleNotice(ctx, tx, id, NoticeDropped, verdict.drop)
		case verdict.wait > 0:
			return river.JobSnooze(verdict.wait)
		}
		return w.send(ctx, tx, n, a, person, last)
	})
}

// consider reads what a notice is about and decides what to do with it.
func (w *NoticeWorker) consider(ctx context.Context, tx postgres.Tx, n noticeRow) (a Appointment, person account.Reachable, v verdict, err error) {
	row, err := readAppointment(ctx, tx, n.AccountID, n.AppointmentID)
	if err != nil {
		return a, person, v, err
	}
	people, err := w.bookings.accounts.Reachable(ctx, tx, []uuid.UUID{n.AccountID})
	if err != nil {
		return a, person, v, err
	}
	superseded, err := readSuperseded(ctx, tx, n)
	if err != nil {
		return a, person, v, err
	}
	a, person = row.appointment().at(tx.Now), people[n.AccountID]
	return a, person, w.bookings.judge(n, a, person, superseded, tx.Now), nil
}

// send hands the notice over and notes what became of it; an error leaves it queued,
// for another try.
func (w *NoticeWorker) send(ctx context.Context, tx postgres.Tx, n noticeRow, a Appointment, person account.Reachable, last bool) error {
	hand := w.mail
	if n.Channel == ByText {
		hand = w.text
	}
	said, err := w.say(ctx, tx, n, a, person)
	if err != nil {
		return err
	}
	err = hand(ctx, n, a, person, said, tx.Now)
	var refused outgoing.Refused
	switch {
	case err == nil:
		return settleNotice(ctx, tx, n.ID, NoticeSent, "")
	case errors.As(err, &refused):
		return w.lose(ctx, tx, n, person, string(refused.Cause))
	case errors.Is(err, sms.ErrRefused):
		return w.lose(ctx, tx, n, person, causeNumber)
	case last:
		return w.lose(ctx, tx, n, person, causeNoAnswer)
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

func (w *NoticeWorker) mail(ctx context.Context, n noticeRow, a Appointment, person account.Reachable, said told, now time.Time) error {
	name := n.Notice
	if person.Discreet {
		name = "discreet"
	}
	subject, text, err := w.notices.Write(name, said)
	if err != nil {
		return err
	}
	m := outgoing.Message{ID: identify(n.ID), To: person.Email, Subject: subject, Text: text}
	if method, has := calendarMethod(n, a); has && !person.Discreet {
		m.Calendar = []byte(CalendarFile(a, method, w.pages.appointment(a.ID), w.pages.organizer(), person.Email, now))
		m.Method = string(method)
	}
	return w.mails.Send(ctx, m)
}

// calendarMethod says what a calendar is to do with the appointment; a reminder
// changes nothing there.
func calendarMethod(n noticeRow, a Appointment) (method ics.Method, has bool) {
	switch {
	case noticeKinds[n.Notice].reminder():
		return "", false
	case a.Status.Occupies():
		return ics.MethodRequest, true
	}
	return ics.MethodCancel, true
}

func (w *NoticeWorker) text(ctx context.Context, n noticeRow, _ Appointment, person account.Reachable, said told, _ time.Time) error {
	name := "sms_" + n.Notice
	switch {
	case person.Discreet:
		name = "sms_discreet"
	case !w.notices.Has(name):
		name = "sms_" + noticeChange
	}
	text, err := w.notices.Text(name, said)
	if err != nil {
		return err
	}
	return w.texts.Send(ctx, sms.Message{To: person.Mobile, Text: text, Key: identify(n.ID)})
}

// told is what the texts may say: never who the other person is, nor why they meet.
type told struct {
	FirstName   string // of the person who is told
	When        string // in full, for a mail
	Free        bool   // whether cancelling is free still
	FreeUntil   string
	AnswerBy    string
	Plain       string // for an SMS
	PlainHour   string
	PlainFree   string
	Page        string
	Beneficiary bool
	Late        bool
	Requested   bool
	Mode        Mode

	Proposals string       // where other hours are offered; empty where none are
	Offers    []offerWords // those of them that a mail names
}

func (w *NoticeWorker) told(a Appointment, person account.Reachable, now time.Time) told {
	other := a.Zone
	if person.ID == a.SocialWorkerID {
		other = person.Zone
	}
	starts, free := a.StartsAt.In(person.Zone), a.FreeUntil().In(person.Zone)
	return told{
		FirstName: person.FirstName, When: web.Both(a.StartsAt, person.Zone, other), Free: a.Free(now), FreeUntil: web.DayHour(free), AnswerBy: web.DayHour(a.AnswerBy.In(person.Zone)),
		Plain: web.PlainDayHour(starts), PlainHour: web.PlainHour(starts), PlainFree: web.PlainDateHour(free),
		Page: w.pages.appointment(a.ID), Beneficiary: person.ID == a.BeneficiaryID, Late: a.Status == CancelledLate, Requested: a.Status == Requested, Mode: a.Mode,
	}
}

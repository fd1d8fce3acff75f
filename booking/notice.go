package booking

import (
	"context"
	"fmt"
	"net/mail"

	"socialdirect/account"
	"socialdirect/internal/fault"
	outgoing "socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	ics "github.com/arran4/golang-ical"
	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// The notices that this package sends: the names of their texts.
const (
	noticeConfirmation = "confirmation"
	noticeCancellation = "cancellation"
	noticeChange       = "change"  // another hour, another way to talk, other needs
	noticeRequest      = "request" // an hour is asked for, and held
	noticeAccepted     = "accepted"
	noticeDeclined     = "declined"
	noticeExpired      = "expired"
)

// noticeArgs is the job that tells one person of one appointment.
type noticeArgs struct {
	AppointmentID uuid.UUID `json:"appointment_id"`
	AccountID     uuid.UUID `json:"account_id"`
	Notice        string    `json:"notice"`
}

// Kind names the job.
func (noticeArgs) Kind() string { return "appointment_notice" }

func (s *Service) notify(ctx context.Context, tx postgres.Tx, appointment uuid.UUID, notice string, people ...uuid.UUID) error {
	for _, person := range people {
		args := noticeArgs{AppointmentID: appointment, AccountID: person, Notice: notice}
		if err := s.queue.Add(ctx, tx, args, nil); err != nil {
			return err
		}
	}
	return nil
}

// NoticeWorker sends this package's notices (R21).
type NoticeWorker struct {
	river.WorkerDefaults[noticeArgs]
	bookings *Service
	notices  *web.Notices
	sender   *outgoing.Sender
	pages    Links
}

// Links tells the outside addresses that notices carry.
type Links struct {
	Base      string // the platform's public address, without a slash at its end
	Organizer string // the From header of mails
}

func (l Links) appointment(id uuid.UUID) string { return l.Base + "/rendez-vous/" + id.String() }

// organizer is the bare address of the From header.
func (l Links) organizer() string {
	if address, err := mail.ParseAddress(l.Organizer); err == nil {
		return address.Address
	}
	return l.Organizer
}

// NewNoticeWorker returns the worker that River runs.
func NewNoticeWorker(bookings *Service, notices *web.Notices, sender *outgoing.Sender, pages Links) *NoticeWorker {
	return &NoticeWorker{bookings: bookings, notices: notices, sender: sender, pages: pages}
}

// Work sends one notice, unless the appointment has changed since, or is over:
// nobody is told what no longer holds.
func (w *NoticeWorker) Work(ctx context.Context, job *river.Job[noticeArgs]) error {
	person, err := w.bookings.accounts.Person(ctx, job.Args.AccountID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || person.Email == "" { // somebody without an address
		return err
	}
	a, err := w.bookings.Appointment(ctx, &viewer.Viewer{ID: person.ID}, job.Args.AppointmentID)
	if err != nil {
		return err
	}
	if !holds(job.Args.Notice, a.Status) || a.Over(w.bookings.db.Now()) {
		return nil
	}
	message, err := w.message(a, person, job.Args.Notice)
	if err != nil {
		return err
	}
	message.ID = fmt.Sprintf("appointment-%d", job.ID)
	return w.sender.Send(ctx, message)
}

// holds reports whether what a notice says is still so.
func holds(notice string, status Status) bool {
	switch notice {
	case noticeConfirmation, noticeAccepted:
		return status == Confirmed
	case noticeChange:
		return status == Confirmed || status == Requested
	case noticeRequest:
		return status == Requested
	case noticeDeclined:
		return status == Declined
	case noticeExpired:
		return status == Expired
	}
	return !status.Occupies()
}

func (w *NoticeWorker) message(a Appointment, person account.Person, notice string) (outgoing.Message, error) {
	other := a.Zone
	if person.ID == a.SocialWorkerID {
		other = person.Zone
	}
	subject, text, err := w.notices.Write(notice, struct {
		FirstName   string
		When        string
		FreeUntil   string
		AnswerBy    string
		Page        string
		Beneficiary bool
		Late        bool
		Requested   bool
	}{
		FirstName: person.FirstName, When: web.Both(a.StartsAt, person.Zone, other), FreeUntil: web.DayHour(a.FreeUntil().In(person.Zone)),
		Page: w.pages.appointment(a.ID), Beneficiary: person.ID == a.BeneficiaryID, Late: a.Status == CancelledLate,
		AnswerBy: web.DayHour(a.AnswerBy.In(person.Zone)), Requested: a.Status == Requested,
	})
	if err != nil {
		return outgoing.Message{}, err
	}
	method := ics.MethodRequest
	if !a.Status.Occupies() {
		method = ics.MethodCancel
	}
	file := CalendarFile(a, method, w.pages.appointment(a.ID), w.pages.organizer(), person.Email, w.bookings.db.Now())
	return outgoing.Message{To: person.Email, Subject: subject, Text: text, Calendar: []byte(file), Method: string(method)}, nil
}

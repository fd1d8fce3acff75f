package guest

import (
	"context"
	"encoding/json"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/internal/jobs"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/internal/zone"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// LinkMail is the job that mails the link of an invitation. It contains neither the address nor
// the link, which are sealed beside the invitation until the mail has left.
type LinkMail struct {
	InvitationID uuid.UUID `json:"invitation_id"`
}

// Kind names the job.
func (LinkMail) Kind() string { return "call_invitation" }

// InsertOpts gives priority to these mails, as a call waits for the guest.
func (LinkMail) InsertOpts() river.InsertOpts { return jobs.ByMail(jobs.Awaited) }

// letter is what is sealed of a mail.
type letter struct {
	To       string    `json:"to"`
	Token    string    `json:"token"`
	StartsAt time.Time `json:"starts_at"`
	OpensAt  time.Time `json:"opens_at"`
}

// notice is the name of the mail's text.
const notice = "guest"

// words are the data of the mail: the hour and the link alone. Nobody's name is in it, so that
// nobody can have us write to a stranger in words of their own.
type words struct{ When, Opens, Token string }

func aboutMail(id uuid.UUID) string { return "call-guest-mail " + id.String() }

// mail queues the mail of an invitation.
func (s *Service) mail(ctx context.Context, tx postgres.Tx, a appointment.Appointment, id uuid.UUID, l letter) error {
	plain, err := json.Marshal(l)
	if err != nil {
		return err
	}
	sealed, err := s.Vault.Seal(ctx, tx, a.BeneficiaryID, aboutMail(id), plain)
	if err != nil {
		return err
	}
	if err := setMail(ctx, tx, id, sealed); err != nil {
		return err
	}
	return s.Queue.Add(ctx, tx, LinkMail{InvitationID: id}, nil)
}

// MailWorker mails the links.
type MailWorker struct {
	jobs.MessageDefaults[LinkMail]
	service *Service
	texts   *web.NotificationTexts
	sender  sender
}

// sender sends a mail (mail.Sender).
type sender interface {
	Send(ctx context.Context, m mail.Message) error
}

// NewMailWorker returns the worker that River runs.
func NewMailWorker(service *Service, texts *web.NotificationTexts, sender sender) *MailWorker {
	return &MailWorker{service: service, texts: texts, sender: sender}
}

// Work mails one link, unless it was opened, revoked or has expired meanwhile, and then forgets
// the address.
func (w *MailWorker) Work(ctx context.Context, job *river.Job[LinkMail]) error {
	id := job.Args.InvitationID
	l, err := w.service.unsent(ctx, id)
	if err == nil {
		err = w.send(ctx, job, l)
	} else if postgres.NoRows(err) {
		err = nil
	}
	if err != nil {
		return err
	}
	return setMail(ctx, w.service.DB.Pool, id, nil)
}

func (w *MailWorker) send(ctx context.Context, job *river.Job[LinkMail], l letter) error {
	subject, text, err := w.texts.Write(notice, words{When: web.DayHour(l.StartsAt.In(zone.Paris())), Opens: opens(l, w.service.DB.Now()), Token: l.Token})
	if err != nil {
		return err
	}
	m := mail.Message{ID: "call-" + job.Args.InvitationID.String(), To: l.To, Subject: subject, Text: text}
	return jobs.SettleOne(ctx, job.JobRow, w.sender.Send(ctx, m))
}

// opens is the hour from which the link can be opened; empty if it can be now.
func opens(l letter, now time.Time) string {
	if !now.Before(l.OpensAt) {
		return ""
	}
	return web.Hour(l.OpensAt.In(zone.Paris()))
}

// unsent returns the mail of an invitation whose link can still be opened; no row otherwise.
func (s *Service) unsent(ctx context.Context, id uuid.UUID) (l letter, err error) {
	found, err := readUnsent(ctx, s.DB.Pool, id, s.DB.Now())
	if err != nil {
		return l, err
	}
	plain, err := s.Vault.Unseal(ctx, s.DB.Pool, found.BeneficiaryID, aboutMail(id), found.SealedMail)
	if err != nil {
		return l, err
	}
	return l, json.Unmarshal(plain, &l)
}

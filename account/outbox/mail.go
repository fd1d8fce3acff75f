package outbox

import (
	"context"
	"fmt"
	"slices"
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/people"
	"socialdirect/internal/jobs"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// The templates of the mails that this package sends.
const (
	validation = "validation" // in place of Waiting, for a single pending registration
	Waiting    = "waiting"    // one mail with the links of all pending registrations of an address
	Known      = "known"
	Invitation = "invitation"

	PasskeyAdded      = "passkey_added"
	PasskeyRemoved    = "passkey_removed"
	PasskeySynced     = "passkey_synced"
	RecoveryUsed      = "recovery_used"
	SecondFactorReset = "second_factor_reset"
	PasswordReset     = "password_reset"
	PasswordChanged   = "password_changed"
	EmailMove         = "email_move" // to the new address; EmailAsked goes to the present one
	EmailAsked        = "email_asked"
	emailTaken        = "email_taken" // in place of EmailMove when the new address has an account
	EmailMoved        = "email_moved" // to the previous address
	Assisted          = "assisted"

	AgeAsked    = "age_asked"
	AgeVerified = "age_verified"

	ManyShown = "many_shown" // to administrators and data-protection officers
)

// letter is one mail with the data of its template.
type letter struct {
	to, notice       string
	FirstName, Token string
	Left             int           // number of unused recovery codes
	Waiting          []waitingLine // of Waiting
	About            uuid.UUID     // another account
}

// Mail is the job that sends one mail. It names the account and contains neither an address
// nor a token: the worker creates the token when it sends the mail. A job may name an
// account that does not exist; it sends nothing, so that a request for an unknown address
// costs the same as one for a known address (R5).
type Mail struct {
	AccountID uuid.UUID      `json:"account_id"`
	Template  string         `json:"notice"`
	Left      int            `json:"left,omitempty"`  // number of unused recovery codes, for RecoveryUsed
	Asked     limit.MailKind `json:"asked,omitempty"` // set when anybody can request the mail; its number is then limited
	About     uuid.UUID      `json:"about,omitzero"`  // another account that the mail is about
	Known     bool           `json:"known,omitempty"` // requested from a known device
}

// Kind names the job.
func (Mail) Kind() string { return "account_notice" }

// InsertOpts gives priority to the mails that somebody is waiting for.
func (a Mail) InsertOpts() river.InsertOpts {
	if _, link := tokenPurposes[a.Template]; link || slices.Contains(links, a.Template) {
		return jobs.ByMail(jobs.Awaited)
	}
	return jobs.ByMail(jobs.News)
}

// links are the templates with a link, in addition to those of tokenPurposes.
var links = []string{Waiting, EmailMove}

// Send queues a mail to an account.
func (s *Service) Send(ctx context.Context, tx postgres.Tx, id uuid.UUID, notice string) error {
	return s.Queue(ctx, tx, Mail{AccountID: id, Template: notice})
}

// Queue queues a mail with all its options.
func (s *Service) Queue(ctx context.Context, tx postgres.Tx, m Mail) error {
	return s.queue.Add(ctx, tx, m, nil)
}

// SendAsked queues a mail that somebody requested by typing an address.
func (s *Service) SendAsked(ctx context.Context, tx postgres.Tx, id uuid.UUID, notice string, asked limit.MailKind) error {
	return s.Queue(ctx, tx, Mail{AccountID: id, Template: notice, Asked: asked})
}

// noticeEvery is the shortest interval between two identical mails of SendOnce, so that a
// button that is pressed twice sends one mail.
const noticeEvery = time.Minute

// SendOnce queues a mail unless the same one was queued within noticeEvery.
func (s *Service) SendOnce(ctx context.Context, tx postgres.Tx, id uuid.UUID, notice string) error {
	once := &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: noticeEvery}}
	return s.queue.Add(ctx, tx, Mail{AccountID: id, Template: notice}, once)
}

// MailWorker sends the queued mails.
type MailWorker struct {
	jobs.MessageDefaults[Mail]
	service *Service
	notices writer
	sender  sender
}

// writer renders a template (web.NotificationTexts), and sender sends the mail
// (mail.Sender).
type (
	writer interface {
		Write(notice string, data any) (subject, text string, err error)
	}
	sender interface {
		Send(ctx context.Context, m mail.Message) error
	}
)

// NewMailWorker returns the worker that River runs.
func NewMailWorker(service *Service, notices writer, sender sender) *MailWorker {
	return &MailWorker{service: service, notices: notices, sender: sender}
}

// Work sends the mails of one job.
func (w *MailWorker) Work(ctx context.Context, job *river.Job[Mail]) error {
	letters, err := w.service.due(ctx, job.Args, job.Attempt)
	if err != nil {
		return err
	}
	for i, l := range letters {
		l.Left, l.About = job.Args.Left, job.Args.About
		subject, text, err := w.notices.Write(l.notice, l)
		if err != nil {
			return err
		}
		id := fmt.Sprintf("account-%d-%d-%d", job.CreatedAt.UnixMicro(), job.ID, i)
		err = w.sender.Send(ctx, mail.Message{ID: id, To: l.to, Subject: subject, Text: text})
		if err := jobs.SettleOne(ctx, job.JobRow, err); err != nil {
			return err
		}
	}
	return nil
}

// due returns the mails that a job has to send. There are none for an account that does not
// exist or has no address (TextWorker sends it SMS), and none when the address has reached
// its limit of requested mails. Mails are counted here, at the first attempt, because only
// now it is certain that one is sent.
func (s *Service) due(ctx context.Context, args Mail, attempt int) ([]letter, error) {
	person, err := s.people.Person(ctx, args.AccountID)
	if err != nil || person.Email == "" {
		return nil, people.IgnoreNotFound(err)
	}
	letters, err := s.letters(ctx, person, args.Template)
	if err != nil || len(letters) == 0 || args.Asked == "" || attempt > 1 {
		return letters, err
	}
	may, err := s.limits.MayMail(ctx, limit.MailRequest{Kind: args.Asked, Email: letters[0].to, Known: args.Known})
	if err != nil || !may {
		return nil, err
	}
	return letters, nil
}

// letters returns the mails of a template, in the order in which they are sent.
func (s *Service) letters(ctx context.Context, person people.Person, notice string) ([]letter, error) {
	switch notice {
	case Waiting:
		return s.waitingLetters(ctx, person.Email)
	case EmailMove:
		return s.moveLetters(ctx, person)
	case EmailMoved:
		return s.movedLetters(ctx, person)
	}
	l := letter{to: person.Email, notice: notice, FirstName: person.FirstName}
	if purpose, needed := tokenPurposes[notice]; needed {
		token, err := s.people.IssueToken(ctx, person.ID, purpose)
		if err != nil {
			return nil, err
		}
		l.Token = token
	}
	return []letter{l}, nil
}

var tokenPurposes = map[string]people.Purpose{
	Invitation: people.PurposeInvitation, Assisted: people.PurposeInvitation, PasswordReset: people.PurposePassword,
}

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

// The notices that this package sends: the names of their texts.
const (
	validation = "validation" // what Waiting is where one alone waits
	Waiting    = "waiting"    // to everybody who waits with the address, in one mail
	Known      = "known"
	Invitation = "invitation"

	PasskeyAdded      = "passkey_added"
	PasskeyRemoved    = "passkey_removed"
	RecoveryUsed      = "recovery_used"
	SecondFactorReset = "second_factor_reset"
	PasswordReset     = "password_reset"
	PasswordChanged   = "password_changed"
	EmailMove         = "email_move" // to the new address, beside EmailAsked to the present one
	EmailAsked        = "email_asked"
	emailTaken        = "email_taken" // in place of EmailMove, where the new address has an account
	EmailMoved        = "email_moved" // to the address before
	Assisted          = "assisted"

	AgeAsked    = "age_asked"
	AgeVerified = "age_verified"

	ManyShown = "many_shown" // to administration and data-protection officer
)

// letter is one mail, with what its text names.
type letter struct {
	to, notice       string
	FirstName, Token string
	Left             int           // recovery codes that still work
	Waiting          []waitingLine // of Waiting
	About            uuid.UUID     // another account
}

// Mail is the job that sends one notice. It names the account and never
// holds an address or a token: the worker makes the token as it sends. An
// account that does not exist is sent nothing, which is how a request for an
// unknown address costs the same as one for a known address (R5).
type Mail struct {
	AccountID uuid.UUID      `json:"account_id"`
	Template  string         `json:"notice"`
	Left      int            `json:"left,omitempty"`  // recovery codes, where the notice is about one used
	Asked     limit.MailKind `json:"asked,omitempty"` // where anybody can have it sent: it then has a bound
	About     uuid.UUID      `json:"about,omitzero"`  // another account that the notice is about
	Known     bool           `json:"known,omitempty"` // asked from a device that the account knows
}

// Kind names the job.
func (Mail) Kind() string { return "account_notice" }

// InsertOpts has the mails that somebody waits for come first.
func (a Mail) InsertOpts() river.InsertOpts {
	if _, link := tokenPurposes[a.Template]; link || slices.Contains(links, a.Template) {
		return jobs.ByMail(jobs.Awaited)
	}
	return jobs.ByMail(jobs.News)
}

// links are the notices with a link beside those of tokenPurposes.
var links = []string{Waiting, EmailMove}

// Send queues a notice that each act owes.
func (s *Service) Send(ctx context.Context, tx postgres.Tx, id uuid.UUID, notice string) error {
	return s.Queue(ctx, tx, Mail{AccountID: id, Template: notice})
}

// Queue queues one.
func (s *Service) Queue(ctx context.Context, tx postgres.Tx, m Mail) error {
	return s.queue.Add(ctx, tx, m, nil)
}

// SendAsked queues a notice that somebody asked for by typing an address.
func (s *Service) SendAsked(ctx context.Context, tx postgres.Tx, id uuid.UUID, notice string, asked limit.MailKind) error {
	return s.Queue(ctx, tx, Mail{AccountID: id, Template: notice, Asked: asked})
}

// noticeEvery is how often one account gets the same notice at most where nothing else
// bounds it: whoever presses a button twice is written to once.
const noticeEvery = time.Minute

// SendOnce queues a notice that somebody may ask for twice by pressing a button twice.
func (s *Service) SendOnce(ctx context.Context, tx postgres.Tx, id uuid.UUID, notice string) error {
	once := &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: noticeEvery}}
	return s.queue.Add(ctx, tx, Mail{AccountID: id, Template: notice}, once)
}

// MailWorker sends this package's notices.
type MailWorker struct {
	jobs.MessageDefaults[Mail]
	service *Service
	notices writer
	sender  sender
}

// writer words a notice (web.Notices), and sender carries the mail (mail.Sender).
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

// Work sends one notice.
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

// due are the mails that a job is to send: none to an account that is gone or has no
// address (what must reach it goes by SMS, TextWorker), and none to an address that
// got enough of what anybody can have sent. That is counted here, where a mail is one
// for sure, and at the first attempt.
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

// letters are the mails of a notice, in the order in which they are sent.
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

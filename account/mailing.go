package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// The notices that this package sends: the names of their texts.
const (
	noticeValidation = "validation"
	noticeWaiting    = "waiting" // noticeValidation to everybody who waits with the address
	noticeKnown      = "known"
	noticeInvitation = "invitation"

	noticePasskeyAdded      = "passkey_added"
	noticePasskeyRemoved    = "passkey_removed"
	noticeRecoveryUsed      = "recovery_used"
	noticeSecondFactorReset = "second_factor_reset"
	noticeReset             = "password_reset"
	noticePassword          = "password_changed"
	noticeMove              = "email_move" // to the new address, after noticeMoveAsked to the present one
	noticeMoveAsked         = "email_asked"
	noticeTaken             = "email_taken" // in place of noticeMove, where the new address has an account
	noticeMoved             = "email_moved" // to the address before
	noticeAssisted          = "assisted"

	noticeAgeAsked    = "age_asked"
	noticeAgeVerified = "age_verified"
)

// letter is one mail, with what its text names.
type letter struct {
	to, notice       string
	FirstName, Token string
	Left             int // recovery codes that still work
}

// noticeArgs is the job that sends one notice. It names the account and never
// holds an address or a token: the worker makes the token as it sends. An
// account that does not exist is sent nothing, which is how a request for an
// unknown address costs the same as one for a known address (R5).
type noticeArgs struct {
	AccountID uuid.UUID `json:"account_id"`
	Notice    string    `json:"notice"`
	Left      int       `json:"left,omitempty"` // recovery codes, where the notice is about one used
}

// Kind names the job.
func (noticeArgs) Kind() string { return "account_notice" }

// InsertOpts has the mails that somebody waits for come first.
func (a noticeArgs) InsertOpts() river.InsertOpts {
	if _, link := tokenPurposes[a.Notice]; link || slices.Contains(links, a.Notice) {
		return jobs.ByMail(jobs.Awaited)
	}
	return jobs.ByMail(jobs.News)
}

// links are the notices with a link beside those of tokenPurposes.
var links = []string{noticeWaiting, noticeMove}

// noticeEvery is how often one account gets the same notice at most: the forms
// that send them are open to all, and nobody shall be flooded through us.
const noticeEvery = time.Minute

func (s *Service) enqueueNotice(ctx context.Context, tx postgres.Tx, id uuid.UUID, notice string) error {
	once := &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: noticeEvery}}
	return s.queue.Add(ctx, tx, noticeArgs{AccountID: id, Notice: notice}, once)
}

// NoticeWorker sends this package's notices.
type NoticeWorker struct {
	jobs.MessageDefaults[noticeArgs]
	accounts *Service
	notices  *web.Notices
	sender   *mail.Sender
}

// NewNoticeWorker returns the worker that River runs.
func NewNoticeWorker(accounts *Service, notices *web.Notices, sender *mail.Sender) *NoticeWorker {
	return &NoticeWorker{accounts: accounts, notices: notices, sender: sender}
}

// Work sends one notice.
func (w *NoticeWorker) Work(ctx context.Context, job *river.Job[noticeArgs]) error {
	person, err := w.accounts.Person(ctx, job.Args.AccountID)
	if err != nil {
		return ignoreNotFound(err)
	}
	if person.Email == "" {
		return nil // what must reach them goes by SMS (TextWorker)
	}
	letters, err := w.accounts.letters(ctx, person, job.Args.Notice)
	if err != nil {
		return err
	}
	for i, l := range letters {
		l.Left = job.Args.Left
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

// letters are the mails of a notice, in the order in which they are sent.
func (s *Service) letters(ctx context.Context, person Person, notice string) ([]letter, error) {
	switch notice {
	case noticeWaiting:
		return s.waitingLetters(ctx, person.Email)
	case noticeMove:
		return s.moveLetters(ctx, person)
	case noticeMoved:
		return s.movedLetters(ctx, person)
	}
	l := letter{to: person.Email, notice: notice, FirstName: person.FirstName}
	if purpose, needed := tokenPurposes[notice]; needed {
		token, err := s.issueToken(ctx, person.ID, purpose)
		if err != nil {
			return nil, err
		}
		l.Token = token
	}
	return []letter{l}, nil
}

package account

import (
	"context"
	"fmt"
	"time"

	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// The notices that this package sends: the names of their texts.
const (
	noticeValidation = "validation"
	noticeKnown      = "known"
	noticeInvitation = "invitation"
	noticeAssisted   = "assisted"
)

// noticeArgs is the job that sends one notice. It names the account and never
// holds an address or a token: the worker makes the token as it sends. An
// account that does not exist is sent nothing, which is how a request for an
// unknown address costs the same as one for a known address (R5).
type noticeArgs struct {
	AccountID uuid.UUID `json:"account_id"`
	Notice    string    `json:"notice"`
}

// Kind names the job.
func (noticeArgs) Kind() string { return "account_notice" }

// noticeEvery is how often one account gets the same notice at most: the forms
// that send them are open to all, and nobody shall be flooded through us.
const noticeEvery = time.Minute

func (s *Service) enqueueNotice(ctx context.Context, tx postgres.Tx, id uuid.UUID, notice string) error {
	once := &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: noticeEvery}}
	return s.queue.Add(ctx, tx, noticeArgs{AccountID: id, Notice: notice}, once)
}

// NoticeWorker sends this package's notices.
type NoticeWorker struct {
	river.WorkerDefaults[noticeArgs]
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
	data := struct{ FirstName, Token string }{FirstName: person.FirstName}
	if purpose, needed := tokenPurposes[job.Args.Notice]; needed {
		data.Token, err = w.accounts.issueToken(ctx, person.ID, purpose)
		if err != nil {
			return err
		}
	}
	subject, text, err := w.notices.Write(job.Args.Notice, data)
	if err != nil {
		return err
	}
	return w.sender.Send(ctx, mail.Message{ID: fmt.Sprintf("account-%d", job.ID), To: person.Email, Subject: subject, Text: text})
}

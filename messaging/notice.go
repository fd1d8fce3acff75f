package messaging

import (
	"context"
	"fmt"
	"time"

	"socialdirect/account"
	"socialdirect/internal/fault"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

const (
	// noticeDelay leaves somebody who has the conversation open the time to read.
	noticeDelay = time.Minute
	// noticeEvery is the least time between two notices of one conversation.
	noticeEvery = 15 * time.Minute
)

// noticeArgs is the job that tells somebody of messages they have not seen.
type noticeArgs struct {
	ConversationID uuid.UUID `json:"conversation_id"`
	AccountID      uuid.UUID `json:"account_id"`
}

// Kind names the job.
func (noticeArgs) Kind() string { return "message_notice" }

func (s *Service) enqueueNotice(ctx context.Context, tx postgres.Tx, conversation, recipient uuid.UUID) error {
	args := noticeArgs{ConversationID: conversation, AccountID: recipient}
	return s.queue.Add(ctx, tx, args, &river.InsertOpts{ScheduledAt: tx.Now.Add(noticeDelay)})
}

// NoticeWorker tells people by mail that a message waits: not what it says, not
// who wrote it, not while they read along, and not twice within noticeEvery.
type NoticeWorker struct {
	river.WorkerDefaults[noticeArgs]
	messages *Service
	accounts *account.Service
	notices  *web.Notices
	sender   *mail.Sender
}

// NewNoticeWorker returns the worker that River runs.
func NewNoticeWorker(messages *Service, accounts *account.Service, notices *web.Notices, sender *mail.Sender) *NoticeWorker {
	return &NoticeWorker{messages: messages, accounts: accounts, notices: notices, sender: sender}
}

// Work sends one notice when it is due, puts it off when the last one is too
// fresh, and does nothing when there is nothing new to tell.
func (w *NoticeWorker) Work(ctx context.Context, job *river.Job[noticeArgs]) error {
	person, err := w.accounts.Person(ctx, job.Args.AccountID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || person.Email == "" { // somebody without an address
		return err
	}
	return w.messages.db.InTx(ctx, func(tx postgres.Tx) error {
		due, err := noticeDue(ctx, tx, job.Args)
		if err != nil || due.none {
			return err
		}
		if due.in > 0 {
			return river.JobSnooze(due.in)
		}
		return w.send(ctx, person, fmt.Sprintf("message-%d-%d", job.CreatedAt.UnixMicro(), job.ID))
	})
}

// send is called inside the transaction that notes the notice: a mail that the
// server did not take is not noted, and is tried again.
func (w *NoticeWorker) send(ctx context.Context, person account.Person, id string) error {
	subject, text, err := w.notices.Write("message", struct{ FirstName string }{person.FirstName})
	if err != nil {
		return err
	}
	return w.sender.Send(ctx, mail.Message{ID: id, To: person.Email, Subject: subject, Text: text})
}

// due says when somebody may be told: never, later, or now.
type due struct {
	none bool
	in   time.Duration
}

// noticeDue decides, and notes the notice when it is due now.
func noticeDue(ctx context.Context, tx postgres.Tx, args noticeArgs) (due, error) {
	last, err := lockNotice(ctx, tx, args.ConversationID, args.AccountID)
	if err != nil {
		return due{}, err
	}
	fresh, err := countUntold(ctx, tx, args.ConversationID, args.AccountID, last)
	if err != nil || fresh == 0 {
		return due{none: true}, err
	}
	if wait := last.Add(noticeEvery).Sub(tx.Now); wait > 0 {
		return due{in: wait}, nil
	}
	return due{}, noteNotice(ctx, tx, args.ConversationID, args.AccountID)
}

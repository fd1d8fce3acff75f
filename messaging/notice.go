package messaging

import (
	"context"
	"errors"
	"fmt"
	"time"

	"socialdirect/account"
	"socialdirect/account/people"
	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
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

// InsertOpts has news of appointments come first.
func (noticeArgs) InsertOpts() river.InsertOpts { return jobs.ByMail(jobs.Reminder) }

func (s *Service) enqueueNotice(ctx context.Context, tx postgres.Tx, conversation, recipient uuid.UUID) error {
	args := noticeArgs{ConversationID: conversation, AccountID: recipient}
	return s.queue.Add(ctx, tx, args, &river.InsertOpts{ScheduledAt: tx.Now.Add(noticeDelay)})
}

// NoticeWorker tells people by mail that a message waits: not what it says, not
// who wrote it, not while they read along, and not twice within noticeEvery.
type NoticeWorker struct {
	jobs.MessageDefaults[noticeArgs]
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
// fresh, and does nothing when there is nothing new to tell. Nothing of the database is
// held while the mail server is waited for.
func (w *NoticeWorker) Work(ctx context.Context, job *river.Job[noticeArgs]) error {
	person, err := w.accounts.People.Person(ctx, job.Args.AccountID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || person.Email == "" { // somebody without an address
		return err
	}
	now, due, err := w.take(ctx, job)
	if err != nil || !due {
		return err
	}
	answer := w.send(ctx, person, fmt.Sprintf("message-%d-%d", job.CreatedAt.UnixMicro(), job.ID))
	return w.note(ctx, job, now, jobs.SettleOne(ctx, job.JobRow, answer))
}

// holdFor is for how long a job keeps others from sending the same notice: longer than
// any takes. The job itself takes up at once what a crash broke off.
const holdFor = 2 * time.Minute

// take has the job send the notice if it is due, and says as of when.
func (w *NoticeWorker) take(ctx context.Context, job *river.Job[noticeArgs]) (now time.Time, due bool, err error) {
	err = w.messages.db.InTx(ctx, func(tx postgres.Tx) error {
		now = tx.Now
		last, err := lockNotice(ctx, tx, job.Args.ConversationID, job.Args.AccountID)
		if err != nil {
			return err
		}
		fresh, err := countUntold(ctx, tx, job.Args.ConversationID, job.Args.AccountID, last.NoticedAt)
		if err != nil || fresh == 0 {
			return err
		}
		wait := last.NoticedAt.Add(noticeEvery).Sub(tx.Now)
		if last.Job != job.ID {
			wait = max(wait, last.HeldUntil.Sub(tx.Now))
		}
		if wait > 0 {
			return river.JobSnooze(wait)
		}
		due = true
		return holdNotice(ctx, tx, job.Args.ConversationID, job.Args.AccountID, job.ID, tx.Now.Add(holdFor))
	})
	return now, due, err
}

func (w *NoticeWorker) send(ctx context.Context, person people.Person, id string) error {
	subject, text, err := w.notices.Write("message", struct{ FirstName string }{person.FirstName})
	if err != nil {
		return err
	}
	return w.sender.Send(ctx, mail.Message{ID: id, To: person.Email, Subject: subject, Text: text})
}

// noteTime bounds the noting of a mail that was handed over, which a stop does not
// prevent.
const noteTime = 10 * time.Second

// note notes that the person was told as of now, or lets go of the notice where they
// were not.
func (w *NoticeWorker) note(ctx context.Context, job *river.Job[noticeArgs], now time.Time, again error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTime)
	defer cancel()
	var told *time.Time
	if again == nil {
		told = &now
	}
	return errors.Join(again, noteNotice(ctx, w.messages.db.Pool, job.Args.ConversationID, job.Args.AccountID, job.ID, told))
}

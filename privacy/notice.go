package privacy

import (
	"context"
	"errors"
	"fmt"

	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// The notices that this package sends: the names of their texts.
const (
	noticeLink     = "rights_link"     // to the address of a public request
	noticeReceived = "rights_received" // to the account that a request is about
	noticeRefused  = "rights_refused"
	noticeErased   = "rights_erased"
)

// noticeArgs is the job that sends one notice. It holds no address: the request
// does, sealed.
type noticeArgs struct {
	RequestID uuid.UUID `json:"request_id"`
	Notice    string    `json:"notice"`
}

// Kind names the job.
func (noticeArgs) Kind() string { return "rights_notice" }

// InsertOpts has the link that somebody waits for come first.
func (a noticeArgs) InsertOpts() river.InsertOpts {
	if a.Notice == noticeLink {
		return jobs.ByMail(jobs.Awaited)
	}
	return jobs.ByMail(jobs.News)
}

func (s *Service) notify(ctx context.Context, tx postgres.Tx, request uuid.UUID, notice string) error {
	return s.queue.Add(ctx, tx, noticeArgs{request, notice}, nil)
}

// NoticeWorker sends this package's notices.
type NoticeWorker struct {
	jobs.MessageDefaults[noticeArgs]
	rights  *Service
	notices *web.Notices
	sender  *mail.Sender
}

// NewNoticeWorker returns the worker that River runs.
func NewNoticeWorker(rights *Service, notices *web.Notices, sender *mail.Sender) *NoticeWorker {
	return &NoticeWorker{rights: rights, notices: notices, sender: sender}
}

// letter is one mail, with what its text names.
type letter struct {
	to     string
	Name   string
	Token  string
	Due    string
	Reason string
}

// Work sends one notice. Whoever has no address is told by the officer; what waits
// no more is told nobody.
func (w *NoticeWorker) Work(ctx context.Context, job *river.Job[noticeArgs]) error {
	l, err := w.rights.letter(ctx, job.Args)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Gone) || errors.Is(err, vault.ErrDestroyed) {
		return nil
	}
	if err != nil || l.to == "" {
		return err
	}
	subject, text, err := w.notices.Write(job.Args.Notice, l)
	if err != nil {
		return err
	}
	id := fmt.Sprintf("rights-%d", job.ID)
	err = w.sender.Send(ctx, mail.Message{ID: id, To: l.to, Subject: subject, Text: text})
	if err := jobs.SettleOne(ctx, job.JobRow, err); err != nil {
		return err
	}
	if job.Args.Notice != noticeErased {
		return nil
	}
	return w.rights.db.InTx(ctx, func(tx postgres.Tx) error { return setReply(ctx, tx, job.Args.RequestID, nil) })
}

// letter makes the mail of a notice.
func (s *Service) letter(ctx context.Context, args noticeArgs) (letter, error) {
	row, err := readRequest(ctx, s.db.Pool, args.RequestID)
	if err != nil {
		return letter{}, err
	}
	l, err := s.addressed(ctx, row, args.Notice)
	if err != nil {
		return letter{}, err
	}
	l.Due = web.Date(row.DueOn)
	switch args.Notice {
	case noticeLink:
		l.Token, err = s.issueLink(ctx, row.ID)
	case noticeRefused:
		l.Reason, err = s.refusal(ctx, row.ID)
	}
	return l, err
}

// addressed is to whom a notice goes: that something was asked about an account, to
// its owner; any answer, to where the request says, or else to the account.
func (s *Service) addressed(ctx context.Context, row requestRow, notice string) (letter, error) {
	if notice != noticeReceived && row.SealedReply != nil {
		var r reply
		err := s.unsealJSON(ctx, s.db.Pool, row.ID, aboutReply, row.SealedReply, &r)
		return letter{to: r.Email, Name: r.Name}, err
	}
	r := row.request()
	if !r.Matched() || notice == noticeReceived && r.State != Open {
		return letter{}, nil
	}
	person, err := s.accounts.People.Person(ctx, r.AccountID)
	return letter{to: person.Email, Name: person.FirstName}, err
}

// refusal is the reason that a request was refused for.
func (s *Service) refusal(ctx context.Context, id uuid.UUID) (string, error) {
	steps, err := s.steps(ctx, id)
	if err != nil {
		return "", err
	}
	for _, step := range steps {
		if step.Act == stepRefused {
			return step.Text, nil
		}
	}
	return "", nil
}

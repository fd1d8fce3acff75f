package outbox

import (
	"context"
	"fmt"
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/people"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// The templates of the SMS that this package sends.
const (
	TextInvitation = "sms_invitation"
	TextCode       = "sms_code"
	TextProof      = "sms_proof"
)

// SMS is the job that sends one SMS. Like Mail, it contains no number, token or code. A job
// for an unknown number runs too, and sends nothing (R5).
type SMS struct {
	AccountID   uuid.UUID `json:"account_id"`
	ChallengeID uuid.UUID `json:"challenge_id"`
	Text        string    `json:"text"`
}

// How many SMS about appointments and messages are sent in a day at most (R47): for one
// account, and to one number, which a family may share. Ordinary use stays far below.
const (
	TextsByAccount = 40
	textsByNumber  = 60
)

// SpendText counts an SMS about news and reports whether it may be sent. The platform calls
// it; it checks no viewer.
func (s *Service) SpendText(ctx context.Context, tx postgres.Tx, to people.Person) (allowed bool, err error) {
	day := 24 * time.Hour
	refused, err := s.limits.SpendIn(ctx, tx, "", limit.Quota{Kind: "text-account", Value: to.ID.String(), Most: TextsByAccount, Window: day}, limit.Quota{Kind: "text-number", Value: to.Mobile, Most: textsByNumber, Window: day})
	return refused == nil, err
}

// Kind names the job.
func (SMS) Kind() string { return "account_text" }

// InsertOpts gives priority to these SMS, as somebody is waiting for them.
func (SMS) InsertOpts() river.InsertOpts { return jobs.ByText(jobs.Awaited) }

// SendText queues an SMS. Queueing the same one again has no effect.
func (s *Service) SendText(ctx context.Context, tx postgres.Tx, args SMS) error {
	once := &river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true, ByPeriod: noticeEvery}}
	return s.queue.Add(ctx, tx, args, once)
}

// TextWorker sends the queued SMS.
type TextWorker struct {
	jobs.MessageDefaults[SMS]
	service *Service
	notices *web.NotificationTexts
	sender  sms.Sender
}

// NewTextWorker returns the worker that River runs. Without an SMS gateway it sends nothing
// and does not use sender.
func NewTextWorker(service *Service, notices *web.NotificationTexts, sender sms.Sender) *TextWorker {
	return &TextWorker{service: service, notices: notices, sender: sender}
}

// NextRetry retries soon, as somebody is waiting for the SMS.
func (w *TextWorker) NextRetry(job *river.Job[SMS]) time.Time {
	if job.Args.ChallengeID != uuid.Nil {
		return job.AttemptedAt.Add(5 * time.Second)
	}
	return w.MessageDefaults.NextRetry(job)
}

// Work sends one SMS.
func (w *TextWorker) Work(ctx context.Context, job *river.Job[SMS]) error {
	if !w.service.people.SMS {
		return nil
	}
	person, data, err := w.prepare(ctx, job.Args)
	if err != nil || person.Mobile == "" {
		return people.IgnoreNotFound(err)
	}
	text, err := w.notices.Text(job.Args.Text, data)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("account-%d-%d", job.CreatedAt.UnixMicro(), job.ID)
	return jobs.SettleOne(ctx, job.JobRow, w.sender.Send(ctx, sms.Message{To: person.Mobile, Text: text, Key: key}))
}

// texted is the data of the templates.
type texted struct{ Token, Code string }

// prepare returns the person to write to, zero when nothing is to be sent any more, and
// creates the link or the code in the text.
func (w *TextWorker) prepare(ctx context.Context, args SMS) (person people.Person, data texted, err error) {
	if args.ChallengeID != uuid.Nil {
		person, data.Code, err = w.service.codes.Make(ctx, args.ChallengeID)
		return person, data, err
	}
	if person, err = w.service.people.Person(ctx, args.AccountID); err != nil {
		return person, data, err
	}
	data.Token, err = w.service.people.IssueToken(ctx, person.ID, people.PurposeInvitation)
	return person, data, err
}

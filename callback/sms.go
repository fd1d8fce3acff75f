package callback

import (
	"context"
	"time"

	"socialdirect/account/outbox"
	"socialdirect/account/smscode"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// CodeText is the job that sends the code of a request. It contains no number and no code.
type CodeText struct {
	RequestID uuid.UUID `json:"request_id"`
}

// Kind names the job.
func (CodeText) Kind() string { return "callback_code" }

// InsertOpts gives priority to these SMS, as somebody is waiting for them.
func (CodeText) InsertOpts() river.InsertOpts { return jobs.ByText(jobs.Awaited) }

// TextWorker sends the codes.
type TextWorker struct {
	jobs.MessageDefaults[CodeText]
	service *Service
	texts   *web.NotificationTexts
	sender  sms.Sender
}

// NewTextWorker returns the worker that River runs. Without an SMS gateway it sends nothing
// and does not use sender.
func NewTextWorker(service *Service, texts *web.NotificationTexts, sender sms.Sender) *TextWorker {
	return &TextWorker{service: service, texts: texts, sender: sender}
}

// NextRetry retries soon, as somebody is waiting for the SMS.
func (w *TextWorker) NextRetry(job *river.Job[CodeText]) time.Time {
	return job.AttemptedAt.Add(5 * time.Second)
}

// Work sends one code, unless the request no longer waits for it.
func (w *TextWorker) Work(ctx context.Context, job *river.Job[CodeText]) error {
	if !w.service.SMS {
		return nil
	}
	mobile, code, err := w.service.makeCode(ctx, job.Args.RequestID)
	if err != nil || mobile == "" {
		return err
	}
	text, err := w.texts.Text(outbox.TextProof, struct{ Code string }{code})
	if err != nil {
		return err
	}
	return jobs.SettleOne(ctx, job.JobRow, w.sender.Send(ctx, sms.Message{To: mobile, Text: text, Key: "callback-" + job.Args.RequestID.String()}))
}

// makeCode returns the number and the code of a request, which is created at the first attempt
// to send it. Both are empty if the request no longer waits for its code.
func (s *Service) makeCode(ctx context.Context, id uuid.UUID) (mobile, code string, err error) {
	err = s.DB.InTx(ctx, func(tx postgres.Tx) error {
		r, err := lockUnprovedByID(ctx, tx, id)
		if postgres.NoRows(err) {
			return nil
		}
		if err != nil {
			return err
		}
		if code, err = s.codeOf(ctx, tx, r); err != nil {
			return err
		}
		request, err := s.unsealed(ctx, tx, r)
		mobile = request.Mobile
		return err
	})
	return mobile, code, err
}

func (s *Service) codeOf(ctx context.Context, tx postgres.Tx, r row) (string, error) {
	if r.SealedCode != nil {
		plain, err := s.Vault.Unseal(ctx, tx, r.ID, aboutCode, r.SealedCode)
		return string(plain), err
	}
	code, err := smscode.NewCode()
	if err != nil {
		return "", err
	}
	sealed, err := s.Vault.Seal(ctx, tx, r.ID, aboutCode, []byte(code))
	if err != nil {
		return "", err
	}
	return code, setCode(ctx, tx, r.ID, sealed)
}

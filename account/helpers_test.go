package account_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"time"

	"socialdirect/account/signup"

	"socialdirect/account"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/mail"
	"socialdirect/internal/sms"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// The bounds that the tests hold the platform to (R2, R47).
const (
	freeTries         = 5
	maxDelay          = 15 * time.Minute
	maxWaiting        = 5
	mailsOfKindInHour = 3
	mailsOfKindInDay  = 6
	mailsInHour       = 5
	mailsInDay        = 12
	codesFromPlace    = 400
	proofsByNumber    = 3
	proofsByAccount   = 5
	linksByNumber     = 5
)

// lifetimes are those of links, by what they are for.
var lifetimes = map[string]time.Duration{
	"validation": people.ValidationLifetime, "invitation": people.InvitationLifetime, "password": people.ResetLifetime,
}

// issue makes the link that a mail would hold.
func issue(ctx context.Context, w *bookingtest.World, purpose string, id uuid.UUID) (string, error) {
	token := rand.Text()
	hash := sha256.Sum256([]byte(token))
	_, err := w.DB.Pool.Exec(ctx, `insert into account_tokens (token_hash, account_id, purpose, expires_at) values ($1, $2, $3, $4)`,
		hash[:], id, purpose, w.DB.Now().Add(lifetimes[purpose]))
	return token, err
}

// secretOf is what the application of somebody's phone holds, enrolled or about to.
func secretOf(ctx context.Context, w *bookingtest.World, v *viewer.Viewer) (string, error) {
	if enrolment, err := w.Accounts.Factors.Enrol(ctx, v); err == nil {
		return enrolment.Secret, nil
	}
	var sealed []byte
	if err := w.DB.Pool.QueryRow(ctx, `select sealed_secret from totp where account_id = $1`, v.ID).Scan(&sealed); err != nil {
		return "", err
	}
	raw, err := w.Vault.Unseal(ctx, w.DB.Pool, v.ID, "totp", sealed)
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw), err
}

// letter is a mail as a test reads it.
type letter struct {
	To, Notice, Token string
	Links             []string // of those who wait with an address
}

// postbox takes the mails that a worker writes and sends.
type postbox struct {
	written letter
	sent    []letter
}

func (p *postbox) Write(notice string, data any) (subject, text string, err error) {
	told, err := json.Marshal(data)
	if err != nil {
		return "", "", err
	}
	var says struct {
		Token   string
		Waiting []struct{ Token string }
	}
	if err := json.Unmarshal(told, &says); err != nil {
		return "", "", err
	}
	p.written = letter{Notice: notice, Token: says.Token}
	for _, line := range says.Waiting {
		p.written.Links = append(p.written.Links, line.Token)
	}
	return "", "", nil
}

func (p *postbox) Send(_ context.Context, m mail.Message) error {
	p.written.To = m.To
	p.sent = append(p.sent, p.written)
	return nil
}

// work has a worker do a job whose arguments are given as they stand in the queue.
func work[T river.JobArgs](ctx context.Context, w river.Worker[T], id int64, args []byte) error {
	job := &river.Job[T]{JobRow: &rivertype.JobRow{ID: id}}
	if err := json.Unmarshal(args, &job.Args); err != nil {
		return err
	}
	return w.Work(ctx, job)
}

// mailed makes the mails of one job, and counts them.
func mailed(ctx context.Context, w *bookingtest.World, args []byte) ([]letter, error) {
	var box postbox
	err := work(ctx, outbox.NewMailWorker(w.Accounts.Outbox, &box, &box), 1, args)
	return box.sent, err
}

// lettersOf makes the mails of a notice that nobody asked for by typing an address.
func lettersOf(ctx context.Context, w *bookingtest.World, id uuid.UUID, notice string) ([]letter, error) {
	args, err := json.Marshal(map[string]any{"account_id": id, "notice": notice})
	if err != nil {
		return nil, err
	}
	return mailed(ctx, w, args)
}

// sendTexts works every waiting job that sends an SMS, once, and takes it off the
// queue when it is done.
func sendTexts(ctx context.Context, w *bookingtest.World, sender sms.Sender) error {
	notices, err := web.NewNotices("https://rdv.exemple.fr", web.Phone{})
	if err != nil {
		return err
	}
	rows, err := w.DB.Pool.Query(ctx, `select id, args from river_job where kind = 'account_text' order by id`)
	if err != nil {
		return err
	}
	waiting := map[int64][]byte{}
	for rows.Next() {
		var id int64
		var args []byte
		if err := rows.Scan(&id, &args); err != nil {
			return err
		}
		waiting[id] = args
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for id, args := range waiting {
		if err := work(ctx, outbox.NewTextWorker(w.Accounts.Outbox, notices, sender), id, args); err != nil {
			return err
		}
		if _, err := w.DB.Pool.Exec(ctx, `delete from river_job where id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}

// refuses reports whether the switchboard is refused an account with that address or
// number.
func refuses(w *bookingtest.World, accounts *account.Service, operator *viewer.Viewer, email, mobile string) bool {
	_, err := accounts.SignUps.Assist(context.Background(), operator, signup.Assisted{
		Code: w.Code(), FirstName: "Paula", LastName: "Autre", Email: email, Mobile: mobile, DespiteDoubles: true, EmailConfirmed: true,
	})
	return errors.Is(err, signup.ErrRefused)
}

// checkMoving reports whether a link still moves an account.
func checkMoving(ctx context.Context, w *bookingtest.World, token string) error {
	_, err := w.Accounts.Moving(ctx, token)
	return err
}

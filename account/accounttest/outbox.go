package accounttest

import (
	"context"
	"encoding/json"
	"regexp"
	"testing"

	"socialdirect/account/outbox"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// job is a queued job.
type job struct {
	ID   int64
	Args []byte
}

// queued returns the jobs of a kind in their order.
func queued(t testing.TB, w *bookingtest.World, kind string) []job {
	t.Helper()
	all, err := postgres.All[job](context.Background(), w.DB.Pool, `select id, args from river_job where kind = $1 order by id`, kind)
	bookingtest.Must(t, err)
	return all
}

// take removes the jobs of a kind and returns them.
func take(t testing.TB, w *bookingtest.World, kind string) []job {
	t.Helper()
	all, err := postgres.All[job](context.Background(), w.DB.Pool,
		`with gone as (delete from river_job where kind = $1 returning id, args) select id, args from gone order by id`, kind)
	bookingtest.Must(t, err)
	return all
}

// work runs a job with a worker.
func work[T river.JobArgs](w river.Worker[T], j job) error {
	typed := &river.Job[T]{JobRow: &rivertype.JobRow{ID: j.ID}}
	if err := json.Unmarshal(j.Args, &typed.Args); err != nil {
		return err
	}
	return w.Work(context.Background(), typed)
}

// Mail is what a test needs to know of a mail.
type Mail struct {
	To, Template, Token string
	Links               []string // tokens that prove the pending registrations
}

// postbox records the mails that a worker writes and sends.
type postbox struct {
	written Mail
	sent    []Mail
}

func (p *postbox) Write(template string, data any) (subject, text string, err error) {
	fields, err := json.Marshal(data)
	if err != nil {
		return "", "", err
	}
	var shown struct {
		Token   string
		Waiting []struct{ Token string }
	}
	if err := json.Unmarshal(fields, &shown); err != nil {
		return "", "", err
	}
	p.written = Mail{Template: template, Token: shown.Token}
	for _, line := range shown.Waiting {
		p.written.Links = append(p.written.Links, line.Token)
	}
	return "", "", nil
}

func (p *postbox) Send(_ context.Context, m mail.Message) error {
	p.written.To = m.To
	p.sent = append(p.sent, p.written)
	return nil
}

// QueuedMails returns the templates of the queued mails.
func QueuedMails(t testing.TB, w *bookingtest.World) (templates []string) {
	t.Helper()
	for _, j := range queued(t, w, "account_notice") {
		var args outbox.Mail
		bookingtest.Must(t, json.Unmarshal(j.Args, &args))
		templates = append(templates, args.Template)
	}
	return templates
}

// DeliverMails sends the queued mails and removes their jobs.
func DeliverMails(t testing.TB, w *bookingtest.World) (mails []Mail) {
	t.Helper()
	for _, j := range take(t, w, "account_notice") {
		made, err := makeMails(w, j)
		bookingtest.Must(t, err)
		mails = append(mails, made...)
	}
	return mails
}

func makeMails(w *bookingtest.World, j job) ([]Mail, error) {
	var box postbox
	err := work(outbox.NewMailWorker(w.Accounts.Outbox, &box, &box), j)
	return box.sent, err
}

// MailsOf returns the mails that a job would send to an account, without queueing it.
func MailsOf(w *bookingtest.World, id uuid.UUID, template string) ([]Mail, error) {
	args, err := json.Marshal(outbox.Mail{AccountID: id, Template: template})
	if err != nil {
		return nil, err
	}
	return makeMails(w, job{ID: 1, Args: args})
}

// Phone records the SMS that are sent to any number.
type Phone struct {
	Sent    []sms.Message
	Failing error // what the gateway answers; nil when it works
}

// Send records an SMS.
func (p *Phone) Send(_ context.Context, m sms.Message) error {
	p.Sent = append(p.Sent, m)
	return p.Failing
}

// SendTexts runs every queued job that sends an SMS, once, and removes those that
// succeed.
func SendTexts(t testing.TB, w *bookingtest.World, to *Phone) error {
	t.Helper()
	texts, err := web.NewNotificationTexts("https://rdv.exemple.fr", web.Phone{})
	bookingtest.Must(t, err)
	for _, j := range queued(t, w, "account_text") {
		if err := work(outbox.NewTextWorker(w.Accounts.Outbox, texts, to), j); err != nil {
			return err
		}
		_, err := w.DB.Pool.Exec(context.Background(), `delete from river_job where id = $1`, j.ID)
		bookingtest.Must(t, err)
	}
	return nil
}

var codePattern = regexp.MustCompile(`^(\d{6}) (?:est votre code|confirme votre numéro)`)

// CodeIn returns the code in an SMS, or an empty string.
func CodeIn(m sms.Message) string {
	found := codePattern.FindStringSubmatch(m.Text)
	if found == nil {
		return ""
	}
	return found[1]
}

// AskCode requests a code to sign in, and reads it from the SMS.
func AskCode(t testing.TB, w *bookingtest.World, to *Phone, mobile string) (token, code string) {
	t.Helper()
	token, err := w.Accounts.Sessions.RequestCode(context.Background(), mobile, session.Device{Place: "192.0.2.1"})
	bookingtest.Must(t, err)
	to.Sent = nil
	bookingtest.Must(t, SendTexts(t, w, to))
	if len(to.Sent) != 1 || to.Sent[0].To != mobile || CodeIn(to.Sent[0]) == "" {
		t.Fatalf("sent %+v", to.Sent)
	}
	return token, CodeIn(to.Sent[0])
}

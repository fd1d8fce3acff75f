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

// job is one of the queue.
type job struct {
	ID   int64
	Args []byte
}

// queued are the jobs of a kind in their order.
func queued(t testing.TB, w *bookingtest.World, kind string) []job {
	t.Helper()
	all, err := postgres.All[job](context.Background(), w.DB.Pool, `select id, args from river_job where kind = $1 order by id`, kind)
	bookingtest.Must(t, err)
	return all
}

// take removes the jobs of a kind.
func take(t testing.TB, w *bookingtest.World, kind string) []job {
	t.Helper()
	all, err := postgres.All[job](context.Background(), w.DB.Pool,
		`with gone as (delete from river_job where kind = $1 returning id, args) select id, args from gone order by id`, kind)
	bookingtest.Must(t, err)
	return all
}

// work has a worker do a job.
func work[T river.JobArgs](w river.Worker[T], j job) error {
	typed := &river.Job[T]{JobRow: &rivertype.JobRow{ID: j.ID}}
	if err := json.Unmarshal(j.Args, &typed.Args); err != nil {
		return err
	}
	return w.Work(context.Background(), typed)
}

// Mail is a mail as a test reads it.
type Mail struct {
	To, Template, Token string
	Links               []string // of the waiting registrations
}

// postbox takes the mails that a worker writes and sends.
type postbox struct {
	written Mail
	sent    []Mail
}

func (p *postbox) Write(notice string, data any) (subject, text string, err error) {
	words, err := json.Marshal(data)
	if err != nil {
		return "", "", err
	}
	var says struct {
		Token   string
		Waiting []struct{ Token string }
	}
	if err := json.Unmarshal(words, &says); err != nil {
		return "", "", err
	}
	p.written = Mail{Template: notice, Token: says.Token}
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

// QueuedMails names the notices that wait to be mailed.
func QueuedMails(t testing.TB, w *bookingtest.World) (notices []string) {
	t.Helper()
	for _, j := range queued(t, w, "account_notice") {
		var args outbox.Mail
		bookingtest.Must(t, json.Unmarshal(j.Args, &args))
		notices = append(notices, args.Template)
	}
	return notices
}

// DeliverMails makes the mails of every notice that waits, and removes the jobs.
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

// MailsOf makes the mails of a notice to an account, without a job in the queue.
func MailsOf(w *bookingtest.World, id uuid.UUID, notice string) ([]Mail, error) {
	args, err := json.Marshal(map[string]any{"account_id": id, "notice": notice})
	if err != nil {
		return nil, err
	}
	return makeMails(w, job{ID: 1, Args: args})
}

// Phone keeps the SMS that are sent, to whatever number.
type Phone struct {
	Sent    []sms.Message
	Failing error // the gateway's answer
}

// Send keeps a message.
func (p *Phone) Send(_ context.Context, m sms.Message) error {
	p.Sent = append(p.Sent, m)
	return p.Failing
}

// SendTexts works every waiting job that sends an SMS, once, and removes those that are
// done.
func SendTexts(t testing.TB, w *bookingtest.World, to *Phone) error {
	t.Helper()
	notices, err := web.NewNotificationTexts("https://rdv.exemple.fr", web.Phone{})
	bookingtest.Must(t, err)
	for _, j := range queued(t, w, "account_text") {
		if err := work(outbox.NewTextWorker(w.Accounts.Outbox, notices, to), j); err != nil {
			return err
		}
		_, err := w.DB.Pool.Exec(context.Background(), `delete from river_job where id = $1`, j.ID)
		bookingtest.Must(t, err)
	}
	return nil
}

var codePattern = regexp.MustCompile(`^(\d{6}) (?:est votre code|confirme votre numéro)`)

// CodeIn is the code that an SMS holds, empty when there is none.
func CodeIn(m sms.Message) string {
	found := codePattern.FindStringSubmatch(m.Text)
	if found == nil {
		return ""
	}
	return found[1]
}

// AskCode asks for a code to sign in with, and reads it on the phone.
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

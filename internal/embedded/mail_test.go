package embedded

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	gomail "github.com/wneessen/go-mail"
)

func startTestReceiver(t *testing.T) *MailReceiver {
	t.Helper()
	m, err := StartMailReceiver(t.Context(), filepath.Join(t.TempDir(), "mail"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := m.Stop(ctx); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return m
}

func send(t *testing.T, m *MailReceiver, messages ...*gomail.Msg) error {
	t.Helper()
	u, err := url.Parse(m.URL())
	if err != nil {
		t.Fatal(err)
	}
	port, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	c, err := gomail.NewClient(u.Hostname(), gomail.WithPort(port), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithHELO("localhost"))
	if err != nil {
		t.Fatal(err)
	}
	return c.DialAndSendWithContext(t.Context(), messages...)
}

func newMail(t *testing.T, subject, text string) *gomail.Msg {
	t.Helper()
	m := gomail.NewMsg()
	if err := m.FromFormat("Équipe Social Direct", "rdv@example.test"); err != nil {
		t.Fatal(err)
	}
	if err := m.To("zoe@example.test"); err != nil {
		t.Fatal(err)
	}
	m.Subject(subject)
	m.SetDate()
	m.SetBodyString(gomail.TypeTextPlain, text)
	return m
}

func TestMailIsKeptAndReadBack(t *testing.T) {
	t.Parallel()
	m := startTestReceiver(t)
	invitation := []byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")
	msg := newMail(t, "Votre rendez-vous : mardi à 14 h", "Bonjour Zoé,\nà bientôt.")
	msg.AddAlternativeString(`text/calendar; method=REQUEST`, string(invitation))
	if err := msg.AttachReader("rendez-vous.ics", bytes.NewReader(invitation), gomail.WithFileContentType("application/ics")); err != nil {
		t.Fatal(err)
	}
	if err := send(t, m, msg); err != nil {
		t.Fatal(err)
	}
	mails, err := ReadMails(m.Dir())
	if err != nil || len(mails) != 1 {
		t.Fatalf("%d mails, %v", len(mails), err)
	}
	got := mails[0]
	if got.From != "Équipe Social Direct <rdv@example.test>" || got.To != "zoe@example.test" || got.Subject != "Votre rendez-vous : mardi à 14 h" || got.Date.IsZero() {
		t.Errorf("the headers were read as %+v", got)
	}
	if strings.TrimSpace(got.Text) != "Bonjour Zoé,\nà bientôt." {
		t.Errorf("the text was read as %q", got.Text)
	}
	if len(got.Attachments) != 2 || got.Attachments[0].Type != "text/calendar" || got.Attachments[1].Name != "rendez-vous.ics" || !bytes.Equal(got.Attachments[1].Data, invitation) {
		t.Errorf("the parts were read as %+v", got.Attachments)
	}
	if again, err := ReadMail(filepath.Join(m.Dir(), got.Name)); err != nil || again.Subject != got.Subject {
		t.Errorf("read alone: %+v, %v", again, err)
	}
}

func TestMailsAreListedLatestFirst(t *testing.T) {
	t.Parallel()
	m := startTestReceiver(t)
	if err := send(t, m, newMail(t, "1", "a"), newMail(t, "2", "b"), newMail(t, "3", "c")); err != nil {
		t.Fatal(err)
	}
	mails, err := ReadMails(m.Dir())
	if err != nil {
		t.Fatal(err)
	}
	var subjects []string
	for _, mail := range mails {
		subjects = append(subjects, mail.Subject)
	}
	if !slices.Equal(subjects, []string{"3", "2", "1"}) {
		t.Errorf("the order is %q", subjects)
	}
}

func TestATooLongMailIsRefusedAndNotStored(t *testing.T) {
	t.Parallel()
	m := startTestReceiver(t)
	msg := newMail(t, "long", "a")
	if err := msg.AttachReader("zeros", bytes.NewReader(make([]byte, maxMailBytes))); err != nil {
		t.Fatal(err)
	}
	if err := send(t, m, msg); err == nil {
		t.Error("it was accepted")
	}
	files, err := os.ReadDir(m.Dir())
	if err != nil || len(files) != 0 {
		t.Errorf("it left %v, %v", files, err)
	}
}

func TestAnUnfinishedMailOfAKilledProcessIsRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ".unfinished-1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := StartMailReceiver(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Stop(t.Context()) }() // other tests check Stop
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("still there: %v, %v", files, err)
	}
}

func TestAFileThatIsNoMailIsReturnedAsText(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "20260101T000000.000000000Z.eml")
	if err := os.WriteFile(path, []byte("no header at all"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := ReadMail(path)
	if err != nil || got.Text != "no header at all" {
		t.Errorf("read as %+v, %v", got, err)
	}
}

func TestTheReceiverStopsAtOnceEvenWithOpenConnections(t *testing.T) {
	t.Parallel()
	for range 20 { // also right after its start
		m, err := StartMailReceiver(t.Context(), t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", strings.TrimPrefix(m.URL(), "smtp://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		for range 2 {
			if err := m.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

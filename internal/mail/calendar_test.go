package mail_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"net/textproto"
	"strings"
	"testing"

	"socialdirect/internal/mail"
)

// part is a part of a mail without parts of its own.
type part struct {
	kind   string
	params map[string]string
	header textproto.MIMEHeader
	text   string
}

// partsOf parses a mail with another library than the one that wrote it, and names the
// multipart type around each part.
func partsOf(t *testing.T, header textproto.MIMEHeader, body io.Reader, within string) (all []part) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	must(t, err)
	if !strings.HasPrefix(kind, "multipart/") {
		if strings.EqualFold(header.Get("Content-Transfer-Encoding"), "base64") {
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		text, err := io.ReadAll(body)
		must(t, err)
		return []part{{within + kind, params, header, string(text)}}
	}
	for reader := multipart.NewReader(body, params["boundary"]); ; {
		p, err := reader.NextPart()
		if err == io.EOF {
			return all
		}
		must(t, err)
		all = append(all, partsOf(t, p.Header, p, within+kind+" > ")...)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Calendar programs recognise an invitation by its media type and its method parameter (RFC
// 6047, 2.4): without either, Outlook, Google and Apple show a file and change nothing. The
// attached file has the same content.
func TestR21_CalendarsRecogniseAnInvitation(t *testing.T) {
	t.Parallel()
	server := refusing{accepted: make(chan []byte, 1)}
	sender, err := mail.New(start(t, server), "Social Direct <contact@exemple.fr>", "rdv.exemple.fr")
	must(t, err)
	for _, method := range []string{"REQUEST", "CANCEL"} {
		// It has a long line, French letters, and a line that is a dot.
		calendar := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:" + method + "\r\nBEGIN:VEVENT\r\nSUMMARY:L’été à Vannes = " + strings.Repeat("é", 200) + "\r\n.\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
		must(t, sender.Send(t.Context(), mail.Message{ID: "1", To: "zoe@exemple.fr", Subject: "Voilà", Text: "Bonjour à vous.\n", Calendar: []byte(calendar), Method: method}))
		message, err := netmail.ReadMessage(bytes.NewReader(<-server.accepted))
		must(t, err)
		parts := partsOf(t, textproto.MIMEHeader(message.Header), message.Body, "")
		if len(parts) != 4 {
			t.Fatalf("%s: %d parts: %+v", method, len(parts), parts)
		}
		text, alternative, attachment := parts[0], parts[2], parts[3]
		if text.kind != "multipart/mixed > multipart/alternative > text/plain" || !strings.EqualFold(text.params["charset"], "utf-8") || strings.TrimSpace(text.text) != "Bonjour à vous." {
			t.Errorf("%s: the text: %+v", method, text)
		}
		if alternative.kind != "multipart/mixed > multipart/alternative > text/calendar" || alternative.params["method"] != method || !strings.EqualFold(alternative.params["charset"], "utf-8") {
			t.Errorf("%s: the alternative is %s %v", method, alternative.kind, alternative.params)
		}
		if alternative.header.Get("Content-Disposition") != "" {
			t.Errorf("%s: the alternative is %s", method, alternative.header.Get("Content-Disposition"))
		}
		disposition, named, err := mime.ParseMediaType(attachment.header.Get("Content-Disposition"))
		if err != nil || attachment.kind != "multipart/mixed > application/ics" || disposition != "attachment" || named["filename"] != "rendez-vous.ics" {
			t.Errorf("%s: the attachment is %s, %v, %v", method, attachment.kind, attachment.header, err)
		}
		for _, p := range parts[2:] {
			if p.text != calendar {
				t.Errorf("%s: %s contains\n%q\nwant\n%q", method, p.kind, p.text, calendar)
			}
		}
	}
}

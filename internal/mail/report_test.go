package mail_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"socialdirect/internal/mail"

	"github.com/emersion/go-smtp"
)

const noticeID = "notice-5a3f0c1e-7d42-4a57-9a0b-0c1d2e3f4a5b"

// report returns a delivery report as mail servers write it.
func report(to, status, returned string) string {
	return strings.ReplaceAll(`Return-Path: <>
From: MAILER-DAEMON@mx.exemple.fr
To: `+to+`
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

I am sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.exemple.fr
Arrival-Date: Mon, 30 Nov 2026 08:00:00 +0000

`+status+`

--b
`+returned+`
--b--
`, "\n", "\r\n")
}

const (
	unknown  = "Final-Recipient: rfc822; zoe@exemple.fr\nAction: failed\nStatus: 5.1.1 (bad destination)\nDiagnostic-Code: smtp; 550 5.1.1 no such user"
	full     = "Final-Recipient: rfc822; zoe@exemple.fr\nAction: Failed\nStatus: 5.2.2"
	waited   = "Final-Recipient: rfc822; zoe@exemple.fr\nAction: failed\nStatus: 4.4.7"
	delayed  = "Final-Recipient: rfc822; zoe@exemple.fr\nAction: delayed\nStatus: 4.4.1"
	headers  = "Content-Type: text/rfc822-headers\n\nMessage-ID: <" + noticeID + "@rdv.exemple.fr>\nSubject: x\n"
	nothing  = "Content-Type: text/plain\n\nnothing\n"
	verp     = "bounce+" + noticeID + "@exemple.fr"
	elsewise = "postmaster@exemple.fr"
)

func TestR21_BouncesAreParsedAndIdentified(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		mail   string
		failed bool
		cause  mail.Cause
	}{
		"an unknown address":           {report(verp, unknown, nothing), true, mail.UnknownAddress},
		"a full mailbox":               {report("Social Direct <"+strings.ToUpper(verp)+">", full, nothing), true, mail.MailboxFull},
		"a server that never answered": {report(verp, waited, nothing), true, mail.Unreachable},
		"a delay":                      {report(verp, delayed, nothing), false, ""},
		"a name of former days":        {report(elsewise, unknown, strings.Replace(headers, "rdv.exemple.fr", "socialdirect", 1)), true, mail.UnknownAddress},
		"only the returned headers":    {report(elsewise, unknown, headers), true, mail.UnknownAddress},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := mail.ReadReport(strings.NewReader(c.mail))
			if err != nil || got.Failed != c.failed || got.Cause != c.cause || !slices.Equal(got.IDs, []string{noticeID}) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		})
	}
	got, err := mail.ReadReport(strings.NewReader(report(elsewise, unknown, nothing)), verp)
	if err != nil || !slices.Equal(got.IDs, []string{noticeID}) {
		t.Errorf("with recipients from the receiving server: %+v, %v", got, err)
	}
}

func TestR21_OtherMailsAreNoReports(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing":           "",
		"no mail":           "bonjour",
		"somebody away":     "To: " + verp + "\r\nAuto-Submitted: auto-replied\r\nContent-Type: text/plain\r\n\r\nAction: failed\r\n",
		"a read receipt":    strings.Replace(report(verp, unknown, nothing), "report-type=delivery-status", "report-type=disposition-notification", 1),
		"a report on none":  report(verp, "", nothing),
		"without its parts": "To: " + verp + "\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\nAction: failed\r\n",
		"without boundary":  "To: " + verp + "\r\nContent-Type: multipart/report; report-type=delivery-status\r\n\r\nAction: failed\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := mail.ReadReport(strings.NewReader(text)); !errors.Is(err, mail.ErrNoReport) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		})
	}
}

// Anybody can send mail to the address for bounces: a report with thousands of IDs must not
// cause much work.
func TestR21_AReportNamesAFewMailsAtMost(t *testing.T) {
	t.Parallel()
	var to, parts strings.Builder
	to.WriteString(verp)
	for i := range 1000 {
		fmt.Fprintf(&to, ",\n bounce+notice-%d@exemple.fr", i)
		fmt.Fprintf(&parts, "Content-Type: text/rfc822-headers\n\nMessage-ID: <notice-x%d@socialdirect>\n\n--b\n", i)
	}
	got, err := mail.ReadReport(strings.NewReader(report(to.String(), unknown, parts.String()+nothing)), verp)
	if err != nil || len(got.IDs) > 10 || got.IDs[0] != noticeID {
		t.Errorf("%d mails, %v", len(got.IDs), err)
	}
}

func FuzzReadReport(f *testing.F) {
	f.Add(report(verp, unknown, headers))
	f.Add(report(verp, delayed, nothing))
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := mail.ReadReport(strings.NewReader(text)); err != nil && !errors.Is(err, mail.ErrNoReport) {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// Only refusals about the recipient are final, some of them only after several; everything
// else is retried. At earlier steps, no refusal concerns the recipient.
func TestR21_RefusalsConcernTheRecipientOnlyIfTheServerSaysSo(t *testing.T) {
	t.Parallel()
	const (
		atOnce  = "lost at once"
		several = "lost after several tries"
		again   = "tried again"
	)
	answer := func(code int, a, b, c int) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCode{a, b, c}, Message: "no, zoe@exemple.fr from [5.1.1.7]"}
	}
	bare := func(code int) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: "no, zoe@exemple.fr from [5.1.1.7]"}
	}
	type attempt struct {
		server refusing
		want   string
		cause  mail.Cause
	}
	cases := map[string]attempt{
		"a full mailbox":           {refusing{rcpt: answer(552, 5, 2, 2)}, atOnce, mail.MailboxFull},
		"full at DATA":             {refusing{data: answer(552, 5, 2, 2)}, atOnce, mail.MailboxFull},
		"no such user, bare":       {refusing{rcpt: bare(550)}, several, mail.UnknownAddress},
		"not local, bare":          {refusing{rcpt: bare(551)}, atOnce, mail.UnknownAddress},
		"no such name, bare":       {refusing{rcpt: bare(553)}, several, mail.UnknownAddress},
		"full, bare":               {refusing{rcpt: bare(552)}, again, ""},
		"failed, bare":             {refusing{rcpt: bare(554)}, again, ""},
		"relaying denied":          {refusing{rcpt: answer(554, 5, 7, 1)}, again, ""},
		"relaying denied, 550":     {refusing{rcpt: answer(550, 5, 7, 1)}, again, ""},
		"HELO rejected":            {refusing{rcpt: answer(504, 5, 5, 2)}, again, ""},
		"taken for spam":           {refusing{data: answer(554, 5, 7, 1)}, again, ""},
		"what it holds":            {refusing{data: answer(554, 5, 6, 0)}, again, ""},
		"the sender's syntax":      {refusing{rcpt: answer(553, 5, 1, 7)}, again, ""},
		"the sender's domain":      {refusing{rcpt: answer(550, 5, 1, 8)}, again, ""},
		"too many":                 {refusing{rcpt: answer(550, 5, 1, 9)}, again, ""},
		"too large":                {refusing{rcpt: answer(552, 5, 2, 3)}, again, ""},
		"a list":                   {refusing{rcpt: answer(550, 5, 2, 4)}, again, ""},
		"greylisted":               {refusing{rcpt: answer(450, 4, 2, 0)}, again, ""},
		"unknown for now":          {refusing{rcpt: answer(450, 4, 1, 1)}, again, ""},
		"busy":                     {refusing{data: answer(451, 4, 3, 0)}, again, ""},
		"the sender is unwanted":   {refusing{mail: answer(550, 5, 7, 1)}, again, ""},
		"the sender is unknown":    {refusing{mail: answer(550, 5, 1, 0)}, again, ""},
		"the sender, bare":         {refusing{mail: bare(550)}, again, ""},
		"unsure of its own answer": {refusing{rcpt: answer(550, 4, 1, 1)}, again, ""},
	}
	for _, status := range []int{0, 1, 2, 3, 4, 5, 6, 10} {
		cases[fmt.Sprintf("5.1.%d", status)] = attempt{refusing{rcpt: answer(550, 5, 1, status)}, atOnce, mail.UnknownAddress}
	}
	for status, cause := range []mail.Cause{mail.OtherCause, mail.UnknownAddress, mail.MailboxFull} {
		cases[fmt.Sprintf("5.2.%d", status)] = attempt{refusing{rcpt: answer(550, 5, 2, status)}, atOnce, cause}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			sender, err := mail.New(start(t, c.server), "Social Direct <contact@exemple.fr>", "rdv.exemple.fr")
			if err != nil {
				t.Fatal(err)
			}
			err = sender.Send(t.Context(), mail.Message{ID: "1", To: "zoe@exemple.fr", Subject: "x", Text: "y"})
			var refused mail.Refused
			got := again
			if errors.As(err, &refused) {
				got = several
				if refused.Final(1) {
					got = atOnce
				}
				if !refused.Final(5) {
					t.Errorf("%s: never final", name)
				}
			}
			if err == nil || got != c.want || refused.Cause != c.cause || strings.Contains(err.Error(), "zoe") {
				t.Errorf("%s: %v: %s, of cause %q; want %s, %q", name, err, got, refused.Cause, c.want, c.cause)
			}
		})
	}
}

// A connection that breaks after the server accepted the mail must not cause it to be sent
// again, and bounces can be identified.
func TestR21_AnAcceptedMailIsNotSentAgainAndHasItsOwnAddressForBounces(t *testing.T) {
	t.Parallel()
	server := refusing{broken: true, from: make(chan string, 1)}
	sender, err := mail.New(start(t, server), "Social Direct <contact@exemple.fr>", "rdv.exemple.fr")
	if err != nil {
		t.Fatal(err)
	}
	err = sender.ReturningTo("bounce@exemple.fr").Send(t.Context(), mail.Message{ID: noticeID, To: "zoe@exemple.fr", Subject: "x", Text: "y"})
	if err != nil {
		t.Error(err)
	}
	if from := <-server.from; from != verp {
		t.Errorf("it bounces to %q", from)
	}
}

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

// report is a delivery report as mail servers write it.
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
	headers  = "Content-Type: text/rfc822-headers\n\nMessage-ID: <" + noticeID + "@socialdirect>\nSubject: x\n"
	nothing  = "Content-Type: text/plain\n\nnothing\n"
	verp     = "bounce+" + noticeID + "@exemple.fr"
	elsewise = "postmaster@exemple.fr"
)

func TestR21_ReturnedMailsAreReadAndToldApart(t *testing.T) {
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
		"only the returned headers":    {report(elsewise, unknown, headers), true, mail.UnknownAddress},
	} {
		got, err := mail.ReadReport(strings.NewReader(c.mail))
		if err != nil || got.Failed != c.failed || got.Cause != c.cause || !slices.Equal(got.IDs, []string{noticeID}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	got, err := mail.ReadReport(strings.NewReader(report(elsewise, unknown, nothing)), verp)
	if err != nil || !slices.Equal(got.IDs, []string{noticeID}) {
		t.Errorf("told by the server that received it: %+v, %v", got, err)
	}
}

func TestR21_WhatIsNoReportIsNone(t *testing.T) {
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
		if got, err := mail.ReadReport(strings.NewReader(text)); !errors.Is(err, mail.ErrNoReport) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// Anybody can write to the address that mails return to: a report that names
// thousands of mails is work for nobody.
func TestR21_OneReportIsAboutAFewMailsAtMost(t *testing.T) {
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

// A refusal for good is a state at once; what may pass, or is about the platform
// itself, is tried again.
func TestR21_RefusalsForGoodAreToldFromThoseThatPass(t *testing.T) {
	t.Parallel()
	answer := func(code int, status smtp.EnhancedCode) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: status, Message: "no"}
	}
	for name, c := range map[string]struct {
		server refusing
		cause  mail.Cause // empty: tried again
	}{
		"unknown":              {refusing{rcpt: answer(550, smtp.EnhancedCode{5, 1, 1})}, mail.UnknownAddress},
		"disabled":             {refusing{rcpt: answer(550, smtp.EnhancedCode{5, 2, 1})}, mail.UnknownAddress},
		"without a status":     {refusing{rcpt: answer(550, smtp.NoEnhancedCode)}, mail.UnknownAddress},
		"full":                 {refusing{rcpt: answer(552, smtp.EnhancedCode{5, 2, 2})}, mail.MailboxFull},
		"taken for spam":       {refusing{data: answer(554, smtp.EnhancedCode{5, 7, 1})}, mail.Rejected},
		"something else":       {refusing{data: answer(554, smtp.EnhancedCode{5, 6, 0})}, mail.OtherCause},
		"greylisted":           {refusing{rcpt: answer(450, smtp.EnhancedCode{4, 2, 0})}, ""},
		"busy":                 {refusing{data: answer(451, smtp.EnhancedCode{4, 3, 0})}, ""},
		"the sender is unwant": {refusing{mail: answer(550, smtp.EnhancedCode{5, 7, 1})}, ""},
	} {
		sender, err := mail.New(start(t, c.server), "Social Direct <contact@exemple.fr>")
		if err != nil {
			t.Fatal(err)
		}
		err = sender.Send(t.Context(), mail.Message{ID: "1", To: "zoe@exemple.fr", Subject: "x", Text: "y"})
		var refused mail.Refused
		if err == nil || errors.As(err, &refused) != (c.cause != "") || refused.Cause != c.cause {
			t.Errorf("%s: %v, of cause %q", name, err, refused.Cause)
		}
	}
}

// A connection that breaks after the server took the mail must not send it again,
// and what returns can be told apart.
func TestR21_TakenIsTakenAndReturnsToItsOwnAddress(t *testing.T) {
	t.Parallel()
	server := refusing{broken: true, from: make(chan string, 1)}
	sender, err := mail.New(start(t, server), "Social Direct <contact@exemple.fr>")
	if err != nil {
		t.Fatal(err)
	}
	err = sender.ReturningTo("bounce@exemple.fr").Send(t.Context(), mail.Message{ID: noticeID, To: "zoe@exemple.fr", Subject: "x", Text: "y"})
	if err != nil {
		t.Error(err)
	}
	if from := <-server.from; from != verp {
		t.Errorf("it returns to %q", from)
	}
}

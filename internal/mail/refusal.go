package mail

import (
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"slices"
	"strconv"
	"strings"

	gomail "github.com/wneessen/go-mail"
)

// Cause is the class of reasons why a mail is not delivered, for the operator.
type Cause string

// The causes.
const (
	UnknownAddress Cause = "unknown_address"
	MailboxFull    Cause = "mailbox_full"
	Rejected       Cause = "rejected" // by a rule of the receiving server
	Unreachable    Cause = "unreachable"
	OtherCause     Cause = "other"
)

// Refused is the error for a mail that the server refuses for this recipient: certainly if
// Sure, and otherwise most likely.
type Refused struct {
	Cause Cause
	Sure  bool
	error
}

// doubted is the number of uncertain refusals that are not final.
const doubted = 4

// Final reports whether further attempts are pointless, after the given number of refusals.
func (r Refused) Final(times int) bool { return r.Sure || times > doubted }

// Because returns the cause.
func (r Refused) Because() string { return string(r.Cause) }

// Unwrap returns the error without personal data.
func (r Refused) Unwrap() error { return r.error }

// Later is the error for a mail that the server may accept later.
type Later struct{ error }

// Passes reports that the error is temporary.
func (Later) Passes() bool { return true }

// Unwrap returns the error without personal data.
func (l Later) Unwrap() error { return l.error }

// withoutAddress returns the error without personal data: the command that failed and the
// server's code. The server's text often repeats the recipient.
func withoutAddress(err error) error {
	var send *gomail.SendError
	var answer *textproto.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &send):
		return judge(send.Reason, answerOf(send))
	case errors.As(err, &answer):
		return judge(beforeMail, reply{code: answer.Code})
	}
	return fmt.Errorf("mail: %w", err) // it contains nothing about the message yet
}

// beforeMail is a step before any mail.
const beforeMail gomail.SendErrReason = -1

// reply is a server's answer: the code of SMTP, and the status of RFC 3463 after it, empty if
// there is none.
type reply struct {
	code   int
	status string
}

func (r reply) String() string { return strings.TrimSpace(fmt.Sprintf("%d %s", r.code, r.status)) }

// answered matches the server's answer in an error. The library itself finds statuses in
// addresses too ("host 5.1.1.7 is blocked"), and none if the server does not announce them; it
// quotes the server's text.
var answered = regexp.MustCompile(`\b([45]\d\d) "?(?:([45]\.\d{1,3}\.\d{1,3})(?:[\s\\"]|$))?`)

func answerOf(err *gomail.SendError) reply {
	r := reply{code: err.ErrorCode()}
	if found := answered.FindStringSubmatch(err.Error()); found != nil && found[1] == strconv.Itoa(r.code) {
		r.status = found[2]
	}
	return r
}

// aboutRecipient are the steps at which a refusal may concern this recipient or this mail.
var aboutRecipient = []gomail.SendErrReason{gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose}

// theirs are the statuses about the recipient's address or mailbox (RFC 3463, 3.2 and 3.3; RFC
// 7505 for 5.1.10). Servers refuse the client, its name and the sender at the same step: every
// other status concerns the platform, and the operator can act on it.
var theirs = []string{"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.5", "5.1.6", "5.1.10", "5.2.0", "5.2.1", "5.2.2"}

func judge(at gomail.SendErrReason, r reply) error {
	said := fmt.Errorf("mail: the server answered %s", r)
	if at != beforeMail {
		said = fmt.Errorf("mail: %s failed: %s", at, r)
	}
	refused := r.code >= 500 && slices.Contains(aboutRecipient, at)
	switch {
	case refused && (slices.Contains(theirs, r.status) || r.status == "" && r.code == 551):
		return Refused{causeOf(r), true, said}
	case refused && r.status == "" && (r.code == 550 || r.code == 553):
		return Refused{causeOf(r), false, said}
	case r.code >= 400 && r.code < 500:
		return Later{said}
	}
	return said
}

// causeOf returns the cause of a status or, without one, of a code.
func causeOf(r reply) Cause {
	_, detail, found := strings.Cut(r.status, ".")
	switch {
	case !found && (r.code == 550 || r.code == 551 || r.code == 553):
		return UnknownAddress
	case detail == "2.2":
		return MailboxFull
	case strings.HasPrefix(detail, "7."):
		return Rejected
	case strings.HasPrefix(detail, "1."), detail == "2.1":
		return UnknownAddress
	case strings.HasPrefix(detail, "4."):
		return Unreachable
	}
	return OtherCause
}

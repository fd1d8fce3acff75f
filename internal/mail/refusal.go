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

// Cause is the class of reasons why a mail does not arrive, as an operator needs it.
type Cause string

// The causes.
const (
	UnknownAddress Cause = "unknown_address"
	MailboxFull    Cause = "mailbox_full"
	Rejected       Cause = "rejected" // by a rule of the receiving side
	Unreachable    Cause = "unreachable"
	OtherCause     Cause = "other"
)

// Refused is the error for a mail that the server will not take for this person: it
// says so where it is sure, and means it, most often, where it is not.
type Refused struct {
	Cause Cause
	Sure  bool
	error
}

// doubted is how often a refusal that is not sure is not believed.
const doubted = 4

// Final reports whether no later try would do better, when it is said for the given
// time.
func (r Refused) Final(times int) bool { return r.Sure || times > doubted }

// Because is the cause.
func (r Refused) Because() string { return string(r.Cause) }

// Unwrap is the error as the operator may keep it.
func (r Refused) Unwrap() error { return r.error }

// Later is the error for a mail that the server may take at another time.
type Later struct{ error }

// Passes reports that it says nothing against us, unless it goes on.
func (Later) Passes() bool { return true }

// Unwrap is the error as the operator may keep it.
func (l Later) Unwrap() error { return l.error }

// withoutAddress is the error as the operator may keep it: the command that failed
// and the server's code. What the server says beside it often repeats to whom.
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
	return fmt.Errorf("mail: %w", err) // nothing was said of the message yet
}

// beforeMail is the step at which no mail was spoken of.
const beforeMail gomail.SendErrReason = -1

// reply is what a server answered: the code of SMTP, and the status of RFC 3463 behind
// it, empty where there is none.
type reply struct {
	code   int
	status string
}

func (r reply) String() string { return strings.TrimSpace(fmt.Sprintf("%d %s", r.code, r.status)) }

// answered finds the server's answer in an error. The library finds statuses in the
// middle of addresses too ("host 5.1.1.7 is blocked"), and none where the server does
// not announce them; it quotes what the server says.
var answered = regexp.MustCompile(`\b([45]\d\d) "?(?:([45]\.\d{1,3}\.\d{1,3})(?:[\s\\"]|$))?`)

func answerOf(err *gomail.SendError) reply {
	r := reply{code: err.ErrorCode()}
	if found := answered.FindStringSubmatch(err.Error()); found != nil && found[1] == strconv.Itoa(r.code) {
		r.status = found[2]
	}
	return r
}

// aboutRecipient are the steps at which a refusal may be about this person or this mail.
var aboutRecipient = []gomail.SendErrReason{gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose}

// theirs are the statuses that are about the recipient's address or mailbox (RFC 3463,
// 3.2 and 3.3; RFC 7505 for 5.1.10). Servers refuse the client, its name and the sender
// at the same step: every other status is about us, and the operator can mend it.
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

// causeOf reads the status, and where there is none the code.
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

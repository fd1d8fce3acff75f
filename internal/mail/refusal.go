package mail

import (
	"slices"
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

// Refused is the error for a mail that the server will not take for this person,
// whenever it is tried.
type Refused struct {
	Cause Cause
	error
}

// Unwrap is the error as the operator may keep it.
func (r Refused) Unwrap() error { return r.error }

// aboutRecipient are the steps at which a refusal is about this person or this mail.
// One at an earlier step is about the platform, whose operator can mend it.
var aboutRecipient = []gomail.SendErrReason{gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose}

func final(err *gomail.SendError) bool {
	return err.ErrorCode() >= 500 && slices.Contains(aboutRecipient, err.Reason)
}

// causeOf reads a status of RFC 3463 ("5.1.1"), and where there is none the code of
// SMTP.
func causeOf(code int, status string) Cause {
	_, detail, found := strings.Cut(status, ".")
	switch {
	case !found && (code == 550 || code == 551 || code == 553):
		return UnknownAddress
	case !found && code == 552, detail == "2.2":
		return MailboxFull
	case !found && code == 554, strings.HasPrefix(detail, "7."):
		return Rejected
	case strings.HasPrefix(detail, "1."), detail == "2.1":
		return UnknownAddress
	case strings.HasPrefix(detail, "4."):
		return Unreachable
	}
	return OtherCause
}

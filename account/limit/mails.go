package limit

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
)

// MailKind is why a mail is asked for.
type MailKind string

// The kinds of mails that anybody can have sent to an address.
const (
	MailSignUp     MailKind = "sign-up"    // a link that proves it, or that it has an account already
	MailRecovery   MailKind = "recovery"   // a link that sets another password
	MailMove       MailKind = "move"       // a link that moves an account to it
	MailRights     MailKind = "rights"     // a link that confirms a request about data
	MailInvitation MailKind = "invitation" // a link that staff send again
)

// How many mails an address gets in an hour and in a day; how many one place may ask
// for in an hour, to whatever addresses.
const (
	mailsOfKindInHour = 3
	mailsOfKindInDay  = 6
	mailsInHour       = 5 // of all kinds but recovery
	mailsInDay        = 12
	mailsFromPlace    = 100
)

const (
	tooManyMails = "Beaucoup d’e-mails viennent d’être demandés depuis votre réseau."
	mailedEnough = "Cette personne a déjà reçu plusieurs fois ce lien. Demandez-lui de regarder dans ses courriers indésirables."
)

// MailBounds is part of the pages that follow such a form, whatever came of it.
type MailBounds struct{}

// Bounds says how many mails an address gets.
func (MailBounds) Bounds() string {
	return fmt.Sprintf("Pour que personne n’en soit submergé, une adresse reçoit au plus %d de ces e-mails par heure, et %d par jour.", mailsOfKindInHour, mailsOfKindInDay)
}

// MailRequest is a mail that is asked for to an address that somebody typed.
type MailRequest struct {
	Kind  MailKind
	Email string
	Known bool // asked from a device that its account knows, which has mails of its own to ask for
}

// mailbox is an address as its mails are counted: in any case, and with whatever is
// added to it behind a plus sign, it is one mailbox with most providers. Dots are nothing
// with Gmail alone; elsewhere the address without them is somebody else's, whose mails
// are not counted with one's own.
func mailbox(email string) string {
	local, domain, _ := strings.Cut(strings.ToLower(email), "@")
	local, _, _ = strings.Cut(local, "+")
	if domain == "gmail.com" || domain == "googlemail.com" {
		return strings.ReplaceAll(local, ".", "") + "@gmail.com"
	}
	return local + "@" + domain
}

// quotas are counted in this order, those of the kind before those of all kinds: whoever
// takes several at a time then waits for nobody who waits for them. Mails of other kinds
// that a stranger asked for keep nobody from a link that opens their account again.
func (r MailRequest) quotas() []Quota {
	switch {
	case r.Known, r.Kind == MailInvitation, r.Kind == MailRecovery: // the only way back in
		return r.ofKind()
	}
	return append(r.ofKind(), ofAllKinds(r.Email)...)
}

func (r MailRequest) ofKind() []Quota {
	kind, who := "mail-"+string(r.Kind), mailbox(r.Email)
	if r.Known {
		kind += "-known"
	}
	return []Quota{{kind + "-hour", who, mailsOfKindInHour, time.Hour}, {kind + "-day", who, mailsOfKindInDay, 24 * time.Hour}}
}

func ofAllKinds(email string) []Quota {
	who := mailbox(email)
	return []Quota{{"mail-hour", who, mailsInHour, time.Hour}, {"mail-day", who, mailsInDay, 24 * time.Hour}}
}

// MayMail counts a mail that is about to be sent and reports whether it may be.
func (s *Service) MayMail(ctx context.Context, r MailRequest) (bool, error) {
	err := s.Spend(ctx, "", r.quotas()...)
	if fault.Is(err, fault.Throttled) {
		return false, nil
	}
	return err == nil, err
}

// SpendAsking counts that a place asks for a mail, whomever it is for; Throttled when
// it asks for too many.
func (s *Service) SpendAsking(ctx context.Context, place string) error {
	return s.Spend(ctx, tooManyMails, FromPlace("mail-place", "", place, mailsFromPlace, time.Hour)...)
}

// SpendInvitation counts a link that staff send again, and tells them when it was sent
// often enough.
func (s *Service) SpendInvitation(ctx context.Context, tx postgres.Tx, email string) error {
	if email == "" {
		return nil // by SMS, which has bounds of its own
	}
	refused, err := s.SpendIn(ctx, tx, mailedEnough, MailRequest{Kind: MailInvitation, Email: email}.quotas()...)
	return cmp.Or(err, refused)
}

// GiveMailsBack forgets the mails that an address got: whoever has just used one of
// their links reads them.
func (s *Service) GiveMailsBack(ctx context.Context, tx postgres.Tx, email string) error {
	var counted []Quota
	for _, kind := range []MailKind{MailSignUp, MailRecovery, MailMove, MailRights} {
		counted = append(counted, MailRequest{Kind: kind, Email: email}.ofKind()...)
	}
	for _, q := range append(counted, ofAllKinds(email)...) {
		if err := Forget(ctx, tx, s.counter(q, tx.Now)); err != nil {
			return err
		}
	}
	return nil
}

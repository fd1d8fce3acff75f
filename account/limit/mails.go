package limit

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// MailKind is why a mail is requested.
type MailKind string

// The kinds of mails that anybody can request for any address.
const (
	MailSignUp     MailKind = "sign-up"    // a link that proves the address, or the news that it has an account already
	MailRecovery   MailKind = "recovery"   // a link that sets a password
	MailMove       MailKind = "move"       // a link that moves an account to the address
	MailRights     MailKind = "rights"     // a link that confirms a data-protection request
	MailInvitation MailKind = "invitation" // an invitation that staff send again
	mailGuest      MailKind = "guest"      // a link into a call, for a third person
)

// How many mails an address gets in an hour and in a day, and how many one place may
// request in an hour for all addresses.
const (
	mailsOfKindInHour = 3
	mailsOfKindInDay  = 6
	mailsInHour       = 5 // of all kinds except recovery
	mailsInDay        = 12
	mailsFromPlace    = 100
	mailsToGuests     = 10 // that one person has sent to others' addresses in a day,
	mailsByDesk       = 50 // and one agent of the switchboard
)

const (
	tooManyMails = "Beaucoup d’e-mails viennent d’être demandés depuis votre réseau."
	mailedEnough = "Cette personne a déjà reçu plusieurs fois ce lien. Demandez-lui de regarder dans ses courriers indésirables."

	tooManyGuests = "Vous avez fait partir beaucoup de liens aujourd’hui. Laissez l’adresse vide, et donnez le lien vous-même."
	guestMailed   = "Cette adresse a déjà reçu plusieurs de ces liens. Laissez-la vide, et donnez le lien vous-même."
)

// MailBounds is embedded in the pages that follow such a form.
type MailBounds struct{}

// Bounds returns the sentence that says how many mails an address gets.
func (MailBounds) Bounds() string {
	return fmt.Sprintf("Pour que personne n’en soit submergé, une adresse reçoit au plus %d de ces e-mails par heure, et %d par jour.", mailsOfKindInHour, mailsOfKindInDay)
}

// MailRequest is a requested mail to an address that somebody typed.
type MailRequest struct {
	Kind  MailKind
	Email string
	Known bool // requested from a known device, which has its own limit
}

// mailbox returns the mailbox for which the mails to an address are counted. With most
// providers, case and whatever follows a plus sign make no difference. Dots make no
// difference with Gmail only; elsewhere the address without dots is another person's, and
// is counted separately.
func mailbox(email string) string {
	local, domain, _ := strings.Cut(strings.ToLower(email), "@")
	local, _, _ = strings.Cut(local, "+")
	if domain == "gmail.com" || domain == "googlemail.com" {
		return strings.ReplaceAll(local, ".", "") + "@gmail.com"
	}
	return local + "@" + domain
}

// quotas returns the quotas of a mail. Those of the kind come before those of all kinds:
// one order for all transactions avoids deadlocks. Recovery is not counted among all kinds,
// so that mails which a stranger requested cannot keep the owner from recovering the
// account.
func (r MailRequest) quotas() []Quota {
	switch {
	case r.Known, r.Kind == MailInvitation, r.Kind == mailGuest, r.Kind == MailRecovery: // the only way to recover the account
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

// SpendAsking counts that a place requests a mail, to any address. It fails with Throttled
// after too many.
func (s *Service) SpendAsking(ctx context.Context, place string) error {
	return s.Spend(ctx, tooManyMails, FromPlace("mail-place", "", place, mailsFromPlace, time.Hour)...)
}

// SpendInvitation counts an invitation that staff send again. It fails with Throttled after
// too many.
func (s *Service) SpendInvitation(ctx context.Context, tx postgres.Tx, email string) error {
	if email == "" {
		return nil // sent by SMS, which has its own limits
	}
	refused, err := s.SpendIn(ctx, tx, mailedEnough, MailRequest{Kind: MailInvitation, Email: email}.quotas()...)
	return cmp.Or(err, refused)
}

// SpendGuest counts a link into a call that somebody has mailed to an address. It fails with
// Throttled after too many from the same person, or to the same address.
func (s *Service) SpendGuest(ctx context.Context, tx postgres.Tx, by *viewer.Viewer, email string) error {
	most := mailsToGuests
	if by.Role == viewer.Switchboard {
		most = mailsByDesk
	}
	refused, err := s.SpendIn(ctx, tx, tooManyGuests, Quota{Kind: "mail-guests", Value: by.ID.String(), Most: most, Window: 24 * time.Hour})
	if err != nil || refused != nil {
		return cmp.Or(err, refused)
	}
	refused, err = s.SpendIn(ctx, tx, guestMailed, MailRequest{Kind: mailGuest, Email: email}.quotas()...)
	return cmp.Or(err, refused)
}

// GiveMailsBack resets the mails counted for an address: its owner has just used a link, so
// the mails are wanted.
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

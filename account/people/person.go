package people

import (
	"context"
	"strings"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"github.com/nyaruka/phonenumbers"
)

const (
	ValidationLifetime = 48 * time.Hour     // of a link that proves an address
	InvitationLifetime = 7 * 24 * time.Hour // of a link that sets a password
	EmailLifetime      = 24 * time.Hour     // of a link that replaces the address

	// ResetLifetime is that of a link that sets another password. It is not shorter than the day
	// for which the mails of an address are counted (package limit): a stranger who uses them up
	// would lock the owner out.
	ResetLifetime = 24 * time.Hour
)

// Person is what other packages may know of an account.
type Person struct {
	ID        uuid.UUID
	Role      viewer.Role
	Email     string // empty for somebody who has no address
	FirstName string
	LastName  string
	Mobile    string // E.164, empty when unknown
	Zone      *time.Location
	Active    bool // neither suspended nor closed (R7)

	MobileProved bool // the person typed a code sent to the number: SMS may go to it (R47)
}

// Name returns the person's name as pages write it, or words that say that the account was
// deleted.
func (p Person) Name() string {
	name := strings.TrimSpace(p.FirstName + " " + p.LastName)
	if name == "" {
		name, _, _ = strings.Cut(p.Email, "@")
	}
	if name == "" && p.Mobile == "" {
		return "Compte supprimé"
	}
	return name
}

// Reach says in French how news reaches the person: about somebody on whose behalf another
// person acts, who may have to tell them by voice.
func (p Person) Reach() string {
	switch {
	case p.Email != "":
		return p.Name() + " recevra un e-mail."
	case p.MobileProved:
		return p.Name() + " recevra un SMS."
	}
	return p.Name() + " ne recevra ni e-mail ni SMS\u00a0: dites-lui tout de vive voix."
}

// Reachable reports whether news reaches the person by mail or SMS.
func (p Person) Reachable() bool { return p.Email != "" || p.MobileProved }

// Digits returns the last two digits of the mobile number, by which people recognise their
// own.
func (p Person) Digits() string { return p.Mobile[max(0, len(p.Mobile)-2):] }

// Words returns the words that somebody who knows a person would try as their password: their
// name and address, and the words of their client, if any.
func (s *Service) Words(ctx context.Context, p Person) ([]string, error) {
	own := []string{p.Email, p.FirstName, p.LastName}
	client, err := readClientOf(ctx, s.DB.Pool, p.ID)
	if err != nil {
		return own, IgnoreNotFound(err)
	}
	words, err := s.Companies.Words(ctx, client)
	return append(own, words...), err
}

// The faults of this package.
var (
	errGone = fault.New(fault.Gone, "Ce lien a déjà servi, a expiré, ou n’est pas complet. Demandez-en un autre.")
)

// Person returns an account by its ID. It fails with NotFound when there is none.
func (s *Service) Person(ctx context.Context, id uuid.UUID) (Person, error) {
	return Read(ctx, s.DB.Pool, id)
}

// ByEmail returns an account by its e-mail address. It fails with NotFound when there is
// none. No page may reveal the result (R5).
func (s *Service) ByEmail(ctx context.Context, email string) (Person, error) {
	return readPersonByEmail(ctx, s.DB.Pool, email)
}

// IDOfNobody returns an ID for an address without an account. Each address has its own and
// always the same, so that work for it costs as much as for an account (R5).
func (s *Service) IDOfNobody(email string) uuid.UUID {
	return uuid.NewSHA1(s.nobody, []byte(strings.ToLower(email)))
}

// DisplayMobile writes an E.164 number as people read it: national for numbers
// of mainland France, international for others.
func DisplayMobile(e164 string) string {
	number, err := phonenumbers.Parse(e164, "FR")
	if err != nil {
		return e164
	}
	if number.GetCountryCode() == 33 {
		return phonenumbers.Format(number, phonenumbers.NATIONAL)
	}
	return phonenumbers.Format(number, phonenumbers.INTERNATIONAL)
}

// RoleLabel returns the French name of a role.
func RoleLabel(role viewer.Role) string { return roleLabels[role] }

var roleLabels = map[viewer.Role]string{
	viewer.Beneficiary: "Bénéficiaire", viewer.SocialWorker: "Assistante sociale", viewer.Switchboard: "Standard",
	viewer.ClientManager: "Gestionnaire d’une entreprise", viewer.Administrator: "Administration", viewer.DPO: "Protection des données (DPO)",
}

// Package viewer describes who makes a request. The server finds the viewer from the session
// and passes it with the request (web.Request); every act of a domain takes it and checks
// whether this viewer may perform it.
package viewer

import (
	"slices"
	"time"

	"socialdirect/internal/fault"

	"github.com/google/uuid"
)

// Role says what an account may do. An account has exactly one.
type Role string

// The roles of the platform.
const (
	Beneficiary   Role = "beneficiary"
	SocialWorker  Role = "social_worker"
	Switchboard   Role = "switchboard"
	ClientManager Role = "client_manager"
	Administrator Role = "administrator"
	DPO           Role = "dpo" // the data-protection officer
)

// Roles are all roles.
var Roles = []Role{Beneficiary, SocialWorker, Switchboard, ClientManager, Administrator, DPO}

// OfClient reports whether accounts with the role belong to a client company.
func (r Role) OfClient() bool { return r == Beneficiary || r == ClientManager }

// Staff reports whether the role signs in with a second factor (R8).
func (r Role) Staff() bool { return r != Beneficiary }

// Viewer is a signed-in person.
type Viewer struct {
	ID       uuid.UUID // the account
	Role     Role
	Name     string         // first name and last name, for the page's header
	ClientID uuid.UUID      // the client that a beneficiary or a manager is attached to, else zero
	Zone     *time.Location // the zone in which this person reads times
	Session  []byte         // the hash that identifies the session
	Since    time.Time      // when the session was opened

	// Complete is false while a member of staff has not given the second factor; until then they
	// can only give it or sign out (R8).
	Complete bool

	// News is true while a legal text has changed of which the person is only informed. Informed
	// is the instant after which changes concern them: when an account of staff was opened.
	News     bool
	Informed time.Time

	// Pending is true while the person, a beneficiary, has not accepted the current legal texts, or not
	// confirmed that they are an adult; until then little else is allowed (R4, R33).
	Pending bool
}

// whose says, by role, for whom a refused page is.
var whose = map[Role]string{
	SocialWorker:  "aux assistantes sociales",
	Switchboard:   "au standard",
	ClientManager: "aux gestionnaires d’entreprise",
	Administrator: "à l’administration",
	DPO:           "à la personne déléguée à la protection des données",
}

// Denied returns the Forbidden fault of a page that is only for the given role.
func Denied(role Role) error {
	return fault.New(fault.Forbidden, "Cette page est réservée "+whose[role]+".")
}

// Require fails with Denied of the first role unless v has one of the roles and has given the
// second factor (R8).
func Require(v *Viewer, roles ...Role) error {
	if v == nil || !slices.Contains(roles, v.Role) || v.Role.Staff() && !v.Complete {
		return Denied(roles[0])
	}
	return nil
}

// ErrNoClient means that a client does not exist, or that the viewer may not see it.
var ErrNoClient = fault.New(fault.NotFound, "Cette entreprise n’existe pas.")

// errNotManager refuses viewers who manage no client.
var errNotManager = fault.New(fault.Forbidden, "Cette page est réservée à l’administration et aux gestionnaires d’entreprise.")

// RequireManagerOf fails unless v may manage that client: an administrator may manage all, a
// manager their own. For a manager, other clients do not exist.
func RequireManagerOf(v *Viewer, client uuid.UUID) error {
	switch {
	case v == nil:
		return errNotManager
	case v.Role == Administrator, v.Role == ClientManager && v.ClientID == client:
		return nil
	case v.Role == ClientManager:
		return ErrNoClient
	}
	return errNotManager
}

// RequireOwnClient fails unless v is the manager of a client.
func RequireOwnClient(v *Viewer) error {
	if v == nil || v.Role != ClientManager || v.ClientID == uuid.Nil {
		return Denied(ClientManager)
	}
	return nil
}

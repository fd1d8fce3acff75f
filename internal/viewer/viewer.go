// Package viewer says who is asking. The server finds the viewer from the session and
// hands it on with the request (web.Request); every act of a domain takes it and decides
// by itself whether this viewer may.
package viewer

import (
	"slices"
	"time"

	"socialdirect/internal/fault"

	"github.com/google/uuid"
)

// Role is what an account may do. An account has exactly one.
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

	// Complete is false while a member of staff still owes the second factor;
	// such a viewer may do nothing but give it or sign out (R8).
	Complete bool

	// Pending is true while the person has not accepted the texts in force, or
	// not said yet that they are an adult; until then little else works (R4, R33).
	Pending bool
}

// whose says whom a page is for that another role asked for.
var whose = map[Role]string{
	SocialWorker:  "aux assistantes sociales",
	Switchboard:   "au standard",
	ClientManager: "aux gestionnaires d’entreprise",
	Administrator: "à l’administration",
	DPO:           "à la personne déléguée à la protection des données",
}

// Denied is the Forbidden of what is the given role's alone.
func Denied(role Role) error {
	return fault.New(fault.Forbidden, "Cette page est réservée "+whose[role]+".")
}

// Require fails with Denied of the first role unless v has one of the roles and owes no
// second factor (R8).
func Require(v *Viewer, roles ...Role) error {
	if v == nil || !slices.Contains(roles, v.Role) || v.Role.Staff() && !v.Complete {
		return Denied(roles[0])
	}
	return nil
}

// ErrNoClient says that a client is not there, or not the viewer's to see.
var ErrNoClient = fault.New(fault.NotFound, "Cette entreprise n’existe pas.")

// errNotManager is for whoever works on no client.
var errNotManager = fault.New(fault.Forbidden, "Cette page est réservée à l’administration et aux gestionnaires d’entreprise.")

// RequireManagerOf fails unless v works on that client: an administrator does on every
// one, a manager on their own; another client looks like none at all.
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

package web

import (
	"net/http"

	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
)

// Access says who may open a route. The act checks whether an object belongs to the viewer.
type Access struct {
	Roles   []viewer.Role // nil with Open or Owing: any
	Open    bool          // signed in or not
	Owing   bool          // also for staff who have not given the second factor yet
	Pending bool          // also for people who have not accepted the current legal texts
	Key     bool          // a client's own system, with a key; sessions do not count
}

// Common values of Access.
var (
	Everyone       = Access{Open: true}
	SignedIn       = Access{}
	OwingToo       = Access{Owing: true}
	WithKey        = Access{Key: true}
	Beneficiaries  = Only(viewer.Beneficiary)
	SocialWorkers  = Only(viewer.SocialWorker)
	ItsPeople      = Only(viewer.Beneficiary, viewer.SocialWorker) // the two people of an appointment or a conversation
	Switchboard    = Only(viewer.Switchboard)
	ClientManagers = Only(viewer.ClientManager)
	Administrators = Only(viewer.Administrator)
	DataProtection = Only(viewer.DPO)
	Staff          = Only(viewer.SocialWorker, viewer.Switchboard, viewer.ClientManager, viewer.Administrator, viewer.DPO)
	StaffOwingToo  = Access{Owing: true, Roles: Staff.Roles}
)

// Only permits people of these roles.
func Only(roles ...viewer.Role) Access { return Access{Roles: roles} }

// BeforeAcceptance opens a route also to people who have not accepted the current legal texts
// (R33), for what nobody may be denied, such as their rights and cancelling.
func (a Access) BeforeAcceptance() Access {
	a.Pending = true
	return a
}

// Route is one line of the table of routes, which the server joins from the packages' Routes.
type Route struct {
	Method  string
	Path    string
	Access  Access
	Handler Handler
	Kind    RouteKind
	Refills bool // with form.Refill it shows its form filled in, and acts on nothing

	places []Place // see In
	tab    tab     // see InAdministration
	within string  // see Within
}

// RouteKind determines how a route answers errors and how long its body may take.
type RouteKind int

// The kinds of route.
const (
	PageRoute    RouteKind = iota // a page or an ordinary form
	UploadRoute                   // a form with files, which may take long to arrive
	SocketRoute                   // a WebSocket: refusals are bare statuses
	ScriptRoute                   // requested by a page's script: refusals are JSON
	ProgramRoute                  // for programs: refusals are JSON (RFC 9457)
)

// Get returns a route that changes nothing.
func Get(path string, access Access, handler Handler) Route {
	return Route{Method: http.MethodGet, Path: path, Access: access, Handler: handler}
}

// Post returns a route that changes something, whose handler reads the body itself.
func Post(path string, access Access, handler Handler) Route {
	return Route{Method: http.MethodPost, Path: path, Access: access, Handler: handler}
}

// Form returns a route that receives an ordinary form.
func Form(path string, access Access, handler FormHandler) Route {
	return Post(path, access, Parsed(handler)).Refilling()
}

// Refilling returns a route whose handler shows its form filled in, and acts on nothing, when it
// parses a form of a context of form.Refill.
func (r Route) Refilling() Route {
	r.Refills = true
	return r
}

// Parsed returns a handler that parses the body as a form first (form.Parse).
func Parsed(handler FormHandler) Handler {
	return func(w http.ResponseWriter, r *Request) error {
		f, err := form.Parse(r.Request)
		if err != nil {
			return err
		}
		return handler(w, r, f)
	}
}

// As returns the route with another kind than PageRoute.
func (r Route) As(kind RouteKind) Route {
	r.Kind = kind
	return r
}

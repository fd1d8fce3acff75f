package web

import (
	"net/http"

	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
)

// Access says who may open a route. Whose object it is, the act decides.
type Access struct {
	Roles   []viewer.Role // nil with Open or Owing: any
	Open    bool          // signed in or not
	Owing   bool          // also for staff who still owe the second factor
	Pending bool          // also for people who have not accepted the texts in force
	Key     bool          // a client's own system, with a key; sessions do not count
}

// Who may open a route, as the packages say it.
var (
	Everyone       = Access{Open: true}
	SignedIn       = Access{}
	OwingToo       = Access{Owing: true}
	WithKey        = Access{Key: true}
	Beneficiaries  = Only(viewer.Beneficiary)
	SocialWorkers  = Only(viewer.SocialWorker)
	ItsPeople      = Only(viewer.Beneficiary, viewer.SocialWorker) // of an appointment, of a conversation
	Switchboard    = Only(viewer.Switchboard)
	ClientManagers = Only(viewer.ClientManager)
	Administrators = Only(viewer.Administrator)
	DataProtection = Only(viewer.DPO)
	Staff          = Only(viewer.SocialWorker, viewer.Switchboard, viewer.ClientManager, viewer.Administrator, viewer.DPO)
	StaffOwingToo  = Access{Owing: true, Roles: Staff.Roles}
)

// Only lets people of these roles in.
func Only(roles ...viewer.Role) Access { return Access{Roles: roles} }

// BeforeAcceptance opens a route to people who have not accepted the texts in force
// (R33): what nobody is kept from, such as their rights and cancelling.
func (a Access) BeforeAcceptance() Access {
	a.Pending = true
	return a
}

// Route is one line of the table of contents, which the server joins from the packages'
// Routes.
type Route struct {
	Method  string
	Path    string
	Access  Access
	Handler Handler
	Kind    RouteKind

	places []Place // see In
	tab    tab     // see InAdministration
	within string  // see Within
}

// RouteKind is how a route is answered and how long its body may take.
type RouteKind int

// The kinds of route.
const (
	PageRoute    RouteKind = iota // a page or an ordinary form
	UploadRoute                   // a form with files, which may take long to arrive
	SocketRoute                   // a WebSocket: refusals are bare statuses
	ScriptRoute                   // asked by a page's script: refusals are JSON
	ProgramRoute                  // for programs: refusals are JSON (RFC 9457)
)

// Get is a route that changes nothing.
func Get(path string, access Access, handler Handler) Route {
	return Route{Method: http.MethodGet, Path: path, Access: access, Handler: handler}
}

// Post is a route that changes something, whose handler reads the body by itself.
func Post(path string, access Access, handler Handler) Route {
	return Route{Method: http.MethodPost, Path: path, Access: access, Handler: handler}
}

// Form is a route that an ordinary form is sent to.
func Form(path string, access Access, handler FormHandler) Route {
	return Post(path, access, Parsed(handler))
}

// Parsed reads the body as a form before handler runs (form.Parse).
func Parsed(handler FormHandler) Handler {
	return func(w http.ResponseWriter, r *Request) error {
		f, err := form.Parse(r.Request)
		if err != nil {
			return err
		}
		return handler(w, r, f)
	}
}

// As is the route with another kind than a page's.
func (r Route) As(kind RouteKind) Route {
	r.Kind = kind
	return r
}

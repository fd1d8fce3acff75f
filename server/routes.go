// Package server is the platform's HTTP server: one table of routes with their access, the
// middleware around every request, and the only place where an error becomes a status and a
// page.
package server

import (
	"net/http"
	"slices"

	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// Pages are the pages of one package.
type Pages interface {
	Routes() []web.Route
}

// routes is the table of all routes: the server's own pages, and those that each package
// declares.
func (s *Server) routes() []web.Route {
	all := s.ownRoutes()
	for _, pages := range s.parts.Pages {
		all = append(all, pages.Routes()...)
	}
	return all
}

// Paths that programs ask.
const (
	robotsPath         = "/robots.txt"
	changePasswordPath = "/.well-known/change-password"
	securityPath       = "/.well-known/security.txt"
)

// programPaths are paths that programs ask, which search engines need not find.
var programPaths = []string{robotsPath, changePasswordPath, securityPath}

// ownRoutes are the pages about the platform itself.
func (s *Server) ownRoutes() []web.Route {
	return []web.Route{
		web.Get("/{$}", web.Everyone, s.public("public/home", "Accueil", "Parlez avec une assistante sociale ou un assistant social, en vidéo, par téléphone ou en personne. C’est confidentiel\u00a0: votre employeur n’en sait rien.")),
		web.Get("/comment-ca-marche", web.Everyone, s.how),
		web.Get("/mentions-legales", web.Everyone, s.public("public/legal_notice", "Mentions légales", "Qui édite et héberge ce service, et comment nous joindre.")),
		web.Get("/accessibilite", web.Everyone, s.public("public/accessibility", "Déclaration d’accessibilité", "Comment ce service est accessible à toutes et à tous, et que faire si quelque chose vous bloque.")),
		web.Get("/qui-sommes-nous", web.Everyone, s.public("public/about", "Qui sommes-nous", "Qui sont les assistantes sociales et les assistants sociaux de ce service, et comment ils travaillent.")),
		web.Get(resumePath, web.SignedIn, s.resume),
		web.Post(resumePath, web.Everyone, s.keepTyped),
		web.Get("/cookies", web.Everyone, s.public("public/cookies", "Cookies", "Les cookies de ce service et à quoi ils servent. Aucun ne vous suit.")),
		web.Get(robotsPath, web.Everyone, s.robots),
		web.Get(changePasswordPath, web.Everyone, s.changePassword),
		web.Get(securityPath, web.Everyone, s.security),
	}
}

// RouteAccess describes who may open a route, for tests of the whole table.
type RouteAccess struct {
	Method, Path string
	Open, Socket bool
	Owing        bool // also for staff who have not given the second factor yet
	Script       bool
	Pending      bool // also for people who have not accepted the current legal texts
	Key          bool // only for a client's own system
	Refills      bool // shows its form filled in after a new sign-in
	roles        []viewer.Role
}

// Allows reports whether a signed-in person with that role may open it.
func (a RouteAccess) Allows(role viewer.Role) bool {
	return a.Open || !a.Key && a.roles == nil || slices.Contains(a.roles, role)
}

// Table lists the access of every route.
func (s *Server) Table() []RouteAccess {
	var table []RouteAccess
	for _, r := range s.routes() {
		table = append(table, RouteAccess{
			Method: r.Method, Path: r.Path, Open: r.Access.Open, Owing: r.Access.Owing, Pending: r.Access.Open || r.Access.Pending,
			Socket: r.Kind == web.SocketRoute, Script: r.Kind == web.ScriptRoute, Key: r.Access.Key, Refills: r.Refills, roles: r.Access.Roles,
		})
	}
	return table
}

// Navigation returns the navigation of a person on a page.
func (s *Server) Navigation(v *viewer.Viewer, path string) []web.NavItem {
	return s.parts.Web.Places(v, path)
}

// mux builds the router from the table.
func (s *Server) mux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.Method+" "+r.Path, s.serve(r))
	}
	s.refuseOthers(mux)
	mux.Handle("GET /static/", s.parts.Web.Static())
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.HandleFunc("GET "+sessionPath, s.session)
	for path, handler := range s.parts.Extra {
		mux.Handle("GET "+path, s.serve(web.Route{Access: web.Everyone, Handler: handler, Kind: web.PageRoute}))
	}
	mux.Handle("/", s.serve(web.Route{Access: web.Everyone, Handler: notFound, Kind: web.PageRoute}))
	return mux
}

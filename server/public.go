package server

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"socialdirect/web"
)

// publicPage is a static page, the same for everyone.
type publicPage struct {
	template    string
	title       string
	description string // for search engines
	Operator    Operator
	Phone       web.Phone
}

func (p publicPage) Template() string { return p.template }
func (p publicPage) Title() string    { return p.title }

// Description implements web.Described.
func (p publicPage) Description() string { return p.description }

// howPage shows the films about the service.
type howPage struct{ publicPage }

func (howPage) Styles() []string { return []string{"film.css"} }

func (s *Server) publicPage(template, title, description string) publicPage {
	return publicPage{template, title, description, s.parts.Operator, s.parts.Web.Phone()}
}

// public returns the handler of a page that is the same for everyone.
func (s *Server) public(template, title, description string) web.Handler {
	return func(w http.ResponseWriter, r *web.Request) error {
		return s.parts.Web.Render(w, r, http.StatusOK, s.publicPage(template, title, description))
	}
}

func (s *Server) how(w http.ResponseWriter, r *web.Request) error {
	return s.parts.Web.Render(w, r, http.StatusOK, howPage{s.publicPage("public/how", "Comment ça marche", "De l’inscription au rendez-vous, étape par étape, avec des films courts et les numéros d’urgence.")})
}

// robots tells search engines which pages are for everybody. Only those about the service
// are worth finding; sign-up and sign-in pages say nothing by themselves.
func (s *Server) robots(w http.ResponseWriter, _ *web.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=86400")
	text := "User-agent: *\n"
	for _, r := range s.ownRoutes() {
		if r.Kind == web.PageRoute && !slices.Contains(programPaths, r.Path) {
			text += "Allow: " + strings.Replace(r.Path, "{$}", "$", 1) + "\n"
		}
	}
	_, err := io.WriteString(w, text+"Disallow: /\n")
	return err
}

// securityFor is how long security.txt is valid from when it is read. RFC 9116 recommends less
// than a year.
const securityFor = 180 * 24 * time.Hour

// security says where vulnerabilities are reported (RFC 9116). Without that setting there is
// no such file.
func (s *Server) security(w http.ResponseWriter, r *web.Request) error {
	contact := s.parts.Operator.Security
	if contact == "" {
		return notFound(w, r)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := fmt.Fprintf(w, "Contact: %s\nExpires: %s\nPreferred-Languages: fr, en\nCanonical: %s%s\n",
		contact, s.parts.Now().Add(securityFor).UTC().Truncate(24*time.Hour).Format(time.RFC3339), s.parts.Base, securityPath)
	return err
}

// changePassword leads password managers to the page where a password is changed (W3C, A
// Well-Known URL for Changing Passwords).
func (s *Server) changePassword(w http.ResponseWriter, r *web.Request) error {
	return web.See(w, r, "/profil/securite")
}

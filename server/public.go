package server

import (
	"net/http"

	"socialdirect/web"
)

// publicPage is a static page, the same for everyone.
type publicPage struct {
	template string
	title    string
	Operator Operator
	Phone    web.Phone
}

func (p publicPage) Template() string { return p.template }
func (p publicPage) Title() string    { return p.title }

// howPage shows the films about the service.
type howPage struct{ publicPage }

func (howPage) Styles() []string { return []string{"film.css"} }

func (s *Server) publicPage(template, title string) publicPage {
	return publicPage{template, title, s.parts.Operator, s.parts.Web.Phone()}
}

func (s *Server) public(w http.ResponseWriter, r *web.Request, template, title string) error {
	return s.parts.Web.Render(w, r, http.StatusOK, s.publicPage(template, title))
}

func (s *Server) home(w http.ResponseWriter, r *web.Request) error {
	return s.public(w, r, "public/home", "Accueil")
}

func (s *Server) how(w http.ResponseWriter, r *web.Request) error {
	return s.parts.Web.Render(w, r, http.StatusOK, howPage{s.publicPage("public/how", "Comment ça marche")})
}

func (s *Server) legalNotice(w http.ResponseWriter, r *web.Request) error {
	return s.public(w, r, "public/legal_notice", "Mentions légales")
}

func (s *Server) accessibility(w http.ResponseWriter, r *web.Request) error {
	return s.public(w, r, "public/accessibility", "Accessibilité")
}

func (s *Server) about(w http.ResponseWriter, r *web.Request) error {
	return s.public(w, r, "public/about", "Qui sommes-nous")
}

func (s *Server) cookies(w http.ResponseWriter, r *web.Request) error {
	return s.public(w, r, "public/cookies", "Cookies")
}

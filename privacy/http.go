package privacy

import (
	"net"

	"socialdirect/internal/config"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// HTTP serves the pages of this package.
type HTTP struct {
	rights   *Service
	render   *web.Renderer
	operator config.Operator
}

// NewHTTP returns the pages. They show the operator's addresses.
func NewHTTP(rights *Service, render *web.Renderer, operator config.Operator) *HTTP {
	return &HTTP{rights: rights, render: render, operator: operator}
}

func place(r *web.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// written decodes who makes a request, how to answer them, and their text. The address and the
// number are each optional.
func written(f *form.Form) Details {
	d := Details{Name: f.Text("name", form.Text{Max: form.MaxName, Required: "Écrivez votre nom."})}
	if f.Text("email", form.Text{Max: 254}) != "" {
		d.Email = f.Email("email")
	}
	if f.Text("mobile", form.Text{Max: 40}) != "" {
		d.Mobile = f.Mobile("mobile")
	}
	d.Text = f.Text("message", form.Text{Max: maxText, Lines: true})
	return d
}

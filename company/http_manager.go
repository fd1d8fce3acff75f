package company

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"mime"
	"net/http"

	"socialdirect/company/poster"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// managerPage shows a client's manager its contract, its codes and the material to distribute
// them. It contains neither names nor counts of uses (R10).
type managerPage struct{ codesPart }

func (managerPage) Template() string { return "company/manager" }
func (managerPage) Title() string    { return "Mon entreprise" }

// ManagerPage shows the first page of a client's manager (R10).
func (h *HTTP) ManagerPage(w http.ResponseWriter, r *web.Request) error {
	d, err := deskOf(r)
	if err != nil {
		return err
	}
	page, err := h.managerPage(r, d, form.New(nil))
	if err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

func (h *HTTP) managerPage(r *web.Request, d desk, f *form.Form) (web.Page, error) {
	part, err := h.codesPart(r, d, f)
	return managerPage{part}, err
}

// errDead says that a code that opens no accounts cannot be distributed.
var errDead = fault.New(fault.Conflict, "Ce code ne permet plus de s’inscrire : il n’y a plus rien à distribuer avec lui. Prenez-en un autre.")

// giveAway returns the page of the code that the path names. It fails with errDead when the
// code opens no accounts.
func (h *HTTP) giveAway(r *web.Request, template, title string) (codePage, error) {
	page, err := h.codePage(r, template, title)
	if err == nil && !page.Code.Works() {
		err = errDead
	}
	return page, err
}

// MailPage shows a text to send to a client's people.
func (h *HTTP) MailPage(w http.ResponseWriter, r *web.Request) error {
	page, err := h.giveAway(r, "mail", "Texte à envoyer")
	if err != nil {
		return err
	}
	page.Form.Set("text", page.Poster.Mail())
	return h.Render.Render(w, r, http.StatusOK, page)
}

// PosterPage shows what the poster of a code says, before it is printed.
func (h *HTTP) PosterPage(w http.ResponseWriter, r *web.Request) error {
	page, err := h.giveAway(r, "poster", "Affiche")
	if err != nil {
		return err
	}
	return h.Render.Render(w, r, http.StatusOK, page)
}

// QR is the QR code of the co-branded page as an image within the page.
func (p codePage) QR() (template.URL, error) {
	drawing, err := poster.SVG(p.Poster.Address)
	return template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(drawing)), err
}

// PosterFile answers with the poster of a code as a PDF.
func (h *HTTP) PosterFile(w http.ResponseWriter, r *web.Request) error {
	page, err := h.giveAway(r, "poster", "Affiche")
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := page.Poster.WritePDF(&file); err != nil {
		return err
	}
	return download(w, "affiche-"+page.Client.Slug+".pdf", "application/pdf", file.Bytes())
}

// QRSVG answers with the QR code of the client's co-branded page as an SVG.
func (h *HTTP) QRSVG(w http.ResponseWriter, r *web.Request) error {
	client, err := h.ownClient(r)
	if err != nil {
		return err
	}
	file, err := poster.SVG(entrance(h.Base, client.Slug))
	if err != nil {
		return err
	}
	return download(w, "qr-"+client.Slug+".svg", "image/svg+xml; charset=utf-8", file)
}

// QRPNG answers with the same QR code as a PNG.
func (h *HTTP) QRPNG(w http.ResponseWriter, r *web.Request) error {
	client, err := h.ownClient(r)
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := poster.PNG(&file, entrance(h.Base, client.Slug)); err != nil {
		return err
	}
	return download(w, "qr-"+client.Slug+".png", "image/png", file.Bytes())
}

func (h *HTTP) ownClient(r *web.Request) (Client, error) {
	d, err := deskOf(r)
	if err != nil {
		return Client{}, err
	}
	return h.companies.Client(r.Context(), r.Viewer, d.client)
}

// download answers with a file that the browser saves.
func download(w http.ResponseWriter, name, kind string, content []byte) error {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write(content)
	return err
}

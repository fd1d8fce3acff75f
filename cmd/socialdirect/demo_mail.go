package main

import (
	"io"
	"net/http"
	"slices"

	"socialdirect/internal/embedded"
	"socialdirect/internal/fault"
	"socialdirect/web"
)

// mailsPage shows the mails and SMS that the demo sent, latest first.
type mailsPage struct {
	Mails []embedded.Mail
	Texts []embedded.SMS
}

func (mailsPage) Template() string { return "demo/mails" }
func (mailsPage) Title() string    { return "E-mails et SMS de la démonstration" }

// mailsShown is the maximum length of each list.
const mailsShown = 50

// htmlPolicy lets the HTML part of a mail use its own styles, and nothing else: no script, no
// form, no file, and nothing of this site's.
const htmlPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// showHTML shows the HTML part of a mail, as a mail program does.
func showHTML(w http.ResponseWriter, mails []embedded.Mail, name string) error {
	i := slices.IndexFunc(mails, func(m embedded.Mail) bool { return m.Name == name && m.HTML != "" })
	if i < 0 {
		return fault.New(fault.NotFound, "Cet e-mail n’est plus là.")
	}
	w.Header().Set("Content-Security-Policy", htmlPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, mails[i].HTML) // the browser may have left
	return nil
}

func (d *demonstration) mailPage(render *web.Renderer) web.Handler {
	return func(w http.ResponseWriter, r *web.Request) error {
		mails, err := embedded.ReadMails(d.mail.Dir())
		if err != nil {
			return err
		}
		if name := r.URL.Query().Get("html"); name != "" {
			return showHTML(w, mails, name)
		}
		texts, err := embedded.ReadSMS(d.texts.Dir())
		if err != nil {
			return err
		}
		return render.Render(w, r, http.StatusOK, mailsPage{mails[:min(len(mails), mailsShown)], texts[:min(len(texts), mailsShown)]})
	}
}

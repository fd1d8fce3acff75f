package main

import (
	"net/http"

	"socialdirect/internal/embedded"
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

func (d *demonstration) mailPage(render *web.Renderer) web.Handler {
	return func(w http.ResponseWriter, r *web.Request) error {
		mails, err := embedded.ReadMails(d.mail.Dir())
		if err != nil {
			return err
		}
		texts, err := embedded.ReadSMS(d.texts.Dir())
		if err != nil {
			return err
		}
		return render.Render(w, r, http.StatusOK, mailsPage{mails[:min(len(mails), mailsShown)], texts[:min(len(texts), mailsShown)]})
	}
}

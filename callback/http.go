package callback

import (
	"net/http"

	"socialdirect/account/pages"
	"socialdirect/account/smscode"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// HTTP serves the pages of this package.
type HTTP struct {
	callbacks *Service
	render    *web.Renderer
}

// NewHTTP returns the pages.
func NewHTTP(callbacks *Service, render *web.Renderer) *HTTP { return &HTTP{callbacks, render} }

const (
	askPath  = "/rappel"
	codePath = "/rappel/code"
	donePath = "/rappel/merci"
)

// askPage asks for the number, the first name and the window.
type askPage struct {
	Form    *form.Form
	Windows []form.Option
	Phone   web.Phone
	Gone    bool // shown because a code no longer works
}

func (askPage) Template() string { return "callback/ask" }
func (askPage) Title() string    { return "Être rappelé" }

// Description implements web.Described.
func (askPage) Description() string {
	return "Laissez un numéro et un prénom\u00a0: le standard vous rappelle, sans compte et sans code."
}

func (h *HTTP) askPage(f *form.Form) askPage {
	options := make([]form.Option, len(windows))
	for i, w := range windows {
		options[i] = form.Option{Value: string(w), Label: w.Label()}
	}
	return askPage{Form: f, Windows: options, Phone: h.render.Phone()}
}

// showAsk shows the form.
func (h *HTTP) showAsk(w http.ResponseWriter, r *web.Request) error {
	return h.render.Render(w, r, http.StatusOK, h.askPage(form.New(map[string]string{"when": string(Soon)})))
}

// ask saves a request. The answer is the same whoever asks.
func (h *HTTP) ask(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page := h.askPage(f)
	asked := Asked{
		Mobile: f.Mobile("mobile"), FirstName: f.Name("first_name", "Écrivez votre prénom, ou celui que vous voulez nous donner."),
		Window: Window(f.Choice("when", form.Values(page.Windows), "Dites quand vous préférez être rappelé.")),
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	token, err := h.callbacks.Ask(r.Context(), asked, pages.Place(r))
	if err != nil {
		return f.Refused("mobile", err, page)
	}
	if !h.callbacks.SMS {
		return web.See(w, r, donePath)
	}
	r.Cookies.Set(w, cookie, token, int(smscode.Lifetime.Seconds()))
	return web.See(w, r, codePath)
}

// cookie binds a code to the browser that asked for it.
const cookie = "callback"

// codePage asks for the code that was sent to the number.
type codePage struct{ Form *form.Form }

func (codePage) Template() string { return "callback/code" }
func (codePage) Title() string    { return "Confirmer votre numéro" }

// showCode shows the form to the browser that asked for a call.
func (h *HTTP) showCode(w http.ResponseWriter, r *web.Request) error {
	if r.Cookies.Get(r.Request, cookie) == "" {
		return web.See(w, r, askPath)
	}
	return h.render.Render(w, r, http.StatusOK, codePage{form.New(nil)})
}

// prove puts the request on the switchboard's list.
func (h *HTTP) prove(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	code := f.Secret("code", 20, "Écrivez les 6 chiffres reçus par SMS.")
	if !f.Valid() {
		return f.Invalid(codePage{f})
	}
	err := h.callbacks.Prove(r.Context(), r.Cookies.Get(r.Request, cookie), code)
	if fault.Is(err, fault.Gone) {
		page := h.askPage(form.New(map[string]string{"when": string(Soon)}))
		page.Gone = true
		return fault.WithPage(err, page)
	}
	if err != nil {
		return f.Refused("code", err, codePage{f})
	}
	r.Cookies.Set(w, cookie, "", 0)
	return web.See(w, r, donePath)
}

// donePage says what happens next, in the same words for everybody.
type donePage struct{ Phone web.Phone }

func (donePage) Template() string { return "callback/done" }
func (donePage) Title() string    { return "Nous vous rappelons" }

// done shows that page.
func (h *HTTP) done(w http.ResponseWriter, r *web.Request) error {
	return h.render.Render(w, r, http.StatusOK, donePage{h.render.Phone()})
}

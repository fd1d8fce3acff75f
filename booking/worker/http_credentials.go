package worker

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

var registerOptions = []form.Option{{Value: RPPS, Label: "RPPS (11 chiffres)"}, {Value: ADELI, Label: "ADELI (9 signes)"}}

// The fields of each kind.
var (
	diplomaFields   = []string{"diploma_number", "diploma_issuer", "diploma_checked_on", "diploma_until"}
	insuranceFields = []string{"insurance_number", "insurance_issuer", "insurance_from", "insurance_until"}
)

// diplomaTitle is the diploma of nearly all workers.
const diplomaTitle = "Diplôme d’État d’assistant de service social"

func diplomaForm() *form.Form { return form.New(map[string]string{"diploma_title": diplomaTitle}) }

// RegisterLabel is the name of the register.
func (c Credential) RegisterLabel() string {
	return map[string]string{RPPS: "RPPS", ADELI: "ADELI"}[c.Register]
}

// By is the name of a person who submitted, confirmed or withdrew a credential.
func (s Standing) By(id uuid.UUID) string {
	if name := s.Names[id]; name != "" {
		return name
	}
	return "la plateforme"
}

func decodeDiploma(f *form.Form, today time.Time) Credential {
	c := Credential{
		Kind:      Diploma,
		Title:     f.Text("diploma_title", form.Text{Max: maxCredentialName, Required: "Écrivez le nom du diplôme."}),
		Register:  f.Choice("diploma_register", form.Values(registerOptions), "Choisissez le registre."),
		Number:    f.Text("diploma_number", form.Text{Max: maxCredentialNumber, Required: "Écrivez le numéro d’enregistrement."}),
		Issuer:    f.Text("diploma_issuer", form.Text{Max: maxCredentialName, Required: "Écrivez qui a enregistré le diplôme, par exemple « ARS Bretagne »."}),
		CheckedOn: f.Date("diploma_checked_on", today.AddDate(-30, 0, 0), today, "Indiquez le jour où vous l’avez vérifié."),
		Until:     optionalDate(f, "diploma_until", today.AddDate(-30, 0, 0), today.AddDate(30, 0, 0)),
	}
	failCredential(f, c.check(), "diploma_number", "diploma_until")
	return c
}

func decodeInsurance(f *form.Form, today time.Time) Credential {
	c := Credential{
		Kind:   Insurance,
		Issuer: f.Text("insurance_issuer", form.Text{Max: maxCredentialName, Required: "Écrivez le nom de l’assureur."}),
		Number: f.Text("insurance_number", form.Text{Max: maxCredentialNumber, Required: "Écrivez le numéro du contrat."}),
		From:   f.Date("insurance_from", today.AddDate(-30, 0, 0), today.AddDate(2, 0, 0), "Indiquez le premier jour assuré."),
		Until:  f.Date("insurance_until", today.AddDate(-30, 0, 0), today.AddDate(10, 0, 0), "Indiquez le dernier jour assuré."),
	}
	failCredential(f, c.check(), "insurance_number", "insurance_until")
	return c
}

// failCredential shows beside its field what the act would refuse.
func failCredential(f *form.Form, err error, number, until string) {
	switch {
	case !f.Valid():
	case errors.Is(err, errCredentialDays):
		f.Fail(until, errCredentialDays.Message)
	case err != nil:
		f.Fail(number, fault.From(err).Message)
	}
}

func optionalDate(f *form.Form, name string, first, last time.Time) time.Time {
	if f.Text(name, form.Text{Max: 10}) == "" {
		return time.Time{}
	}
	return f.Date(name, first, last, "")
}

func anyFilled(f *form.Form, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return f.Sent(name) && f.Text(name, form.Text{Max: maxCredentialName}) != "" })
}

// decodeCredentials decodes the diploma and the insurance, each if one of its fields is filled.
func decodeCredentials(f *form.Form, today time.Time) (all []Credential) {
	if anyFilled(f, diplomaFields) {
		all = append(all, decodeDiploma(f, today))
	}
	if anyFilled(f, insuranceFields) {
		all = append(all, decodeInsurance(f, today))
	}
	return all
}

func (h *HTTP) today() time.Time { return slot.CalendarDay(h.workers.db.Now()).AddDate(0, 0, 1) }

// recordDiploma records the registration of a worker's diploma.
func (h *HTTP) recordDiploma(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	return h.saveCredential(w, r, f, decodeDiploma, func(p *sheetPage) **form.Form { return &p.Diploma }, h.workers.RecordCredential)
}

// recordInsurance records a worker's insurance.
func (h *HTTP) recordInsurance(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	return h.saveCredential(w, r, f, decodeInsurance, func(p *sheetPage) **form.Form { return &p.Insurance }, h.workers.RecordCredential)
}

// submitInsurance submits a worker's renewed insurance.
func (h *HTTP) submitInsurance(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	return h.saveCredential(w, r, f, decodeInsurance, func(p *sheetPage) **form.Form { return &p.Insurance }, h.workers.SubmitInsurance)
}

func (h *HTTP) saveCredential(w http.ResponseWriter, r *web.Request, f *form.Form, decode func(*form.Form, time.Time) Credential,
	shown func(*sheetPage) **form.Form, save func(context.Context, *viewer.Viewer, Credential) error,
) error {
	page, err := h.sheetPage(r, nil)
	if err != nil {
		return err
	}
	c := decode(f, h.today())
	c.SocialWorkerID = page.Worker.ID
	*shown(&page) = f
	err = f.Save(form.At(string(c.Kind)+"_number"), func() error { return save(r.Context(), r.Viewer, c) })
	if err != nil {
		return err
	}
	if !f.Valid() {
		return f.Invalid(page)
	}
	return web.Done(w, r, "saved", page.Path)
}

// confirmCredential confirms what a worker submitted.
func (h *HTTP) confirmCredential(w http.ResponseWriter, r *web.Request) error {
	return h.decideCredential(w, r, h.workers.ConfirmCredential)
}

// withdrawCredential withdraws a credential.
func (h *HTTP) withdrawCredential(w http.ResponseWriter, r *web.Request) error {
	return h.decideCredential(w, r, h.workers.WithdrawCredential)
}

func (h *HTTP) decideCredential(w http.ResponseWriter, r *web.Request, decide saving[uuid.UUID]) error {
	worker, path, err := sheetOf(r)
	if err != nil {
		return err
	}
	id, err := form.ParseID(r.PathValue("credential"))
	if err != nil {
		return fault.Wrap(fault.NotFound, err)
	}
	if err := decide(r.Context(), r.Viewer, worker, id); err != nil {
		return err
	}
	return web.Done(w, r, "decided", path)
}

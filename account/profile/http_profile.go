package profile

import (
	"net/http"
	"strings"

	"socialdirect/account/age"
	"socialdirect/account/pages"
	"socialdirect/account/people"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

type profilePage struct {
	Form           *form.Form
	Mobile         string // the number that somebody without an e-mail address signs in with; empty for others
	Staff          bool   // whether the mobile number is optional
	Sheet          bool   // whether the person has a profile sheet
	ChoosesContact bool   // whether the person chooses how to be notified of appointments
	Prove          bool   // whether the number has to be proved before SMS go to it
	Zones          []form.Option
	Age            *age.Check // the requested proof of age, if any
}

func (profilePage) Template() string { return "account/profile" }
func (profilePage) Title() string    { return "Profil" }

// MobileLabel is the label of the field of the mobile number.
func (p profilePage) MobileLabel() string {
	if p.Staff {
		return "Numéro de portable (facultatif)"
	}
	return "Numéro de portable"
}

func (h *HTTP) profilePage(f *form.Form, person people.Person) profilePage {
	page := profilePage{Form: f, Staff: person.Role.Staff(), Sheet: person.Role == viewer.SocialWorker, ChoosesContact: person.Role == viewer.Beneficiary}
	page.Prove = h.profiles.people.OwesProof(person)
	if person.Email == "" {
		page.Mobile = people.DisplayMobile(person.Mobile)
	}
	page.Zones = people.Zones
	return page
}

// showProfile shows the viewer's own profile (R6).
func (h *HTTP) showProfile(w http.ResponseWriter, r *web.Request) error {
	person, err := h.profiles.people.Person(r.Context(), r.Viewer.ID)
	if err != nil {
		return err
	}
	f := form.New(map[string]string{
		"first_name": person.FirstName, "last_name": person.LastName, "email": person.Email,
		"mobile": people.DisplayMobile(person.Mobile), "time_zone": person.Zone.String(),
	})
	page := h.profilePage(f, person)
	if page.Age, err = h.ages.OwnCheck(r.Context(), r.Viewer); err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, page)
}

// updateProfile saves the profile. A new e-mail address replaces the present one only
// once it is proved.
func (h *HTTP) updateProfile(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	v := r.Viewer
	person, err := h.profiles.people.Person(r.Context(), v.ID)
	if err != nil {
		return err
	}
	profile, email := decodeProfile(f, person), newEmail(f, person)
	if !f.Valid() {
		return f.Invalid(h.profilePage(f, person))
	}
	if err := h.profiles.Update(r.Context(), v, profile); err != nil {
		return err
	}
	if email == "" {
		return web.Done(w, r, "saved", "/profil")
	}
	if err := h.profiles.AskEmail(r.Context(), v, email, f.Ticked(pages.EmailConfirmed)); err != nil {
		pages.ConfirmNext(f, err)
		return pages.Refuse(f, "email", err, h.profilePage(f, person))
	}
	return web.Done(w, r, "email-asked", "/profil")
}

// newEmail decodes the e-mail address. It returns an empty string when the address is
// the present one or was not sent.
func newEmail(f *form.Form, person people.Person) string {
	if !f.Sent("email") || person.Email == "" {
		return ""
	}
	email := f.Email("email")
	if strings.EqualFold(email, person.Email) {
		return ""
	}
	return email
}

func decodeProfile(f *form.Form, person people.Person) people.Profile {
	mobile := person.Mobile
	switch {
	case person.Email == "": // they sign in with it
	case person.Role.Staff():
		mobile = f.OptionalMobile("mobile")
	default:
		mobile = f.Mobile("mobile")
	}
	return people.Profile{
		FirstName: f.Name("first_name", "Écrivez votre prénom."),
		LastName:  f.Name("last_name", "Écrivez votre nom."),
		Mobile:    mobile,
		Zone:      f.Choice("time_zone", form.Values(people.Zones), "Choisissez où vous vivez dans la liste."),
	}
}

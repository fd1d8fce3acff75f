package appointment

import (
	"slices"
	"strconv"
	"time"

	"socialdirect/account/people"
	"socialdirect/internal/form"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
)

// OnBehalf is the person for whom pages of booking act: the viewer, or a person on whose
// behalf a switchboard agent or a worker acts. The pages are the same, at other addresses.
type OnBehalf struct {
	PersonID uuid.UUID
	For      string // the person's name; empty for oneself
	Zone     *time.Location
	Base     string // of the person's pages; empty for oneself
	Reach    string // how news reaches the person, in words; empty for oneself
	Untold   bool   // no news reaches the person
}

// OnBehalf returns the person that the address names.
func (s *Service) OnBehalf(r *web.Request) (OnBehalf, error) {
	v := r.Viewer
	if v.Role == viewer.Beneficiary {
		return ForOneself(v), nil
	}
	id, err := r.PathID("id")
	if err != nil {
		return OnBehalf{}, err
	}
	person, err := s.BookableFor(r.Context(), v, id)
	return OnBehalfOf(v, person), err
}

// TellingOnBehalf is OnBehalf, and says also of oneself whether news arrives.
func (s *Service) TellingOnBehalf(r *web.Request) (OnBehalf, error) {
	e, err := s.OnBehalf(r)
	if err == nil && e.Base == "" {
		e.Untold, err = s.Untold(r.Context(), e.PersonID)
	}
	return e, err
}

// ForOneself returns the viewer's own account.
func ForOneself(v *viewer.Viewer) OnBehalf { return OnBehalf{PersonID: v.ID, Zone: v.Zone} }

// OnBehalfOf returns a person on whose behalf v acts.
func OnBehalfOf(v *viewer.Viewer, person people.Person) OnBehalf {
	base := "/beneficiaires/" + person.ID.String()
	if v.Role == viewer.Switchboard {
		base = "/standard" + base
	}
	return OnBehalf{PersonID: person.ID, For: person.Name(), Zone: person.Zone, Base: base, Reach: person.Reach(), Untold: !person.Reachable()}
}

// Booking is the address to which the booking form is posted.
func (e OnBehalf) Booking() string { return e.Base + "/rendez-vous" }

// Confirming is the address of the last step before booking.
func (e OnBehalf) Confirming() string { return e.Base + "/rendez-vous/nouveau" }

// Hours is the address where another slot of the worker is chosen.
func (e OnBehalf) Hours(v *viewer.Viewer, worker uuid.UUID) string {
	if v.Role == viewer.SocialWorker {
		return e.Booking()
	}
	return e.Base + "/assistants/" + worker.String()
}

// Others is the address where another worker is chosen.
func (e OnBehalf) Others() string {
	if e.Base == "" {
		return "/assistants"
	}
	return e.Base
}

// After is the address after a booking: the appointment, or the person's page for a
// switchboard agent.
func (e OnBehalf) After(v *viewer.Viewer, id uuid.UUID) string {
	if v.Role == viewer.Switchboard {
		return e.Base
	}
	return "/rendez-vous/" + id.String()
}

// HiddenField is a typed value that the form carries along while another slot is chosen.
type HiddenField struct{ Name, Value string }

// Written reports whether the person wrote the value, which was not chosen.
func (f HiddenField) Written() bool {
	return slices.Contains([]string{"note", "interpreter", "accessibility", "companion"}, f.Name)
}

// HiddenFields returns the values of a request to carry along.
func HiddenFields(r Request) []HiddenField {
	all := []HiddenField{{"reason", r.Reason}, {"note", r.Note}, {"anybody", box(r.Anybody)}, {"voicemail", box(r.Voicemail)}}
	all = append(all, r.Fields()...)
	return slices.DeleteFunc(all, func(f HiddenField) bool { return f.Value == "" })
}

// box is the value of a check box.
func box(ticked bool) string {
	if ticked {
		return "1"
	}
	return ""
}

// Seen is the value of the hidden field that records which start the page showed.
func (a Appointment) Seen() string { return strconv.FormatInt(a.StartsAt.Unix(), 10) }

// Elsewhere reports whether the submitted page showed another start.
func (a Appointment) Elsewhere(f *form.Form) bool { return f.Sent("seen") && !a.SawIt(f) }

// SawIt reports whether the submitted page showed the current start.
func (a Appointment) SawIt(f *form.Form) bool { return f.Hidden("seen", 20) == a.Seen() }

// Told returns the name of the success message of an act, or of the one that asks to tell the
// person by voice, whom no mail and no SMS reaches.
func Told(flash string, untold bool) string {
	if untold {
		return "untold"
	}
	return flash
}

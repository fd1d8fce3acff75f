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

// OnBehalf is for whom a booking's pages work: the viewer, or somebody for whom an
// operator or a worker acts. The pages are the same, at other addresses.
type OnBehalf struct {
	PersonID uuid.UUID
	For      string // the person's name; empty for oneself
	Zone     *time.Location
	Base     string // of the person's pages; empty for oneself
}

// OnBehalf is for whom the address says that the viewer acts.
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

// ForOneself is for the viewer's own account.
func ForOneself(v *viewer.Viewer) OnBehalf { return OnBehalf{PersonID: v.ID, Zone: v.Zone} }

// OnBehalfOf is for a person for whom v acts.
func OnBehalfOf(v *viewer.Viewer, person people.Person) OnBehalf {
	base := "/beneficiaires/" + person.ID.String()
	if v.Role == viewer.Switchboard {
		base = "/standard" + base
	}
	return OnBehalf{PersonID: person.ID, For: person.Name(), Zone: person.Zone, Base: base}
}

// Booking is where the hour is booked.
func (e OnBehalf) Booking() string { return e.Base + "/rendez-vous" }

// Confirming is the last step before it.
func (e OnBehalf) Confirming() string { return e.Base + "/rendez-vous/nouveau" }

// Hours is where another hour with the worker is chosen.
func (e OnBehalf) Hours(v *viewer.Viewer, worker uuid.UUID) string {
	if v.Role == viewer.SocialWorker {
		return e.Booking()
	}
	return e.Base + "/assistants/" + worker.String()
}

// Others is where somebody else is chosen.
func (e OnBehalf) Others() string {
	if e.Base == "" {
		return "/assistants"
	}
	return e.Base
}

// After is where a booking leads: oneself and workers to its page, an operator back
// to the person.
func (e OnBehalf) After(v *viewer.Viewer, id uuid.UUID) string {
	if v.Role == viewer.Switchboard {
		return e.Base
	}
	return "/rendez-vous/" + id.String()
}

// HiddenField is what was typed, and goes on unseen while another hour is chosen.
type HiddenField struct{ Name, Value string }

// HiddenFields is what was typed for a request that goes on to another hour.
func HiddenFields(r Request) []HiddenField {
	all := []HiddenField{
		{"reason", r.Reason}, {"note", r.Note}, {"interpreter", r.Interpreter}, {"accessibility", r.Accessibility}, {"companion", r.Companion},
	}
	if r.Anybody {
		all = append(all, HiddenField{"anybody", "1"})
	}
	return slices.DeleteFunc(all, func(f HiddenField) bool { return f.Value == "" })
}

// Seen is the hour that a page shows, as its form carries it.
func (a Appointment) Seen() string { return strconv.FormatInt(a.StartsAt.Unix(), 10) }

// Elsewhere reports whether the page that was sent showed another hour.
func (a Appointment) Elsewhere(f *form.Form) bool { return f.Sent("seen") && !a.SawIt(f) }

// SawIt reports whether the page that was sent showed the hour that it has now.
func (a Appointment) SawIt(f *form.Form) bool { return f.Hidden("seen", 20) == a.Seen() }

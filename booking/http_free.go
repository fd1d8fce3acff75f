package booking

import (
	"net/http"
	"net/url"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
	"socialdirect/web"
)

// freePage shows the available slots of a day of the viewer's own agenda, to book one for a
// person whom they have met (R12).
type freePage struct {
	Form   *form.Form
	Day    time.Time // midnight in the worker's zone
	Hours  []form.Option
	People []form.Option
	Modes  []form.Option
}

func (freePage) Template() string { return "booking/free" }
func (p freePage) Title() string  { return "Réserver une heure, " + web.Day(p.Day) }

// Date is the day as forms write it.
func (p freePage) Date() string { return p.Day.Format(time.DateOnly) }

// Week is the week of the day.
func (p freePage) Week() string { return slot.WeekOf(p.Day).String() }

// freePage returns the page of the day that the form names, or of today.
func (h DayPages) freePage(r *web.Request, f *form.Form) (freePage, error) {
	ctx, v := r.Context(), r.Viewer
	sheet, err := h.bookings.Workers.SocialWorker(ctx, v.ID)
	if err != nil {
		return freePage{}, err
	}
	day, err := time.ParseInLocation(time.DateOnly, f.Hidden("day", len(time.DateOnly)), sheet.Zone)
	if err != nil {
		now := h.bookings.DB.Now().In(sheet.Zone)
		day = time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, sheet.Zone)
	}
	f.Set("day", day.Format(time.DateOnly))
	page := freePage{Form: f, Day: day, Modes: slot.ModeOptions(sheet.Modes)}
	if page.Hours, err = h.freeHours(r, day); err != nil {
		return freePage{}, err
	}
	met, err := h.bookings.Appointments.Relations(ctx, v)
	for _, m := range met {
		if m.SocialWorkerID == v.ID && m.BeneficiaryName != "" {
			page.People = append(page.People, form.Option{Value: m.BeneficiaryID.String(), Label: m.BeneficiaryName})
		}
	}
	return page, err
}

// freeHours returns the viewer's available slots of a day: none while they cannot be booked.
func (h DayPages) freeHours(r *web.Request, day time.Time) ([]form.Option, error) {
	available, err := h.bookings.Agendas.AvailableSlots(r.Context(), r.Viewer.ID, slot.Period{From: day.UTC(), To: day.AddDate(0, 0, 1).UTC()})
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	options := make([]form.Option, len(available))
	for i, s := range available {
		options[i] = form.Option{Value: s.StartsAt.Format(time.RFC3339), Label: web.Hour(s.StartsAt.In(day.Location()))}
	}
	return options, err
}

// Free shows the available slots of the day of the address.
func (h DayPages) Free(w http.ResponseWriter, r *web.Request) error {
	query := r.URL.Query()
	page, err := h.freePage(r, form.FromValues(query))
	if err != nil {
		return err
	}
	page.Form.Set("starts_at", query.Get("starts_at"))
	return h.Render.Render(w, r, http.StatusOK, page)
}

// ChooseFree shows the last step for the chosen slot and person.
func (h DayPages) ChooseFree(w http.ResponseWriter, r *web.Request, f *form.Form) error {
	page, err := h.freePage(r, f)
	if err != nil {
		return err
	}
	person := f.Choice("person", form.Values(page.People), "Choisissez une personne.")
	startsAt := f.Choice("starts_at", form.Values(page.Hours), "Choisissez une heure parmi les heures libres.")
	mode := f.Choice("mode", form.Values(page.Modes), "Choisissez comment parler.")
	if !f.Valid() {
		return f.Invalid(page)
	}
	r.SetPathValue("id", person)
	return h.Confirm(w, r, form.FromValues(url.Values{"social_worker_id": {r.Viewer.ID.String()}, "starts_at": {startsAt}, "mode": {mode}}))
}

package reason_test

import (
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/reason"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR15_AdministratorsMaintainTheListOfReasons(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	reasons := reason.New(w.DB)
	nadia, zoe := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	start := bookingtest.Start.Add(48 * time.Hour)
	booked := w.Book(t, zoe, nadia, start, slot.Video) // about housing
	bookingtest.Must(t, reasons.Add(t.Context(), w.Admin, "Études & bourses"))
	bookingtest.Must(t, reasons.Raise(t.Context(), w.Admin, "housing"))
	bookingtest.Must(t, reasons.Rename(t.Context(), w.Admin, "housing", "Se loger"))
	if got := labels(t, w); got != "Se loger|Budget et argent|Famille|Proche à aider|Handicap|Retraite|Études & bourses|Autre chose, ou je ne sais pas" {
		t.Errorf("the list is %s", got)
	}
	bookingtest.Must(t, reasons.Retire(t.Context(), w.Admin, "housing", true))
	if got := labels(t, w); strings.Contains(got, "Se loger") {
		t.Errorf("a retired reason is offered: %s", got)
	}
	_, err := w.Bookings.Book(t.Context(), zoe, appointment.Request{SocialWorkerID: nadia.ID, StartsAt: start.Add(time.Hour), Mode: slot.Video, Reason: "housing"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a retired reason was booked: %v", err)
	}
	if a, err := w.Appointments.Appointment(t.Context(), zoe, booked.ID); err != nil || a.ReasonLabel != "Se loger" {
		t.Errorf("the appointment is about %q, %v", a.ReasonLabel, err)
	}
	bookingtest.Must(t, reasons.Retire(t.Context(), w.Admin, "housing", false))
	w.Book(t, zoe, nadia, start.Add(time.Hour), slot.Video)
}

func labels(t *testing.T, w *bookingtest.World) string {
	t.Helper()
	offered, err := reason.Read(t.Context(), w.DB.Pool)
	bookingtest.Must(t, err)
	var all []string
	for _, r := range offered {
		all = append(all, r.Label)
	}
	return strings.Join(all, "|")
}

func TestR15_TheListOfReasonsRefusesInvalidChanges(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	reasons := reason.New(w.DB)
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	for _, v := range []*viewer.Viewer{nil, zoe, {ID: uuid.New(), Role: viewer.SocialWorker}, {ID: uuid.New(), Role: viewer.DPO}} {
		for _, err := range []error{
			reasons.Add(t.Context(), v, "Études"), reasons.Rename(t.Context(), v, "housing", "X"),
			reasons.Retire(t.Context(), v, "housing", true), reasons.Raise(t.Context(), v, "housing"),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%v changed the list: %v", v, err)
			}
		}
	}
	for name, label := range map[string]string{"no letter": "★★★", "known": "Logement", "known in capitals": "LOGEMENT", "its name is known": "Housing"} {
		if err := reasons.Add(t.Context(), w.Admin, label); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := reasons.Rename(t.Context(), w.Admin, "housing", "famille"); !fault.Is(err, fault.Invalid) {
		t.Errorf("two reasons with the same label: %v", err)
	}
	for _, err := range []error{
		reasons.Rename(t.Context(), w.Admin, "nothing", "X"), reasons.Retire(t.Context(), w.Admin, "nothing", true),
		reasons.Raise(t.Context(), w.Admin, "nothing"),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown reason: %v", err)
		}
	}
}

// Somebody who cannot name what they need can always book, with every worker.
func TestR15_AnotherReasonIsAlwaysOfferedAndEveryWorkerTakesIt(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	reasons := reason.New(w.DB)
	nadia, zoe := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	for name, err := range map[string]error{
		"retired": reasons.Retire(t.Context(), w.Admin, reason.Other, true), "moved": reasons.Raise(t.Context(), w.Admin, reason.Other),
	} {
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, sql := range []string{`update reasons set retired = true where slug = 'other'`, `update social_workers set reasons = '{money}'`} {
		if _, err := w.DB.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("the database allows %s", sql)
		}
	}
	sheet, err := w.Workers.SocialWorker(t.Context(), nadia.ID)
	bookingtest.Must(t, err)
	bookingtest.Must(t, w.Workers.UpdateSheet(t.Context(), nadia, nadia.ID, worker.Sheet{
		Presentation: "Bonjour.", Languages: sheet.Languages, Reasons: []string{"money"}, Modes: sheet.Modes,
	}))
	for _, slug := range []string{"housing", "money", "family", "caregiving", "disability", "retirement"} {
		bookingtest.Must(t, reasons.Retire(t.Context(), w.Admin, slug, true))
	}
	if got := labels(t, w); got != "Autre chose, ou je ne sais pas" {
		t.Errorf("the list is %s", got)
	}
	_, err = w.Bookings.Book(t.Context(), zoe, appointment.Request{SocialWorkerID: nadia.ID, StartsAt: bookingtest.Start.Add(48 * time.Hour), Mode: slot.Video, Reason: reason.Other})
	bookingtest.Must(t, err)
}

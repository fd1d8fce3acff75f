package worker_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func sheet() worker.Sheet {
	return worker.Sheet{
		Presentation: "Je connais bien la retraite.", Languages: []string{"fr", "es"}, Reasons: []string{"retirement"},
		Modes: []slot.Mode{slot.Phone}, Place: "2 rue du Port, Lorient",
	}
}

func TestR12_AWorkerEditsOnlyTheirOwnSheet(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, rose, zoe := w.SocialWorker(t, "Nadia", "Le Goff"), w.SocialWorker(t, "Rose", "Petit"), w.Beneficiary(t, "Zoé", "Vidal")
	for name, c := range map[string]struct {
		v    *viewer.Viewer
		of   uuid.UUID
		want fault.Code
	}{
		"somebody else's": {rose, nadia.ID, fault.NotFound}, "a beneficiary": {zoe, nadia.ID, fault.Forbidden}, "nobody": {nil, nadia.ID, fault.Forbidden},
		"a manager": {&viewer.Viewer{ID: uuid.New(), Role: viewer.ClientManager}, nadia.ID, fault.Forbidden},
		"no worker": {w.Admin, zoe.ID, fault.NotFound},
	} {
		for act, err := range map[string]error{
			"sheet": w.Workers.UpdateSheet(t.Context(), c.v, c.of, sheet()), "portrait": w.Workers.SetPortrait(t.Context(), c.v, c.of, bytes.NewReader(photo(t, 1))),
			"removal": w.Workers.RemovePortrait(t.Context(), c.v, c.of),
		} {
			if !fault.Is(err, c.want) {
				t.Errorf("%s, %s: %v, want %s", name, act, err, c.want)
			}
		}
	}
	must(t, w.Workers.UpdateSheet(t.Context(), nadia, nadia.ID, sheet()))
	got, err := w.Workers.SocialWorker(t.Context(), nadia.ID)
	must(t, err)
	if got.Presentation != sheet().Presentation || !slices.Equal(got.Languages, sheet().Languages) || len(got.Reasons) != 2 || !got.Reasons[1].Lasting() || len(got.Places) != 1 || got.Places[0].Address != "1 rue de la Paix, Vannes" {
		t.Errorf("the sheet says %+v", got)
	}
	if lines, err := audit.About(t.Context(), w.DB.Pool, nadia.ID, 10); err != nil || len(lines) != 3 || lines[0].Act != "credential.recorded" || lines[2].Act != "account.invited" {
		t.Errorf("a worker's change of their own sheet is journaled: %v, %v", lines, err)
	}
	must(t, w.Workers.UpdateSheet(t.Context(), w.Admin, nadia.ID, sheet()))
	if lines, err := audit.About(t.Context(), w.DB.Pool, nadia.ID, 10); err != nil || len(lines) != 4 || lines[0].Act != "sheet.changed" {
		t.Errorf("an administrator's change is not journaled: %v, %v", lines, err)
	}
}

func TestR12_AModeThatASheetNoLongerOffersIsNotBooked(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, zoe := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	start := bookingtest.Start.Add(48 * time.Hour)
	booked := w.Book(t, zoe, nadia, start, slot.Video)
	must(t, w.Workers.UpdateSheet(t.Context(), nadia, nadia.ID, sheet()))
	for mode, want := range map[slot.Mode]fault.Code{slot.Video: fault.Invalid, slot.InPerson: fault.Invalid} {
		_, err := w.Bookings.Book(t.Context(), zoe, appointment.Request{SocialWorkerID: nadia.ID, StartsAt: start.Add(time.Hour), Mode: mode, Reason: "retirement"})
		if !fault.Is(err, want) {
			t.Errorf("%s: %v, want %s", mode, err, want)
		}
	}
	available, err := w.Agendas.AvailableSlots(t.Context(), nadia.ID, slot.Period{From: start, To: start.AddDate(0, 0, 1)})
	must(t, err)
	for _, s := range available {
		if !slices.Equal(s.Modes, []slot.Mode{slot.Phone}) {
			t.Fatalf("the agenda offers %v", s.Modes)
		}
	}
	if a, err := w.Appointments.Appointment(t.Context(), zoe, booked.ID); err != nil || a.Mode != slot.Video || a.Status != appointment.Confirmed {
		t.Errorf("the appointment changed: %+v, %v", a, err)
	}
}

func TestR45_SheetsComeAPageAtATime(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	all := map[uuid.UUID]bool{}
	for range 23 {
		all[w.SocialWorkerWithoutOpenings(t, "Nadia", "Le Goff", "Europe/Paris").ID] = true
	}
	for page, want := range []struct {
		sheets int
		more   bool
	}{{20, true}, {3, false}, {0, false}} {
		sheets, more, err := w.Workers.SocialWorkers(t.Context(), page)
		if err != nil || len(sheets) != want.sheets || more != want.more {
			t.Errorf("page %d has %d sheets, more %v, %v", page, len(sheets), more, err)
		}
		for _, sheet := range sheets {
			if !all[sheet.ID] {
				t.Errorf("a worker is on two pages")
			}
			delete(all, sheet.ID)
		}
	}
	if len(all) != 0 {
		t.Errorf("%d workers are on no page", len(all))
	}
}

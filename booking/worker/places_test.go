package worker_test

import (
	"strings"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR12_AWorkerEditsOnlyTheirOwnPlaces(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, rose, zoe := w.SocialWorker(t, "Nadia", "Le Goff"), w.SocialWorker(t, "Rose", "Petit"), w.Beneficiary(t, "Zoé", "Vidal")
	town := worker.Place{Name: "Mairie", Address: "2 rue du Port, Lorient", Access: "2e étage"}
	must(t, w.Workers.AddPlace(t.Context(), nadia, nadia.ID, town))
	all := w.Places(t, nadia.ID)
	if len(all) != 2 || all[1].Words() != "Mairie\n2 rue du Port, Lorient\n2e étage" {
		t.Fatalf("the places are %+v", all)
	}
	for name, c := range map[string]struct {
		v    *viewer.Viewer
		of   uuid.UUID
		want fault.Code
	}{
		"somebody else's sheet": {rose, nadia.ID, fault.NotFound}, "somebody else's place on their own sheet": {rose, rose.ID, fault.NotFound},
		"a beneficiary": {zoe, nadia.ID, fault.Forbidden}, "nobody": {nil, nadia.ID, fault.Forbidden},
	} {
		for act, err := range map[string]error{
			"change": w.Workers.UpdatePlace(t.Context(), c.v, c.of, worker.Place{ID: all[1].ID, Name: "A", Address: "B"}),
			"raise":  w.Workers.RaisePlace(t.Context(), c.v, c.of, all[1].ID), "remove": w.Workers.RemovePlace(t.Context(), c.v, c.of, all[1].ID),
		} {
			if !fault.Is(err, c.want) {
				t.Errorf("%s, %s: %v, want %s", name, act, err, c.want)
			}
		}
	}
	must(t, w.Workers.RaisePlace(t.Context(), w.Admin, nadia.ID, all[1].ID))
	if got := w.Places(t, nadia.ID); got[0].ID != all[1].ID {
		t.Errorf("the order is %+v", got)
	}
	for range 8 {
		must(t, w.Workers.AddPlace(t.Context(), nadia, nadia.ID, town))
	}
	if err := w.Workers.AddPlace(t.Context(), nadia, nadia.ID, town); !fault.Is(err, fault.Invalid) {
		t.Errorf("an eleventh place: %v", err)
	}
}

func TestR16_AnAppointmentKeepsTheAddressAndAccessWithWhichItWasBooked(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, zoe := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	first := w.Places(t, nadia.ID)[0]
	first.Access = "Sonnette « Social », accès de plain-pied"
	must(t, w.Workers.UpdatePlace(t.Context(), nadia, nadia.ID, first))
	start := bookingtest.Start.Add(48 * time.Hour)
	booked := w.Book(t, zoe, nadia, start, slot.InPerson)
	if !strings.Contains(booked.Place, first.Address) || !strings.Contains(booked.Place, first.Access) {
		t.Errorf("the appointment says %q", booked.Place)
	}
	if video := w.Book(t, zoe, nadia, start.Add(2*time.Hour), slot.Video); video.Place != "" {
		t.Errorf("a video appointment takes place at %q", video.Place)
	}
	if err := w.Workers.RemovePlace(t.Context(), nadia, nadia.ID, first.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("removing the only place of a worker who meets in person: %v", err)
	}
	must(t, w.Workers.AddPlace(t.Context(), nadia, nadia.ID, worker.Place{Name: "Mairie", Address: "2 rue du Port, Lorient"}))
	must(t, w.Workers.RemovePlace(t.Context(), nadia, nadia.ID, first.ID))
	var retired bool
	must(t, w.DB.Pool.QueryRow(t.Context(), `select retired_at is not null from places where id = $1`, first.ID).Scan(&retired))
	if a, err := w.Appointments.Appointment(t.Context(), zoe, booked.ID); err != nil || a.Place != booked.Place || !retired {
		t.Errorf("the removal changed the appointment: %q, %v, retired %v", a.Place, err, retired)
	}
	if got := w.Book(t, zoe, nadia, start.Add(4*time.Hour), slot.InPerson); got.Place != "Mairie\n2 rue du Port, Lorient" {
		t.Errorf("the next appointment takes place at %q", got.Place)
	}
}

func TestR12_MeetingInPersonNeedsAPlace(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorker(t, "Nadia", "Le Goff")
	must(t, w.Workers.UpdateSheet(t.Context(), nadia, nadia.ID, sheet())) // only by phone
	must(t, w.Workers.RemovePlace(t.Context(), nadia, nadia.ID, w.Places(t, nadia.ID)[0].ID))
	inPerson := sheet()
	inPerson.Modes, inPerson.Place = slot.Modes, ""
	if err := w.Workers.UpdateSheet(t.Context(), nadia, nadia.ID, inPerson); !fault.Is(err, fault.Invalid) {
		t.Errorf("in person without a place: %v", err)
	}
	inPerson.Place = "3 quai Neuf, Brest"
	must(t, w.Workers.UpdateSheet(t.Context(), nadia, nadia.ID, inPerson))
	if all := w.Places(t, nadia.ID); len(all) != 1 || all[0].Address != inPerson.Place {
		t.Errorf("the address of the sheet did not become a place: %+v", all)
	}
}

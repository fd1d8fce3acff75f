package booking_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
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

func TestR12_AWorkerEditsTheirOwnSheetAndNobodyElses(t *testing.T) {
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
	if got.Presentation != sheet().Presentation || !slices.Equal(got.Languages, sheet().Languages) || len(got.Reasons) != 1 || len(got.Places) != 1 || got.Places[0].Address != "1 rue de la Paix, Vannes" {
		t.Errorf("the sheet says %+v", got)
	}
	if lines, err := audit.About(t.Context(), w.DB.Pool, nadia.ID, 10); err != nil || len(lines) != 3 || lines[0].Act != "credential.recorded" || lines[2].Act != "account.invited" {
		t.Errorf("one's own sheet is in the journal: %v, %v", lines, err)
	}
	must(t, w.Workers.UpdateSheet(t.Context(), w.Admin, nadia.ID, sheet()))
	if lines, err := audit.About(t.Context(), w.DB.Pool, nadia.ID, 10); err != nil || len(lines) != 4 || lines[0].Act != "sheet.changed" {
		t.Errorf("an administrator's change is not in the journal: %v, %v", lines, err)
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
	free, err := w.Agendas.AvailableSlots(t.Context(), nadia.ID, slot.Period{From: start, To: start.AddDate(0, 0, 1)})
	must(t, err)
	for _, hour := range free {
		if !slices.Equal(hour.Modes, []slot.Mode{slot.Phone}) {
			t.Fatalf("the agenda offers %v", hour.Modes)
		}
	}
	if a, err := w.Appointments.Appointment(t.Context(), zoe, booked.ID); err != nil || a.Mode != slot.Video || a.Status != appointment.Confirmed {
		t.Errorf("what was booked changed: %+v, %v", a, err)
	}
}

// photo is 40 × 20 points, red on the left and blue on the right, taken by a camera
// that notes how it was held (Exif, tag 0x0112) and where it was.
func photo(t *testing.T, orientation uint16) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for x := range 40 {
		for y := range 20 {
			c := color.RGBA{R: 255, A: 255}
			if x >= 20 {
				c = color.RGBA{B: 255, A: 255}
			}
			picture.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, picture, &jpeg.Options{Quality: 100}))
	exif := append([]byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x02"), 0x01, 0x12, 0, 3, 0, 0, 0, 1)
	exif = binary.BigEndian.AppendUint16(exif, orientation)
	exif = append(exif, 0, 0)
	exif = append(exif, 0x01, 0x0f, 0, 2, 0, 0, 0, 20, 0, 0, 0, 38) // the maker, at offset 38
	exif = append(exif, 0, 0, 0, 0)
	exif = append(exif, []byte("48.8566N 2.3522E CAM\x00")...)
	head := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(exif)+2))...)
	return slices.Concat(head, exif, out.Bytes()[2:])
}

func TestR12_APortraitIsUprightSquareAndHasNoMetadata(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorker(t, "Nadia", "Le Goff")
	versions := map[string]bool{}
	for orientation, want := range map[uint16]string{1: "left", 3: "right", 6: "top", 8: "bottom"} {
		must(t, w.Workers.SetPortrait(t.Context(), nadia, nadia.ID, bytes.NewReader(photo(t, orientation))))
		p, err := w.Workers.Portrait(t.Context(), nadia, nadia.ID)
		must(t, err)
		versions[p.Version] = true
		picture, err := jpeg.Decode(bytes.NewReader(p.JPEG))
		must(t, err)
		if size := picture.Bounds().Size(); size != image.Pt(320, 320) {
			t.Errorf("the picture has %v points", size)
		}
		for side, at := range map[string]image.Point{"left": {20, 160}, "right": {300, 160}, "top": {160, 20}, "bottom": {160, 300}} {
			r, _, b, _ := picture.At(at.X, at.Y).RGBA()
			if side == want && r < b {
				t.Errorf("held %d: the %s is not red", orientation, side)
			}
		}
		if bytes.Contains(p.JPEG, []byte("Exif")) || bytes.Contains(p.JPEG, []byte("CAM")) {
			t.Error("the picture tells how or where it was taken")
		}
	}
	if len(versions) != 4 {
		t.Errorf("%d versions of four pictures", len(versions))
	}
	must(t, w.Workers.RemovePortrait(t.Context(), nadia, nadia.ID))
	if _, err := w.Workers.Portrait(t.Context(), nadia, nadia.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("a removed picture: %v", err)
	}
	if got, err := w.Workers.SocialWorker(t.Context(), nadia.ID); err != nil || got.Portrait != "" {
		t.Errorf("the sheet still names one: %q, %v", got.Portrait, err)
	}
}

func TestR12_WhatIsNoPhotoIsRefused(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorker(t, "Nadia", "Le Goff")
	var moving, huge bytes.Buffer
	must(t, gif.Encode(&moving, image.NewPaletted(image.Rect(0, 0, 9, 9), color.Palette{color.Black}), nil))
	must(t, png.Encode(&huge, image.NewGray(image.Rect(0, 0, 10, 10))))
	bomb := huge.Bytes()
	binary.BigEndian.PutUint32(bomb[16:], 60_000) // the width that its header claims
	binary.BigEndian.PutUint32(bomb[20:], 60_000)
	cut := photo(t, 1)
	for name, file := range map[string][]byte{
		"nothing": nil, "text": []byte("bonjour"), "a moving picture": moving.Bytes(), "a bomb": bomb, "cut off": cut[:len(cut)/2],
		"a page": []byte("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), "too large": make([]byte, worker.MaxPortraitFile+1),
	} {
		err := w.Workers.SetPortrait(t.Context(), nadia, nadia.ID, bytes.NewReader(file))
		if !fault.Is(err, fault.Invalid) || fault.From(err).Message == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.Workers.Portrait(t.Context(), nadia, nadia.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("something was kept: %v", err)
	}
}

func TestR15_TheAdministratorKeepsTheListOfReasons(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, zoe := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	start := bookingtest.Start.Add(48 * time.Hour)
	booked := w.Book(t, zoe, nadia, start, slot.Video) // about housing
	must(t, w.Workers.AddReason(t.Context(), w.Admin, "Études & bourses"))
	must(t, w.Workers.RaiseReason(t.Context(), w.Admin, "housing"))
	must(t, w.Workers.RenameReason(t.Context(), w.Admin, "housing", "Se loger"))
	if got := labels(t, w); got != "Se loger|Budget et argent|Famille|Proche à aider|Handicap|Retraite|Études & bourses" {
		t.Errorf("the list is %s", got)
	}
	must(t, w.Workers.RetireReason(t.Context(), w.Admin, "housing", true))
	if got := labels(t, w); strings.Contains(got, "Se loger") {
		t.Errorf("a retired reason is offered: %s", got)
	}
	_, err := w.Bookings.Book(t.Context(), zoe, appointment.Request{SocialWorkerID: nadia.ID, StartsAt: start.Add(time.Hour), Mode: slot.Video, Reason: "housing"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a retired reason was booked: %v", err)
	}
	if a, err := w.Appointments.Appointment(t.Context(), zoe, booked.ID); err != nil || a.ReasonLabel != "Se loger" {
		t.Errorf("what was booked is about %q, %v", a.ReasonLabel, err)
	}
	must(t, w.Workers.RetireReason(t.Context(), w.Admin, "housing", false))
	w.Book(t, zoe, nadia, start.Add(time.Hour), slot.Video)
}

func labels(t *testing.T, w *bookingtest.World) string {
	t.Helper()
	reasons, err := w.Workers.Reasons(t.Context())
	must(t, err)
	var all []string
	for _, r := range reasons {
		all = append(all, r.Label)
	}
	return strings.Join(all, "|")
}

func TestR15_TheListOfReasonsRefusesWhatWouldBreakIt(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	for _, v := range []*viewer.Viewer{nil, zoe, {ID: uuid.New(), Role: viewer.SocialWorker}, {ID: uuid.New(), Role: viewer.DPO}} {
		for _, err := range []error{
			w.Workers.AddReason(t.Context(), v, "Études"), w.Workers.RenameReason(t.Context(), v, "housing", "X"),
			w.Workers.RetireReason(t.Context(), v, "housing", true), w.Workers.RaiseReason(t.Context(), v, "housing"),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%v changed the list: %v", v, err)
			}
		}
	}
	for name, label := range map[string]string{"no letter": "★★★", "known": "Logement", "known in capitals": "LOGEMENT", "its name is known": "Housing"} {
		if err := w.Workers.AddReason(t.Context(), w.Admin, label); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.Workers.RenameReason(t.Context(), w.Admin, "housing", "famille"); !fault.Is(err, fault.Invalid) {
		t.Errorf("two reasons with the same words: %v", err)
	}
	for _, err := range []error{
		w.Workers.RenameReason(t.Context(), w.Admin, "nothing", "X"), w.Workers.RetireReason(t.Context(), w.Admin, "nothing", true),
		w.Workers.RaiseReason(t.Context(), w.Admin, "nothing"),
	} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a reason that is none: %v", err)
		}
	}
	for _, slug := range []string{"money", "family", "caregiving", "disability", "retirement"} {
		must(t, w.Workers.RetireReason(t.Context(), w.Admin, slug, true))
	}
	if err := w.Workers.RetireReason(t.Context(), w.Admin, "housing", true); !fault.Is(err, fault.Conflict) {
		t.Errorf("the last reason went: %v", err)
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
			t.Errorf("page %d holds %d sheets, more %v, %v", page, len(sheets), more, err)
		}
		for _, sheet := range sheets {
			if !all[sheet.ID] {
				t.Errorf("somebody stands on two pages")
			}
			delete(all, sheet.ID)
		}
	}
	if len(all) != 0 {
		t.Errorf("%d people are on no page", len(all))
	}
}

// A worker who moves reads their own times elsewhere; the agenda stays where it is.
func TestR14_AnAgendaKeepsItsZoneWhenItsWorkerTravels(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	lea := w.SocialWorkerWithoutOpenings(t, "Léa", "Payet", "Indian/Reunion")
	paris, err := time.LoadLocation("Europe/Paris")
	must(t, err)
	lea.Zone = paris
	zone, err := w.Agendas.Zone(t.Context(), lea)
	if err != nil || zone.String() != "Indian/Reunion" {
		t.Errorf("the agenda stands in %v, %v", zone, err)
	}
	if _, err := w.Agendas.Zone(t.Context(), w.Beneficiary(t, "Zoé", "Vidal")); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a beneficiary has an agenda: %v", err)
	}
}

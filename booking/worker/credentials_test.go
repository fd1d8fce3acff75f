package worker_test

import (
	"slices"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/search"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

func TestR42_ASlotAfterTheInsuranceEndsIsNotBooked(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	nadia, zoe := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	tomorrow := bookingtest.Start.AddDate(0, 0, 1)
	w.Insure(t, nadia, bookingtest.Insured(bookingtest.Start.AddDate(-1, 0, 0), tomorrow))
	// The last insured day ends at midnight in Paris, at 23:00 UTC.
	midnight := time.Date(2026, 12, 1, 23, 0, 0, 0, time.UTC)
	for name, at := range map[string]time.Time{"the first slot after": midnight, "the week after": midnight.AddDate(0, 0, 7)} {
		if _, err := w.Bookings.Book(ctx, zoe, requestAt(nadia, at)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v, want Invalid", name, err)
		}
	}
	available, err := w.Agendas.AvailableSlots(ctx, nadia.ID, slot.Period{From: bookingtest.Start, To: midnight.AddDate(0, 0, 7)})
	must(t, err)
	if len(available) == 0 || !available[len(available)-1].StartsAt.Equal(midnight.Add(-time.Hour)) {
		t.Errorf("%d slots are offered: %v", len(available), available)
	}
	if _, err := w.Bookings.Book(ctx, zoe, requestAt(nadia, midnight.Add(-time.Hour))); err != nil {
		t.Errorf("the last insured slot: %v", err)
	}
	// Another insurance that follows without a gap makes the slots after it bookable.
	next := bookingtest.Insured(tomorrow.AddDate(0, 0, 1), tomorrow.AddDate(1, 0, 0))
	next.SocialWorkerID = nadia.ID
	must(t, w.Workers.RecordCredential(ctx, w.Admin, next))
	if _, err := w.Bookings.Book(ctx, zoe, requestAt(nadia, midnight)); err != nil {
		t.Errorf("the first slot of the next insurance: %v", err)
	}
}

func TestR42_ASlotOverMidnightNeedsBothDaysInsured(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, zoe := w.SocialWorkerWithoutOpenings(t, "Nadia", "Le Goff", "Europe/Paris"), w.Beneficiary(t, "Zoé", "Vidal")
	w.Open(t, nadia, slot.Opening{Weekday: 2, FirstDay: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Starts: 23*60 + 30, Ends: 24*60 + 30, Modes: slot.Modes})
	at := time.Date(2026, 12, 1, 22, 30, 0, 0, time.UTC)
	w.Insure(t, nadia, bookingtest.Insured(bookingtest.Start, at))
	if _, err := w.Bookings.Book(t.Context(), zoe, requestAt(nadia, at)); !fault.Is(err, fault.Invalid) {
		t.Errorf("with only its first half insured: %v", err)
	}
	w.Insure(t, nadia, bookingtest.Insured(bookingtest.Start, at.AddDate(0, 0, 1)))
	if _, err := w.Bookings.Book(t.Context(), zoe, requestAt(nadia, at)); err != nil {
		t.Errorf("with both days insured: %v", err)
	}
}

func TestR42_AWorkerWithoutDiplomaAndInsuranceIsNeitherFoundNorBooked(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	nadia, zoe := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	at := bookingtest.Start.AddDate(0, 0, 3)
	booked := w.Book(t, zoe, nadia, at, slot.Video)
	found := func() bool {
		t.Helper()
		sheets, _, err := w.Searches.Find(ctx, zoe, search.Search{})
		must(t, err)
		return len(sheets) == 1
	}
	wantGone := func(name string) {
		t.Helper()
		_, err := w.Bookings.Book(ctx, zoe, requestAt(nadia, at.Add(2*time.Hour)))
		if _, agenda := w.Agendas.AvailableSlots(ctx, nadia.ID, slot.Period{From: at, To: at.AddDate(0, 0, 1)}); found() || !fault.Is(err, fault.NotFound) || !fault.Is(agenda, fault.NotFound) {
			t.Errorf("%s: listed %t, booked %v, agenda %v", name, found(), err, agenda)
		}
	}
	if !found() {
		t.Fatal("with both credentials she is not listed")
	}
	w.Insure(t, nadia)
	wantGone("no insurance")
	w.Insure(t, nadia, bookingtest.Insured(bookingtest.Start.AddDate(-2, 0, 0), bookingtest.Start.AddDate(0, 0, -1)))
	wantGone("an insurance that ended yesterday")
	w.Insure(t, nadia, bookingtest.Insured(bookingtest.Start.AddDate(0, 0, 1), bookingtest.Start.AddDate(1, 0, 0)))
	wantGone("an insurance that begins tomorrow")
	renewed := bookingtest.Insured(bookingtest.Start, bookingtest.Start.AddDate(1, 0, 0))
	must(t, w.Workers.SubmitInsurance(ctx, nadia, renewed))
	pending, err := w.Workers.Standing(ctx, nadia, nadia.ID)
	must(t, err)
	wantGone("an insurance that nobody confirmed")
	if len(pending.Beyond) != 0 || !pending.Pending() || pending.Bookable() {
		t.Errorf("her standing: %+v", pending)
	}
	w.Insure(t, nadia, renewed)
	standing, err := w.Workers.Standing(ctx, w.Admin, nadia.ID)
	must(t, err)
	for _, c := range standing.Credentials {
		if c.Kind == worker.Diploma {
			must(t, w.Workers.WithdrawCredential(ctx, w.Admin, nadia.ID, c.ID))
		}
	}
	wantGone("no diploma")
	if a, err := w.Appointments.Appointment(ctx, zoe, booked.ID); err != nil || a.Status != appointment.Confirmed {
		t.Errorf("the existing appointment: %s, %v", a.Status, err)
	}
	own, err := w.Workers.Standing(ctx, nadia, nadia.ID)
	if err != nil || len(own.Beyond) != 1 || own.Beyond[0].BeneficiaryName != "Zoé Vidal" {
		t.Errorf("the worker sees as not covered: %+v, %v", own.Beyond, err)
	}
	seen, err := w.Workers.Standing(ctx, w.Admin, nadia.ID)
	if err != nil || len(seen.Beyond) != 1 || seen.Beyond[0].BeneficiaryName != "" {
		t.Errorf("the administration sees as not covered: %+v, %v", seen.Beyond, err)
	}
}

func TestR42_OnlyAnAdministratorConfirmsACredential(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	nadia, rose, zoe := w.SocialWorker(t, "Nadia", "Le Goff"), w.SocialWorker(t, "Rose", "Petit"), w.Beneficiary(t, "Zoé", "Vidal")
	admin := w.Member(t, viewer.Administrator, "Claire")
	must(t, w.Workers.SubmitInsurance(ctx, nadia, bookingtest.Insured(bookingtest.Start, bookingtest.Start.AddDate(1, 0, 0))))
	standing, err := w.Workers.Standing(ctx, nadia, nadia.ID)
	must(t, err)
	sent := standing.Credentials[slices.IndexFunc(standing.Credentials, worker.Credential.Pending)]
	forged := bookingtest.Registration()
	forged.SocialWorkerID = nadia.ID
	for name, v := range map[string]*viewer.Viewer{
		"the worker": nadia, "another worker": rose, "a beneficiary": zoe, "nobody": nil, "the switchboard": {ID: uuid.New(), Role: viewer.Switchboard, Complete: true},
	} {
		for act, err := range map[string]error{
			"confirm": w.Workers.ConfirmCredential(ctx, v, nadia.ID, sent.ID), "withdraw": w.Workers.WithdrawCredential(ctx, v, nadia.ID, sent.ID),
			"record": w.Workers.RecordCredential(ctx, v, forged),
		} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s, %s: %v", name, act, err)
			}
		}
		if _, err := w.Workers.Standing(ctx, v, nadia.ID); v != nadia && err == nil {
			t.Errorf("%s reads her standing", name)
		}
	}
	if err := w.Workers.ConfirmCredential(ctx, admin, rose.ID, sent.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("under another worker's name: %v", err)
	}
	must(t, w.Workers.ConfirmCredential(ctx, admin, nadia.ID, sent.ID))
	if err := w.Workers.ConfirmCredential(ctx, admin, nadia.ID, sent.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("twice: %v", err)
	}
	lines, err := audit.About(ctx, w.DB.Pool, nadia.ID, 2)
	if err != nil || lines[0].Act != "credential.confirmed" || lines[0].ActorID != admin.ID || lines[0].ObjectID != sent.ID || lines[1].Act != "credential.submitted" {
		t.Errorf("journal: %+v, %v", lines, err)
	}
	must(t, w.Workers.WithdrawCredential(ctx, admin, nadia.ID, sent.ID))
	if err := w.Workers.WithdrawCredential(ctx, admin, nadia.ID, sent.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("withdrawn twice: %v", err)
	}
	for range 3 {
		must(t, w.Workers.SubmitInsurance(ctx, nadia, bookingtest.Insured(bookingtest.Start, bookingtest.Start.AddDate(1, 0, 0))))
	}
	if err := w.Workers.SubmitInsurance(ctx, nadia, bookingtest.Insured(bookingtest.Start, bookingtest.Start)); !fault.Is(err, fault.Invalid) {
		t.Errorf("a fourth that is pending: %v", err)
	}
}

func TestR42_AnInvalidCredentialIsNotRecorded(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia := w.SocialWorker(t, "Nadia", "Le Goff")
	change := func(c worker.Credential, f func(*worker.Credential)) worker.Credential {
		c.SocialWorkerID = nadia.ID
		f(&c)
		return c
	}
	until := bookingtest.Start.AddDate(1, 0, 0)
	for name, c := range map[string]worker.Credential{
		"a short RPPS number":       change(bookingtest.Registration(), func(c *worker.Credential) { c.Number = "123" }),
		"an unknown register":       change(bookingtest.Registration(), func(c *worker.Credential) { c.Register = "finess" }),
		"no day of check":           change(bookingtest.Registration(), func(c *worker.Credential) { c.CheckedOn = time.Time{} }),
		"no insurer":                change(bookingtest.Insured(bookingtest.Start, until), func(c *worker.Credential) { c.Issuer = "" }),
		"no end":                    change(bookingtest.Insured(bookingtest.Start, until), func(c *worker.Credential) { c.Until = time.Time{} }),
		"an end before its start":   change(bookingtest.Insured(until, bookingtest.Start), func(*worker.Credential) {}),
		"an ADELI number of 11":     change(bookingtest.Registration(), func(c *worker.Credential) { c.Register = worker.ADELI }),
		"no policy number":          change(bookingtest.Insured(bookingtest.Start, until), func(c *worker.Credential) { c.Number = "" }),
		"a diploma without a title": change(bookingtest.Registration(), func(c *worker.Credential) { c.Title = "" }),
	} {
		if err := w.Workers.RecordCredential(t.Context(), w.Admin, c); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := w.Workers.RecordCredential(t.Context(), w.Admin, change(bookingtest.Registration(), func(c *worker.Credential) { c.Register, c.Number = worker.ADELI, "2A9312345" })); err != nil {
		t.Errorf("an ADELI number of Corsica: %v", err)
	}
}

// A booking waits for the lock of a withdrawal in progress, and then sees it.
func TestR42_ABookingDuringTheWithdrawalIsRefused(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	nadia, zoe := w.SocialWorker(t, "Nadia", "Le Goff"), w.Beneficiary(t, "Zoé", "Vidal")
	withdrawal, err := w.DB.Pool.Begin(ctx)
	must(t, err)
	_, err = withdrawal.Exec(ctx, `select from social_workers where account_id = $1 for update`, nadia.ID)
	must(t, err)
	_, err = withdrawal.Exec(ctx, `update credentials set withdrawn_at = now() where social_worker_id = $1 and kind = 'insurance'`, nadia.ID)
	must(t, err)
	booked := make(chan error, 1)
	go func() {
		_, err := w.Bookings.Book(ctx, zoe, requestAt(nadia, bookingtest.Start.AddDate(0, 0, 2)))
		booked <- err
	}()
	w.AwaitLocks(t, 1)
	must(t, withdrawal.Commit(ctx))
	if err := <-booked; !fault.Is(err, fault.NotFound) {
		t.Errorf("the booking: %v", err)
	}
}

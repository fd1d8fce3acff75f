package worker_test

import (
	"sync"
	"testing"

	"socialdirect/account/decision"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

// announced counts the queued announcements of ends: all of them, and those to workers.
func announced(t *testing.T, w *bookingtest.World) (all, toWorkers int) {
	t.Helper()
	must(t, w.DB.Pool.QueryRow(t.Context(), `
		select count(*), count(*) filter (where account_id = subject_id)
		from notifications where kind = 'credential_ending'`).Scan(&all, &toWorkers))
	return all, toWorkers
}

func TestR42_AnEndIsAnnouncedOnceAtEachStepToWorkerAndAdministrators(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	nadia := w.SocialWorker(t, "Nadia", "Le Goff")
	claire := w.Member(t, viewer.Administrator, "Claire")
	w.Member(t, viewer.Administrator, "Alix")
	w.Member(t, viewer.DPO, "Hugo")
	last := bookingtest.Start.AddDate(0, 0, 90)
	w.Insure(t, nadia, bookingtest.Insured(bookingtest.Start, last))
	steps := 0
	for left := 90; left >= -40; left-- {
		w.SetNow(last.AddDate(0, 0, -left))
		var instances sync.WaitGroup
		for range 3 {
			instances.Go(func() { must(t, w.Workers.AnnounceEnds(ctx)) })
		}
		instances.Wait()
		if left == 60 || left == 30 || left == 7 || left == -1 {
			steps++
		}
		if all, toWorkers := announced(t, w); all != 3*steps || toWorkers != steps {
			t.Fatalf("%d days left: %d notifications, %d to the worker; want %d and %d", left, all, toWorkers, 3*steps, steps)
		}
	}
	if watched, err := w.Workers.Watched(ctx, claire); err != nil || len(watched) != 1 || watched[0].Bookable() {
		t.Errorf("the administration's list: %+v, %v", watched, err)
	}
	if _, err := w.Workers.Watched(ctx, nadia); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a worker reads the administration's list: %v", err)
	}
	w.Insure(t, nadia, bookingtest.Insured(last, last.AddDate(1, 0, 0)))
	must(t, w.Workers.AnnounceEnds(ctx))
	if all, _ := announced(t, w); all != 3*steps {
		t.Error("a renewed insurance is announced as ending")
	}
	if watched, err := w.Workers.Watched(ctx, claire); err != nil || len(watched) != 0 {
		t.Errorf("a renewed insurance is on the list: %v, %v", watched, err)
	}
}

func TestR42_TheEndOfASuspendedWorkersCredentialIsNotAnnounced(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	nadia, claire := w.SocialWorker(t, "Nadia", "Le Goff"), w.Member(t, viewer.Administrator, "Claire")
	_, err := w.DB.Pool.Exec(t.Context(), `update accounts set password_hash = 'x' where id = $1`, nadia.ID)
	must(t, err)
	w.Insure(t, nadia, bookingtest.Insured(bookingtest.Start, bookingtest.Start.AddDate(0, 0, 3)))
	must(t, w.Accounts.Decisions.Decide(t.Context(), claire, nadia.ID, decision.Decision{Act: decision.Suspend, Reason: "Le temps d’une vérification."}))
	must(t, w.Workers.AnnounceEnds(t.Context()))
	if all, _ := announced(t, w); all != 0 {
		t.Errorf("%d notifications", all)
	}
}

package viewlimit_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/booking/viewlimit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// those makes identifiers of workers, who need not exist.
func those(n int) []uuid.UUID {
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = uuid.New()
	}
	return ids
}

func weeks(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("2026-W%02d", i+1)
	}
	return all
}

func TestR45_APersonWhoComparesTwentyWorkersIsNotLimited(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	limits := viewlimit.New(w.DB)
	zoe, workers := w.Beneficiary(t, "Zoé", "Vidal"), those(20)
	for range 3 { // the list, photos, then back and forth between agendas
		for i := 0; i < len(workers); i += 5 {
			bookingtest.Must(t, limits.CountSheets(ctx, zoe, workers[i:i+5]...))
		}
		for _, worker := range workers {
			bookingtest.Must(t, limits.CountSheets(ctx, zoe, worker))
			for _, week := range weeks(8) {
				bookingtest.Must(t, limits.CountPart(ctx, zoe, worker, week))
			}
		}
	}
	if rows := w.Count(t, `sheet_views`); rows != 20+20*8 {
		t.Errorf("%d rows for 20 sheets and 160 weeks seen three times", rows)
	}
}

func TestR45_AProgramThatReadsEverythingIsThrottled(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	limits := viewlimit.New(w.DB)
	zoe, workers := w.Beneficiary(t, "Zoé", "Vidal"), those(1000)
	harvest := func() (sheets int, err error) {
		for _, worker := range workers {
			if err := limits.CountSheets(ctx, zoe, worker); err != nil {
				return sheets, err
			}
			sheets++
		}
		return sheets, nil
	}
	got, err := harvest()
	if !fault.Is(err, fault.Throttled) || got > 150 || fault.From(err).RetryAfter <= 0 || fault.From(err).RetryAfter > time.Hour {
		t.Errorf("%d sheets, %v", got, err)
	}
	bookingtest.Must(t, limits.CountSheets(ctx, zoe, workers[0])) // viewed within the hour: not counted again
	bookingtest.Must(t, limits.CountSheets(ctx, w.Beneficiary(t, "Paul", "Morel"), workers[got]))
	got = 0
	for ; got < 1000; got++ {
		if err = limits.CountPart(ctx, zoe, workers[got%20], fmt.Sprintf("%04d-W01", 2026+got/20)); err != nil {
			break
		}
	}
	if !fault.Is(err, fault.Throttled) || got > 200 {
		t.Errorf("%d weeks, %v", got, err)
	}
	// The limit of the day applies to a program that reads slowly.
	seen := 0
	for hour := range 24 {
		w.SetNow(bookingtest.Start.Add(time.Duration(hour) * (time.Hour + time.Second)))
		workers = workers[min(seen, len(workers)):]
		seen, err = harvest()
	}
	var all int
	bookingtest.Must(t, w.DB.Pool.QueryRow(ctx, `select count(*) from sheet_views where account_id = $1 and week = ''`, zoe.ID).Scan(&all))
	if !fault.Is(err, fault.Throttled) || all > 500 || fault.From(err).RetryAfter > 24*time.Hour {
		t.Errorf("%d sheets in a day, %v", all, err)
	}
	w.SetNow(bookingtest.Start.Add(3 * 24 * time.Hour))
	bookingtest.Must(t, limits.CountSheets(ctx, zoe, uuid.New()))
	if rows := w.Count(t, `sheet_views`); rows > 1 {
		t.Errorf("%d views are stored longer than a day", rows)
	}
}

func TestR45_RequestsAtOnceAreCountedOneAfterTheOther(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	limits := viewlimit.New(w.DB)
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	var all sync.WaitGroup
	var seen atomic.Int64
	for _, worker := range those(200) {
		all.Go(func() {
			if err := limits.CountSheets(ctx, zoe, worker); err == nil {
				seen.Add(1)
			} else if !fault.Is(err, fault.Throttled) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if seen.Load() != 150 {
		t.Errorf("%d requests were allowed", seen.Load())
	}
}

func TestR45_AdministratorsAreNotLimited(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	limits := viewlimit.New(w.DB)
	if err := limits.CountSheets(context.Background(), &viewer.Viewer{Role: viewer.Administrator, Complete: true}, those(2000)...); err != nil {
		t.Error(err)
	}
}

// A month of an agenda counts like a week, so that neither is a way around the limit.
func TestR45_MonthsAndWeeksOfAgendasCountAlike(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	limits := viewlimit.New(w.DB)
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	seen := 0
	for worker := range 20 {
		id := uuid.NewSHA1(uuid.Nil, []byte{byte(worker)})
		for month := range 12 {
			for _, part := range []string{fmt.Sprintf("2027-%02d", month+1), fmt.Sprintf("2027-W%02d", 4*month+1)} {
				if err := limits.CountPart(t.Context(), zoe, id, part); fault.Is(err, fault.Throttled) {
					if seen != 200 {
						t.Errorf("stopped after %d parts", seen)
					}
					return
				}
				seen++
			}
		}
	}
	t.Errorf("never stopped, after %d parts", seen)
}

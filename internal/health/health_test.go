package health

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func part(name string, vital bool, err error) Part {
	return Part{Name: name, Vital: vital, Check: func(context.Context) error { return err }}
}

func TestR40_OnlyAVitalComponentMakesThePlatformUnavailable(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	for _, c := range []struct {
		vital, other error
		want         Status
		words        [2]string
	}{
		{nil, nil, Ready, [2]string{"ready", "ready"}},
		{nil, ErrOff, Ready, [2]string{"ready", "off"}},
		{nil, gone, Degraded, [2]string{"ready", "away"}},
		{gone, nil, Unavailable, [2]string{"away", "ready"}},
		{gone, gone, Unavailable, [2]string{"away", "away"}},
		{Called(Full, gone), gone, Unavailable, [2]string{"full", "away"}},
	} {
		t.Run(string(c.want), func(t *testing.T) {
			report := New(part("database", true, c.vital), part("storage", false, c.other)).Report()
			if report.Status != c.want || report.Parts["database"] != c.words[0] || report.Parts["storage"] != c.words[1] {
				t.Errorf("%v, %v: %+v, want %s %v", c.vital, c.other, report, c.want, c.words)
			}
		})
	}
}

func TestR40_APlatformThatShutsDownIsUnavailableAtOnce(t *testing.T) {
	t.Parallel()
	m := New(part("database", true, nil))
	if got := m.Report().Status; got != Ready {
		t.Fatal(got)
	}
	m.Leave()
	if got := m.Report().Status; got != Unavailable {
		t.Errorf("leaving: %s", got)
	}
}

// A check that hangs and ignores its context delays the report by the time limit only, and the
// others are checked meanwhile.
func TestR40_ACheckThatHangsDelaysTheReportOnlyBriefly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		hang := func(name string) Part {
			return Part{Name: name, Check: func(context.Context) error { <-release; return nil }}
		}
		began := time.Now()
		report := New(hang("mail"), hang("scanner"), part("database", true, nil)).Report()
		if took := time.Since(began); took != patience {
			t.Errorf("took %s", took)
		}
		if report.Status != Degraded || report.Parts["mail"] != Away || report.Parts["scanner"] != Away || report.Parts["database"] != Works {
			t.Errorf("%+v", report)
		}
		close(release)
	})
}

// A hundred concurrent requests, and further ones at once, cause one check.
func TestR40_FrequentRequestsShareOneCheck(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	m := New(Part{Name: "database", Check: func(context.Context) error {
		asked.Add(1)
		time.Sleep(20 * time.Millisecond)
		return nil
	}})
	flood := func() {
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() { m.Report() })
		}
		all.Wait()
	}
	flood()
	flood()
	if n := asked.Load(); n != 1 {
		t.Errorf("checked %d times", n)
	}
	m.asked = m.asked.Add(-fresh - time.Millisecond)
	flood()
	if n := asked.Load(); n != 2 {
		t.Errorf("checked %d times after a while", n)
	}
}

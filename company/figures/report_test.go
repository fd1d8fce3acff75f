package figures

import (
	"bytes"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/web"
	"socialdirect/web/webtest"

	"net/http"
)

func at(year, month int) time.Time {
	return time.Date(year, time.Month(month), 1, 0, 0, 0, 0, time.UTC)
}

// someCells are published values of two years.
func someCells() map[cell]Published {
	published := map[cell]Published{
		{at(2026, 1), figure{KindMode, "video"}}: 5, {at(2026, 1), figure{KindMode, "phone"}}: Suppressed, {at(2026, 1), figure{KindReason, "money"}}: 2,
		{at(2025, 1), figure{KindMode, "video"}}: 9,
	}
	for month := 1; month <= 12; month++ {
		published[cell{at(2026, month), accountOpened}] = Published(month)
	}
	return published
}

func TestR10_TheReportOfAYearHasItsPublishedCellsAndNoOthers(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC)
	r := newReport("Port", 0, now, reasonLines, someCells())
	if r.Year != 2026 || !slices.Equal(r.Years, []int{2026, 2025}) || len(r.Parts) != 3 {
		t.Fatalf("%+v", r)
	}
	accounts := r.Parts[0].Lines
	if len(accounts) != 12 || accounts[0].Label != "janvier 2026" || accounts[0].Value != 1 || accounts[11].Value != 12 {
		t.Errorf("the months: %+v", accounts)
	}
	if got := r.Parts[1].rows(); got[0][1] != "30" || got[0][2] != "entre 15 et 49" || got[1][1] != "moins de 10" || got[1][2] != "entre 0 et 24" || got[2][1] != "non publié" {
		t.Errorf("the modes: %q", got)
	}
	if r = newReport("Port", 2025, now, reasonLines, someCells()); len(r.Parts) != 1 || r.Parts[0].Lines[0].Value != 9 {
		t.Errorf("2025: %+v", r)
	}
	if r = newReport("Port", 2024, now, reasonLines, someCells()); r.Year != 0 || r.Parts != nil {
		t.Errorf("a year without figures: %+v", r)
	}
}

// Whatever the noise is, up to nearSteps, the range contains the count; it is not wider than
// that needs.
func TestR10_TheReportSaysHowFarANumberMayBeOff(t *testing.T) {
	t.Parallel()
	reached := map[Published][2]int{}
	for count := range 400 {
		for noise := -nearSteps; noise <= nearSteps; noise++ {
			shown := Published(max(0, stepOf(count)+noise))
			least, most := shown.between()
			if count < least || count > most {
				t.Fatalf("%d people with noise %d are shown as %s, %s", count, noise, shown.Words(), shown.Between())
			}
			seen, known := reached[shown]
			if !known {
				seen = [2]int{count, count}
			}
			reached[shown] = [2]int{min(seen[0], count), max(seen[1], count)}
		}
	}
	for _, shown := range []Published{0, 1, 3, 4, 20} {
		if least, most := shown.between(); reached[shown] != [2]int{least, most} {
			t.Errorf("%s: %s, but %v happen", shown.Words(), shown.Between(), reached[shown])
		}
	}
}

func TestR10_TheReportIsShownAndWritten(t *testing.T) {
	t.Parallel()
	page := reportPage{Report: newReport("Port <b>", 0, time.Date(2027, 3, 1, 8, 0, 0, 0, time.UTC), reasonLines, someCells())}
	webtest.Draw(t, []string{"Port <b>"}, page, reportPage{})
	var file bytes.Buffer
	if err := page.document().Write(&file); err != nil || !bytes.HasPrefix(file.Bytes(), []byte("%PDF-")) || !bytes.Contains(file.Bytes(), []byte("/StructTreeRoot")) {
		t.Errorf("%v, %d bytes", err, file.Len())
	}
	if len(page.Notes()) != 4 || !strings.Contains(page.Notes()[1], NearShare()) {
		t.Errorf("%q", page.Notes())
	}
}

// The report is its manager's alone, and of years that were published.
func TestR10_TheReportIsItsManagersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	render, err := web.New(web.Phone{})
	must(t, err)
	h := NewHTTP(w.service, render, fixedReasons)
	ask := func(v *viewer.Viewer, query string) error {
		asked := &web.Request{Request: httptest.NewRequest(http.MethodGet, "/entreprise/rapport"+query, nil), Viewer: v}
		return h.showReport(httptest.NewRecorder(), asked)
	}
	manager := w.managers[0]
	must(t, ask(manager, ""))
	for query, v := range map[string]*viewer.Viewer{"?year=2026": manager, "?year=x": manager, "?year=-1": manager} {
		if err := ask(v, query); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", query, err)
		}
	}
	if err := ask(&viewer.Viewer{Role: viewer.Beneficiary, ClientID: w.ids[0], Complete: true}, ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a beneficiary: %v", err)
	}
}

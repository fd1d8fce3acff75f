package figures

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata"

	"socialdirect/internal/dbtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/noise"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/internal/zone"
	"socialdirect/web"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

var reasonLines = []Line{{"money", "Argent"}, {"housing", "Logement"}, {"family", "Famille"}}

// testKey is a key of its own for each number.
func testKey(n uint64) noise.Key {
	secret := make([]byte, noise.KeySize)
	binary.BigEndian.PutUint64(secret, n)
	key, err := noise.NewKey(secret)
	if err != nil {
		panic(err)
	}
	return key
}

func monthAt(i int) time.Time { return time.Date(2026, time.Month(10-i), 1, 0, 0, 0, 0, time.UTC) }

func yearAt(i int) time.Time { return time.Date(2026-i, 1, 1, 0, 0, 0, 0, time.UTC) }

// hour is one that somebody had.
type hour struct {
	at           time.Time
	mode, reason string
}

// life is what one person did: when the account was opened, and the hours, in order.
type life struct {
	opened time.Time
	hours  []hour
}

// cells are those that a life counts in, by the rule as the requirement writes it.
func (l life) cells() map[cell]bool {
	in := map[cell]bool{}
	if !l.opened.IsZero() {
		in[cell{time.Date(l.opened.Year(), l.opened.Month(), 1, 0, 0, 0, 0, time.UTC), figure{KindAccount, "opened"}}] = true
	}
	counted := map[int]bool{}
	for _, h := range l.hours {
		if year := h.at.Year(); !counted[year] {
			counted[year] = true
			first := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
			in[cell{first, figure{KindMode, h.mode}}], in[cell{first, figure{KindReason, h.reason}}] = true, true
		}
	}
	return in
}

func drawLife(t *rapid.T, name string) life {
	l := life{opened: monthAt(rapid.IntRange(0, 2).Draw(t, name)).AddDate(0, 0, 9)}
	for year := 2; year >= 0; year-- {
		for month := range rapid.IntRange(0, 3).Draw(t, name) {
			l.hours = append(l.hours, hour{
				yearAt(year).AddDate(0, 3*month, 12).Add(9 * time.Hour), rapid.SampledFrom(modes).Draw(t, name), rapid.SampledFrom(reasonLines).Draw(t, name).Key,
			})
		}
	}
	return l
}

func countsOf(lives []life) map[cell]int {
	counts := map[cell]int{}
	for _, l := range lives {
		for c := range l.cells() {
			counts[c]++
		}
	}
	return counts
}

// everyCell are those of three months and three years.
func everyCell() (all []cell) {
	for i := range 3 {
		all = append(all, cell{monthAt(i), accountOpened})
		for _, kind := range []Kind{KindMode, KindReason} {
			for _, line := range linesOf(kind, reasonLines) {
				all = append(all, cell{yearAt(i), figure{kind, line.Key}})
			}
		}
	}
	return all
}

func publishAll(key noise.Key, client uuid.UUID, counts map[cell]int) map[cell]Published {
	published := map[cell]Published{}
	for _, c := range everyCell() {
		published[c] = publish(key, client, c, counts[c])
	}
	return published
}

// output is the bytes that a manager gets: page, file and JSON.
type output struct{ page, file, json string }

func outputOf(t testing.TB, render *web.Renderer, published map[cell]Published) output {
	t.Helper()
	figures := Figures{Client: "Exemple", Next: time.Date(2026, 12, 10, 0, 0, 0, 0, time.UTC), Tables: tablesOf(reasonLines, published)}
	page := httptest.NewRecorder()
	must(t, render.Render(page, &web.Request{Request: httptest.NewRequest(http.MethodGet, "/entreprise/chiffres", nil)}, http.StatusOK, figuresPage{figures}))
	file, err := figures.csv()
	must(t, err)
	answer, err := json.Marshal(figures.ForPrograms())
	must(t, err)
	return output{page.Body.String(), string(file), string(answer)}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// step is which of the looks a count has; written anew here, from the requirement.
func step(count int) int {
	if count < 10 {
		return 0
	}
	return count/5 - 1 // 10 to 14: 1, 15 to 19: 2…
}

// Two worlds that differ by one person give the manager the same bytes, with the same
// key, while every count stays in its step; a count that leaves its step moves what is
// published by one step at most, and nothing else moves with it.
func TestR10_TwoWorldsThatDifferByOnePersonTellTheSame(t *testing.T) {
	t.Parallel()
	render, err := web.New(web.Phone{})
	must(t, err)
	same, moved := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		key, client := testKey(rapid.Uint64().Draw(rt, "key")), uuid.UUID{1}
		lives := make([]life, rapid.IntRange(0, 24).Draw(rt, "people"))
		for i := range lives {
			lives[i] = drawLife(rt, "life")
		}
		without := countsOf(lives)
		with := countsOf(append(slices.Clone(lives), drawLife(rt, "one more")))
		a, b := publishAll(key, client, without), publishAll(key, client, with)
		crossed := crossings(rt, without, with)
		for c := range a {
			if difference := b[c] - a[c]; difference != 0 && (!crossed[c] || difference != 1) {
				rt.Fatalf("%v moved from %d to %d; its count left its step: %v", c, a[c], b[c], crossed[c])
			}
		}
		if before, after := outputOf(t, render, a), outputOf(t, render, b); (before == after) != maps.Equal(a, b) {
			rt.Fatalf("what is published is the same: %v; the bytes are: %v\n%s\n%s", maps.Equal(a, b), before == after, before.json, after.json)
		}
		if len(crossed) == 0 {
			same++
		} else {
			moved++
		}
	})
	if same == 0 || moved == 0 {
		t.Errorf("the histories show nothing: %d alike, %d moved", same, moved)
	}
}

// crossings are the cells whose count left its step.
func crossings(t *rapid.T, without, with map[cell]int) map[cell]bool {
	crossed := map[cell]bool{}
	for c, n := range with {
		switch step(n) - step(without[c]) {
		case 0:
		case 1:
			crossed[c] = true
		default:
			t.Fatalf("%v: from %d to %d is more than one step", c, without[c], n)
		}
	}
	return crossed
}

func TestR10_SmallNumbersLookAlikeAndOthersAreStepsOfFive(t *testing.T) {
	t.Parallel()
	for published, want := range map[Published]string{Suppressed: "moins de 10", 1: "10", 2: "15", 3: "20", 199: "1000", Unpublished: "non publié"} {
		if got := published.Words(); got != want {
			t.Errorf("%d is written %q, want %q", published, got, want)
		}
	}
	for count := range 1000 {
		if got := stepOf(count); got != step(count) {
			t.Fatalf("%d is in step %d, want %d", count, got, step(count))
		}
	}
}

// What is published of a count is its step and the noise of its cell, never below the
// least, and another cell's noise is another.
func TestR10_WhatIsPublishedIsTheStepAndTheNoiseOfItsCell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key, client := testKey(rapid.Uint64().Draw(t, "key")), uuid.UUID{byte(rapid.IntRange(0, 9).Draw(t, "client"))}
		c := rapid.SampledFrom(everyCell()).Draw(t, "cell")
		high := 10_000
		drawn := int(publish(key, client, c, high)) - step(high)
		count := rapid.IntRange(0, 400).Draw(t, "count")
		if got := publish(key, client, c, count); int(got) != max(0, step(count)+drawn) {
			t.Fatalf("%d with noise %d is published as %d", count, drawn, got)
		}
	})
	names := map[string]int{}
	for n := range 60 {
		key := testKey(uint64(n))
		reference := publish(key, uuid.UUID{1}, cell{yearAt(0), figure{KindMode, "video"}}, 1000)
		for name, other := range map[string]Published{
			"another client": publish(key, uuid.UUID{2}, cell{yearAt(0), figure{KindMode, "video"}}, 1000),
			"another year":   publish(key, uuid.UUID{1}, cell{yearAt(1), figure{KindMode, "video"}}, 1000),
			"another table":  publish(key, uuid.UUID{1}, cell{yearAt(0), figure{KindReason, "video"}}, 1000),
			"another line":   publish(key, uuid.UUID{1}, cell{yearAt(0), figure{KindMode, "phone"}}, 1000),
			"another key":    publish(testKey(uint64(n+60)), uuid.UUID{1}, cell{yearAt(0), figure{KindMode, "video"}}, 1000),
		} {
			if other != reference {
				names[name]++
			}
		}
	}
	for name, differ := range names {
		if differ < 30 {
			t.Errorf("%s has other noise %d times of 60", name, differ)
		}
	}
	if len(names) != 5 {
		t.Errorf("noise differs for %v alone", names)
	}
}

func TestR10_APeriodIsPublishedOnTheTenthAfterItInParis(t *testing.T) {
	t.Parallel()
	c := figured{StartsOn: time.Date(2024, 11, 15, 0, 0, 0, 0, time.UTC), EndsOn: time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC)}
	for at, want := range map[string]string{
		"2024-12-09T22:59:59Z": " / ", "2024-12-09T23:00:00Z": "2024-11 / ", "2025-01-09T22:59:59Z": "2024-11 / ", "2025-01-09T23:00:00Z": "2024-11 2024-12 / 2024",
		"2025-05-09T21:59:59Z": "2024-11 2024-12 2025-01 2025-02 2025-03 / 2024",
		"2026-01-09T23:00:00Z": "2024-11 2024-12 2025-01 2025-02 2025-03 2025-04 2025-05 2025-06 2025-07 2025-08 2025-09 2025-10 2025-11 2025-12 / 2024 2025",
	} {
		t.Run(at, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, at)
			must(t, err)
			if got := words(c.due(KindAccount, now), "2006-01") + " / " + words(c.due(KindMode, now), "2006"); got != want {
				t.Errorf("at %s due are %s, want %s", at, got, want)
			}
		})
	}
	c.Since = time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC)
	if got := words(c.due(KindAccount, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)), "2006-01") + " / " + words(c.due(KindReason, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)), "2006"); got != "2026-02 2026-03 / 2026" {
		t.Errorf("of a client that was entered later due are %s", got)
	}
}

func words(periods []time.Time, layout string) string {
	var all []string
	for _, period := range periods {
		all = append(all, period.Format(layout))
	}
	return strings.Join(all, " ")
}

func TestR10_TheNextPublicationIsSaid(t *testing.T) {
	t.Parallel()
	c := figured{StartsOn: time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC), EndsOn: time.Date(2026, 6, 30, 0, 0, 0, 0, time.UTC)}
	for at, want := range map[string]string{
		"2025-01-01": "2026-04-10", "2026-04-09": "2026-04-10", "2026-04-10": "2026-05-10", "2026-07-09": "2026-07-10", "2026-07-10": "2027-01-10", "2027-01-09": "2027-01-10", "2027-01-10": "", "2030-01-01": "",
	} {
		t.Run(at, func(t *testing.T) {
			now, err := time.ParseInLocation(time.DateOnly, at, zone.Paris())
			must(t, err)
			got := ""
			if next := c.nextPublication(now); !next.IsZero() {
				got = next.In(zone.Paris()).Format(time.DateOnly)
			}
			if got != want {
				t.Errorf("at %s the next is %q, want %q", at, got, want)
			}
		})
	}
}

func TestR10_TheLatestTwelveMonthsAndFiveYearsAreShown(t *testing.T) {
	t.Parallel()
	published := map[cell]Published{}
	for i := range 20 {
		published[cell{monthAt(i), accountOpened}] = 1
		published[cell{yearAt(i), figure{KindMode, "video"}}] = 1
		published[cell{yearAt(i), figure{KindReason, "money"}}] = 1
	}
	tables := tablesOf(reasonLines, published)
	if got := words(tables[0].Periods, "2006-01"); got != "2026-10 2026-09 2026-08 2026-07 2026-06 2026-05 2026-04 2026-03 2026-02 2026-01 2025-12 2025-11" {
		t.Errorf("months: %s", got)
	}
	for _, table := range tables[1:] {
		if got := words(table.Periods, "2006"); got != "2026 2025 2024 2023 2022" {
			t.Errorf("years: %s", got)
		}
	}
	// A line that came after the publication has nothing in the years before.
	if got := fmt.Sprint(tables[2].Rows[0]); got != "[1 -1 -1]" {
		t.Errorf("a row is %s", got)
	}
	text, err := json.Marshal(Figures{Tables: tables}.ForPrograms())
	must(t, err)
	if !bytes.Contains(text, []byte(`"by_reason":[{"key":"money","label":"Argent","value":10}]`)) {
		t.Errorf("the interface says %s", text)
	}
}

func TestR10_TheFileIsForFrenchSpreadsheetsAndHoldsNoFormula(t *testing.T) {
	t.Parallel()
	reasons := []Line{{"x", `=HYPERLINK("http://evil.example";"a")`}, {"y", "Argent ; dettes"}, {"z", ""}}
	tables := tablesOf(reasons, map[cell]Published{
		{monthAt(0), accountOpened}: 1, {yearAt(1), figure{KindReason, "x"}}: Suppressed, {yearAt(1), figure{KindReason, "y"}}: 4,
	})
	text, err := Figures{Tables: tables}.csv()
	must(t, err)
	for _, want := range []string{"\ufeffPériode;Tableau;Ligne;Nombre\r\n", `"'=HYPERLINK(""http://evil.example"";""a"")";moins de 10`, `"Argent ; dettes";25`, "2026-10;", "2025;Personnes"} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("the file lacks %q:\n%s", want, text)
		}
	}
}

// world is two clients with a manager each, on a real database.
type world struct {
	db       *postgres.DB
	now      time.Time
	service  *Service
	ids      [2]uuid.UUID
	managers [2]*viewer.Viewer
}

var beganOn = time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{now: beganOn}
	db, err := postgres.Open(context.Background(), dbtest.New(t), 8)
	must(t, err)
	t.Cleanup(db.Close)
	w.db = db.At(func() time.Time { return w.now })
	w.service = (&Service{db: w.db, noise: testKey(7)})
	for i, slug := range []string{"un", "deux"} {
		must(t, w.db.Pool.QueryRow(context.Background(), `
			insert into clients (name, slug, starts_on, ends_on, modes, sites, figures_since, created_at)
			values ('Exemple', $1, '2020-08-20', '2027-12-31', '{video}', '{}', $2::timestamptz::date, $2) returning id`, slug, w.now).Scan(&w.ids[i]))
		w.managers[i] = &viewer.Viewer{ID: uuid.New(), Role: viewer.ClientManager, ClientID: w.ids[i], Complete: true}
	}
	w.now = time.Date(2027, 1, 15, 9, 0, 0, 0, time.UTC)
	return w
}

// opened counts accounts, standing at an instant.
func (w *world) opened(t testing.TB, client uuid.UUID, at time.Time, times int) {
	t.Helper()
	for range times {
		must(t, w.db.At(func() time.Time { return at }).InTx(context.Background(), func(tx postgres.Tx) error {
			return CountAccount(context.Background(), tx, client)
		}))
	}
}

func (w *world) hadHour(t testing.TB, client uuid.UUID, h hour) {
	t.Helper()
	must(t, w.db.InTx(context.Background(), func(tx postgres.Tx) error {
		return CountHour(context.Background(), tx, client, h.at, h.mode, h.reason)
	}))
}

func (w *world) counts(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	must(t, w.db.Pool.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

func fixedReasons(context.Context) ([]Line, error) { return reasonLines, nil }

// get asks a handler for its bytes, as a viewer.
func get(t testing.TB, v *viewer.Viewer, handler web.Handler) (string, error) {
	t.Helper()
	answer := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/entreprise/chiffres", nil)
	err := handler(answer, &web.Request{Request: r, Viewer: v})
	return fmt.Sprint(answer.Header()) + answer.Body.String(), err
}

func TestR10_FiguresCannotBeHadBeforePublication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	december := time.Date(2026, 12, 31, 22, 30, 0, 0, time.UTC) // 23:30 in Paris, on the year's last day
	w.opened(t, w.ids[0], december, 120)
	w.opened(t, w.ids[0], december.Add(time.Hour), 300) // January
	for range 120 {
		w.hadHour(t, w.ids[0], hour{december, "video", "money"})
	}
	w.hadHour(t, w.ids[0], hour{december.Add(time.Hour), "phone", "family"})
	latest := func(at time.Time) (month, year string) {
		w.now = at
		must(t, w.service.PublishDue(t.Context(), reasonLines))
		figures, err := w.service.figures(t.Context(), w.managers[0], reasonLines)
		must(t, err)
		if figures.Tables[1].Periods[0] != figures.Tables[2].Periods[0] {
			t.Error("modes and reasons are not published together")
		}
		return figures.Tables[0].Periods[0].Format("2006-01"), figures.Tables[1].Periods[0].Format("2006")
	}
	eve := time.Date(2027, 1, 9, 22, 59, 59, 0, time.UTC)
	if month, year := latest(eve); month != "2026-11" || year != "2025" {
		t.Errorf("before the tenth: %s, %s", month, year)
	}
	if month, year := latest(eve.Add(time.Second)); month != "2026-12" || year != "2026" {
		t.Errorf("from the tenth on: %s, %s", month, year)
	}
	figures, err := w.service.figures(t.Context(), w.managers[0], reasonLines)
	must(t, err)
	client := w.ids[0]
	for _, c := range []struct {
		got  Published
		cell cell
		of   int
	}{
		{figures.Tables[0].Rows[0][0], cell{time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), accountOpened}, 120},
		{figures.Tables[1].Rows[0][0], cell{yearAt(0), figure{KindMode, "video"}}, 120},
		{figures.Tables[1].Rows[0][1], cell{yearAt(0), figure{KindMode, "phone"}}, 0},
		{figures.Tables[2].Rows[0][0], cell{yearAt(0), figure{KindReason, "money"}}, 120},
	} {
		if want := publish(testKey(7), client, c.cell, c.of); c.got != want {
			t.Errorf("%v is %d, want %d", c.cell, c.got, want)
		}
	}
}

// A period is published once, whoever comes round and however many at once; the counts
// behind it are gone, and nothing that is counted late changes it.
func TestR10_AFigureIsPublishedOnceAndItsCountIsDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	november := time.Date(2026, 11, 10, 9, 0, 0, 0, time.UTC)
	w.opened(t, w.ids[0], november, 43)
	w.hadHour(t, w.ids[0], hour{november, "video", "money"})
	var all sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		all.Go(func() { errs[i] = w.service.PublishDue(context.Background(), reasonLines) })
	}
	all.Wait()
	must(t, errors.Join(errs...))
	read := func() map[cell]Published {
		published, err := readPublished(t.Context(), w.db.Pool, w.ids[0])
		must(t, err)
		return published
	}
	first := read()
	if got, want := first[cell{time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), accountOpened}], publish(testKey(7), w.ids[0], cell{time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), accountOpened}, 43); got != want {
		t.Errorf("November is %d, want %d", got, want)
	}
	// Every line of every period since the client was entered, empty or not.
	if len(first) != 36+3*(3+len(reasonLines)) {
		t.Errorf("%d cells are published", len(first))
	}
	if n := w.counts(t, `select count(*) from client_figures`); n != 0 {
		t.Errorf("%d counts are left", n)
	}
	w.opened(t, w.ids[0], november, 100)
	w.hadHour(t, w.ids[0], hour{november, "phone", "family"})
	must(t, w.service.PublishDue(t.Context(), append(reasonLines, Line{"new", "Nouveau"})))
	if !maps.Equal(read(), first) {
		t.Error("what is published has changed")
	}
	if n := w.counts(t, `select count(*) from client_figures`); n != 0 {
		t.Errorf("%d counts that came too late are left", n)
	}
}

// With another key nothing is published, and the platform does not start.
func TestR10_AnotherNoiseKeyIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.service.CheckKey(t.Context()))
	must(t, (&Service{db: w.db, noise: testKey(7)}).CheckKey(t.Context()))
	other := (&Service{db: w.db, noise: testKey(8)})
	if err := other.CheckKey(t.Context()); !errors.Is(err, errKey) {
		t.Errorf("another key: %v", err)
	}
	if err := other.PublishDue(t.Context(), reasonLines); !errors.Is(err, errKey) {
		t.Errorf("publishing with another key: %v", err)
	}
	if n := w.counts(t, `select count(*) from published_figures`); n != 0 {
		t.Errorf("%d cells are published with another key", n)
	}
}

func TestR10_AClientsFiguresAreItsManagersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.opened(t, w.ids[0], monthAt(0).Add(12*time.Hour), 2500)
	must(t, w.service.PublishDue(t.Context(), reasonLines))
	figures, err := w.service.figures(t.Context(), w.managers[1], reasonLines)
	must(t, err)
	for _, table := range figures.Tables {
		for _, row := range table.Rows {
			if slices.ContainsFunc(row, func(p Published) bool { return p > 100 }) {
				t.Errorf("the other client sees %v", row)
			}
		}
	}
	for _, v := range []*viewer.Viewer{nil, {Role: viewer.ClientManager}} {
		if _, err := w.service.figures(t.Context(), v, reasonLines); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%+v: %v", v, err)
		}
	}
	for _, role := range viewer.Roles {
		if role == viewer.ClientManager {
			continue
		}
		if _, err := w.service.figures(t.Context(), &viewer.Viewer{ID: uuid.New(), Role: role, ClientID: w.ids[0], Complete: true}, reasonLines); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", role, err)
		}
	}
}

// The same through the database and the handlers: one client's history published twice,
// with one person more the second time, under the same key.
func TestR10_TwoWorldsTellTheSameThroughTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	render, err := web.New(web.Phone{})
	must(t, err)
	pages := NewHTTP(w.service, render, fixedReasons)
	handlers := []web.Handler{pages.Page, pages.CSV, w.forPrograms}
	rng := rapid.Custom(func(t *rapid.T) life { return drawLife(t, "life") })
	same, moved := 0, 0
	for history := range 24 {
		lives := make([]life, 20+history)
		for i := range lives {
			lives[i] = rng.Example(history*100 + i)
		}
		more := append(slices.Clone(lives), rng.Example(history*100+99))
		a, b := w.outputsOf(t, handlers, lives), w.outputsOf(t, handlers, more)
		differ := false
		for _, c := range everyCell() {
			without, with := countsOf(lives)[c], countsOf(more)[c]
			differ = differ || publish(testKey(7), w.ids[0], c, without) != publish(testKey(7), w.ids[0], c, with)
		}
		for i := range handlers {
			if (a[i] != b[i]) != differ {
				t.Fatalf("history %d: a published value differs: %v; the bytes differ: %v\n%s\n%s", history, differ, a[i] != b[i], a[i], b[i])
			}
		}
		if differ {
			moved++
		} else {
			same++
		}
	}
	if same == 0 || moved == 0 {
		t.Errorf("the histories show nothing: %d alike, %d moved", same, moved)
	}
}

// forPrograms answers as the interface for programs does.
func (w *world) forPrograms(answer http.ResponseWriter, r *web.Request) error {
	figures, err := NewHTTP(w.service, nil, fixedReasons).Of(r)
	if err != nil {
		return err
	}
	return json.NewEncoder(answer).Encode(figures.ForPrograms())
}

// outputsOf counts lives in an empty database, publishes, and asks each handler.
func (w *world) outputsOf(t testing.TB, handlers []web.Handler, lives []life) (bytes []string) {
	t.Helper()
	_, err := w.db.Pool.Exec(t.Context(), `truncate client_figures, published_figures`)
	must(t, err)
	must(t, w.db.InTx(t.Context(), func(tx postgres.Tx) error {
		for _, l := range lives {
			for c := range l.cells() {
				if err := addToFigure(t.Context(), tx, w.ids[0], c.period, c.figure); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	must(t, w.service.PublishDue(t.Context(), reasonLines))
	for _, handler := range handlers {
		answer, err := get(t, w.managers[0], handler)
		must(t, err)
		bytes = append(bytes, answer)
	}
	return bytes
}

// What is stored knows no person, and no time finer than the month.
func TestR10_WhatIsStoredPointsToNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for table, want := range map[string]string{
		"client_figures":    "[{client_id uuid} {kind text} {line text} {people integer} {period date}]",
		"published_figures": "[{client_id uuid} {kind text} {line text} {period date} {steps integer}]",
	} {
		t.Run(table, func(t *testing.T) {
			rows, err := postgres.All[struct{ ColumnName, DataType string }](t.Context(), w.db.Pool, `
			select column_name::text, data_type::text from information_schema.columns where table_name = $1 order by 1`, table)
			must(t, err)
			if got := fmt.Sprint(rows); got != want {
				t.Errorf("%s holds %s", table, got)
			}
		})
	}
	w.opened(t, w.ids[0], w.now, 1)
	w.hadHour(t, w.ids[0], hour{w.now, "video", "money"})
	for _, sql := range []string{
		`update client_figures set period = '2026-10-02' where kind = 'account'`, `update client_figures set period = '2026-10-01' where kind = 'mode'`,
		`insert into published_figures (client_id, kind, period, line, steps) select id, 'mode', '2026-10-01', 'video', 1 from clients`,
	} {
		if _, err := w.db.Pool.Exec(t.Context(), sql); err == nil {
			t.Errorf("a finer time can be stored: %s", sql)
		}
	}
}

// Before anything is published, and with nothing in them, the pages still stand.
func TestR10_PagesStandWithNothingInThem(t *testing.T) {
	t.Parallel()
	render, err := web.New(web.Phone{})
	must(t, err)
	fresh := Figures{Client: "Exemple", Next: time.Date(2026, 12, 10, 0, 0, 0, 0, time.UTC), Tables: tablesOf(reasonLines, nil)}
	for want, page := range map[string]web.Page{
		"Rien n’est encore publié.": figuresPage{}, "Prochaine parution": figuresPage{fresh},
	} {
		t.Run(want, func(t *testing.T) {
			answer := httptest.NewRecorder()
			must(t, render.Render(answer, &web.Request{Request: httptest.NewRequest(http.MethodGet, "/", nil)}, http.StatusOK, page))
			if !strings.Contains(answer.Body.String(), want) || strings.Contains(answer.Body.String(), "<table") {
				t.Errorf("%T lacks %q:\n%s", page, want, answer.Body)
			}
		})
	}
}

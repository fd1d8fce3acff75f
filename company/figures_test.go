package company

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	_ "time/tzdata" // zones do not depend on the machine

	"socialdirect/internal/dbtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

var reasonLines = []Line{{"money", "Argent"}, {"housing", "Logement"}, {"family", "Famille"}}

func monthAt(i int) time.Time { return time.Date(2026, time.Month(10-i), 1, 0, 0, 0, 0, time.UTC) }

var threeMonths = []time.Time{monthAt(0), monthAt(1), monthAt(2)}

// allFigures are the lines that somebody can be counted in.
var allFigures = []Figure{
	AccountOpened, BookedByMode("video"), BookedByMode("phone"), BookedByMode("in_person"),
	BookedForReason("money"), BookedForReason("housing"), BookedForReason("family"),
}

// life is what one person was counted in: each line of a month once at most.
type life map[cell]bool

func drawLife(t *rapid.T, name string) life {
	l := life{}
	for _, month := range threeMonths {
		for _, figure := range allFigures {
			if rapid.IntRange(0, 2).Draw(t, name) > 0 {
				l[cell{month, figure}] = true
			}
		}
	}
	return l
}

func countsOf(lives []life) map[cell]int {
	counts := map[cell]int{}
	for _, l := range lives {
		for c := range l {
			counts[c]++
		}
	}
	return counts
}

// told are the bytes that a manager gets: page, file and JSON.
type told struct{ page, file, json string }

func tell(t testing.TB, render *web.Renderer, tables []FiguresTable) told {
	t.Helper()
	figures := Figures{Client: "Exemple", Months: threeMonths, Next: time.Date(2026, 12, 10, 0, 0, 0, 0, time.UTC), Tables: tables}
	page := httptest.NewRecorder()
	must(t, render.Render(page, httptest.NewRequest(http.MethodGet, "/entreprise/chiffres", nil), http.StatusOK, figuresPage{figures}))
	file, err := figures.csv()
	must(t, err)
	answer, err := json.Marshal(figures.answer())
	must(t, err)
	return told{page.Body.String(), string(file), string(answer)}
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

// Two worlds that differ by one person tell the manager the same bytes while every
// count stays in its step; a count that leaves its step moves by one, and nothing
// else moves with it.
func TestR10_TwoWorldsThatDifferByOnePersonTellTheSame(t *testing.T) {
	t.Parallel()
	render, err := web.New(web.Phone{})
	must(t, err)
	same, moved := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		lives := make([]life, rapid.IntRange(0, 24).Draw(rt, "people"))
		for i := range lives {
			lives[i] = drawLife(rt, "life")
		}
		without := countsOf(lives)
		with := countsOf(append(slices.Clone(lives), drawLife(rt, "one more")))
		a, b := publishFigures(threeMonths, reasonLines, without), publishFigures(threeMonths, reasonLines, with)
		before, after := tell(t, render, a), tell(t, render, b)
		crossed := crossings(rt, without, with)
		if len(crossed) == 0 {
			same++
			if before != after {
				rt.Fatalf("no count left its step, and the bytes differ:\n%s\n%s", before.json, after.json)
			}
			return
		}
		moved++
		checkMoves(rt, a, b, crossed)
		// The lines that moved put into the first world give the second, byte for byte.
		if tell(t, render, patched(a, b, crossed)) != after {
			rt.Fatal("more than the lines that left their step differs")
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

func checkMoves(t *rapid.T, a, b []FiguresTable, crossed map[cell]bool) {
	each(a, func(i, row, col int, c cell) {
		from, to := a[i].Rows[row][col], b[i].Rows[row][col]
		switch {
		case !crossed[c] && from != to:
			t.Fatalf("%v moved from %d to %d in its step", c, from, to)
		case crossed[c] && !(from == Suppressed && to == Smallest || from >= Smallest && to == from+Step):
			t.Fatalf("%v moved from %d to %d", c, from, to)
		}
	})
}

func each(tables []FiguresTable, f func(table, row, col int, c cell)) {
	for i, table := range tables {
		for row, month := range threeMonths {
			for col, line := range table.Lines {
				f(i, row, col, cell{month, Figure{table.Kind, line.Key}})
			}
		}
	}
}

func patched(a, b []FiguresTable, crossed map[cell]bool) []FiguresTable {
	result := publishFigures(threeMonths, reasonLines, nil)
	each(a, func(i, row, col int, c cell) {
		result[i].Rows[row][col] = a[i].Rows[row][col]
		if crossed[c] {
			result[i].Rows[row][col] = b[i].Rows[row][col]
		}
	})
	return result
}

func TestR10_SmallCountsLookAlikeAndOthersAreRounded(t *testing.T) {
	t.Parallel()
	for count, want := range map[int]string{0: "moins de 10", 1: "moins de 10", 9: "moins de 10", 10: "10", 14: "10", 15: "15", 19: "15", 1004: "1000"} {
		if got := publish(count).Words(); got != want {
			t.Errorf("%d is told as %q, want %q", count, got, want)
		}
	}
}

func TestR10_AMonthIsSeenFromTheTenthOfTheNextInParis(t *testing.T) {
	t.Parallel()
	c := Client{StartsOn: time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC), EndsOn: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}
	for at, want := range map[string]string{
		"2026-03-20T12:00:00Z": "", "2026-04-09T21:59:59Z": "", "2026-04-09T22:00:00Z": "2026-03", "2026-05-09T21:59:59Z": "2026-03",
		"2026-05-09T22:00:00Z": "2026-04 2026-03", "2026-12-09T22:59:59Z": "2026-10 2026-09 2026-08 2026-07 2026-06 2026-05 2026-04 2026-03",
		"2027-06-15T00:00:00Z": "2026-12 2026-11 2026-10 2026-09 2026-08 2026-07 2026-06 2026-05 2026-04 2026-03", "2025-12-20T00:00:00Z": "",
	} {
		now, err := time.Parse(time.RFC3339, at)
		must(t, err)
		var got []string
		for _, month := range publishedMonths(c.StartsOn, c.EndsOn, now) {
			got = append(got, month.Format("2006-01"))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("at %s %v are seen, want %s", at, got, want)
		}
	}
	long := Client{StartsOn: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), EndsOn: c.EndsOn}
	if got := publishedMonths(long.StartsOn, long.EndsOn, time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC)); len(got) != monthsShown {
		t.Errorf("%d months are seen, want %d", len(got), monthsShown)
	}
}

func TestR10_TheNextPublicationIsSaid(t *testing.T) {
	t.Parallel()
	c := Client{StartsOn: time.Date(2026, 3, 15, 0, 0, 0, 0, time.UTC), EndsOn: time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)}
	for at, want := range map[string]string{
		"2025-01-01": "2026-04-10", "2026-04-09": "2026-04-10", "2026-04-10": "2026-05-10", "2026-11-30": "2026-12-10", "2027-01-09": "2027-01-10", "2027-01-10": "", "2030-01-01": "",
	} {
		now, err := time.ParseInLocation(time.DateOnly, at, contractZone())
		must(t, err)
		got := ""
		if next := nextPublication(c.StartsOn, c.EndsOn, now); !next.IsZero() {
			got = next.In(contractZone()).Format(time.DateOnly)
		}
		if got != want {
			t.Errorf("at %s the next is %q, want %q", at, got, want)
		}
	}
}

func TestR10_TheFileIsForFrenchSpreadsheetsAndHoldsNoFormula(t *testing.T) {
	t.Parallel()
	months := threeMonths[:1]
	tables := publishFigures(months, []Line{{"x", `=HYPERLINK("http://evil.example";"a")`}, {"y", "Argent ; dettes"}, {"z", ""}}, map[cell]int{{months[0], BookedForReason("y")}: 27})
	text, err := Figures{Months: months, Tables: tables}.csv()
	must(t, err)
	for _, want := range []string{"\ufeffMois;Tableau;Ligne;Nombre\r\n", `"'=HYPERLINK(""http://evil.example"";""a"")";moins de 10`, `"Argent ; dettes";25`, "2026-10;"} {
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

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{now: time.Date(2026, 11, 15, 9, 0, 0, 0, time.UTC)}
	db, err := postgres.Open(context.Background(), dbtest.New(t), 5)
	must(t, err)
	t.Cleanup(db.Close)
	w.db = db.At(func() time.Time { return w.now })
	w.service = New(w.db)
	for i, slug := range []string{"un", "deux"} {
		w.ids[i], err = w.service.Create(context.Background(), &viewer.Viewer{Role: viewer.Administrator}, Client{
			Name: "Exemple", Slug: slug, StartsOn: time.Date(2026, 8, 20, 0, 0, 0, 0, time.UTC), EndsOn: time.Date(2027, 12, 31, 0, 0, 0, 0, time.UTC),
		})
		must(t, err)
		w.managers[i] = &viewer.Viewer{ID: uuid.New(), Role: viewer.ClientManager, ClientID: w.ids[i], Complete: true}
	}
	return w
}

func (w *world) count(t testing.TB, client uuid.UUID, at time.Time, times int, figures ...Figure) {
	t.Helper()
	for range times {
		must(t, w.db.At(func() time.Time { return at }).InTx(context.Background(), func(tx postgres.Tx) error {
			return Count(context.Background(), tx, client, figures...)
		}))
	}
}

func fixedReasons(context.Context) ([]Line, error) { return reasonLines, nil }

// get asks a handler for its bytes, as a viewer.
func get(t testing.TB, v *viewer.Viewer, handler web.Handler) (string, error) {
	t.Helper()
	answer := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/entreprise/chiffres", nil)
	err := handler(answer, r.WithContext(viewer.With(r.Context(), v)))
	return fmt.Sprint(answer.Header()) + answer.Body.String(), err
}

func TestR10_FiguresCannotBeHadBeforePublication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	october := time.Date(2026, 10, 31, 22, 30, 0, 0, time.UTC) // 23:30 in Paris, on the month's last day
	w.count(t, w.ids[0], october, 12, AccountOpened)
	w.count(t, w.ids[0], october.Add(time.Hour), 30, AccountOpened) // November
	value := func(at time.Time) []Published {
		w.now = at
		figures, err := w.service.Figures(t.Context(), w.managers[0], reasonLines)
		must(t, err)
		var values []Published
		for _, row := range figures.Tables[0].Rows {
			values = append(values, row[0])
		}
		return values
	}
	// August and September are published; a day later, October is.
	if got := value(time.Date(2026, 11, 9, 22, 59, 59, 0, time.UTC)); !slices.Equal(got, []Published{0, 0}) {
		t.Errorf("before the tenth: %v", got)
	}
	if got := value(time.Date(2026, 11, 9, 23, 0, 0, 0, time.UTC)); !slices.Equal(got, []Published{10, 0, 0}) {
		t.Errorf("from the tenth on: %v", got)
	}
	if got := value(time.Date(2026, 12, 9, 23, 0, 0, 0, time.UTC)); !slices.Equal(got, []Published{30, 10, 0, 0}) {
		t.Errorf("a month later: %v", got)
	}
}

func TestR10_AClientsFiguresAreItsManagersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.count(t, w.ids[0], monthAt(0), 25, AccountOpened, BookedByMode("video"), BookedForReason("money"))
	figures, err := w.service.Figures(t.Context(), w.managers[1], reasonLines)
	must(t, err)
	for _, table := range figures.Tables {
		for _, row := range table.Rows {
			if slices.ContainsFunc(row, func(p Published) bool { return p != Suppressed }) {
				t.Errorf("the other client sees %v", row)
			}
		}
	}
	for _, v := range []*viewer.Viewer{nil, {Role: viewer.ClientManager}} {
		if _, err := w.service.Figures(t.Context(), v, reasonLines); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%+v: %v", v, err)
		}
	}
	for _, role := range viewer.Roles {
		if role == viewer.ClientManager {
			continue
		}
		if _, err := w.service.Figures(t.Context(), &viewer.Viewer{ID: uuid.New(), Role: role, ClientID: w.ids[0], Complete: true}, reasonLines); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", role, err)
		}
	}
}

// The same through the database and the handlers: two clients of the same name
// whose histories differ by one person, several times over.
func TestR10_TwoWorldsTellTheSameThroughTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	render, err := web.New(web.Phone{})
	must(t, err)
	pages, machines := NewFiguresHTTP(w.service, render, fixedReasons, true), NewAPI(w.service, fixedReasons)
	handlers := []web.Handler{pages.FiguresPage, pages.FiguresCSV, machines.Figures}
	rng := rapid.Custom(func(t *rapid.T) life { return drawLife(t, "life") })
	same, moved := 0, 0
	for history := range 40 {
		_, err := w.db.Pool.Exec(t.Context(), `delete from client_figures`)
		must(t, err)
		lives := make([]life, history%13+3)
		for i := range lives {
			lives[i] = rng.Example(history*100 + i)
		}
		one := rng.Example(history*100 + 99)
		w.live(t, w.ids[0], lives)
		w.live(t, w.ids[1], append(slices.Clone(lives), one))
		without := countsOf(lives)
		leaves := slices.ContainsFunc(slices.Collect(maps.Keys(one)), func(c cell) bool {
			return c.month != monthAt(3) && step(without[c]) != step(without[c]+1)
		})
		for _, handler := range handlers {
			a, err := get(t, w.managers[0], handler)
			must(t, err)
			b, err := get(t, w.managers[1], handler)
			must(t, err)
			if (a != b) != leaves {
				t.Fatalf("history %d: a count leaves its step: %v; the bytes differ: %v\n%s\n%s", history, leaves, a != b, a, b)
			}
		}
		if leaves {
			moved++
		} else {
			same++
		}
	}
	if same == 0 || moved == 0 {
		t.Errorf("the histories show nothing: %d alike, %d moved", same, moved)
	}
}

// live counts lives as they happen, somewhere within each month.
func (w *world) live(t testing.TB, client uuid.UUID, lives []life) {
	t.Helper()
	for i, l := range lives {
		for c := range l {
			w.count(t, client, c.month.AddDate(0, 0, (i*7)%27).Add(12*time.Hour), 1, c.Figure)
		}
	}
}

// What is stored knows no person and no time finer than the month.
func TestR10_WhatIsStoredPointsToNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rows, err := postgres.All[struct{ ColumnName, DataType string }](t.Context(), w.db.Pool, `
		select column_name::text, data_type::text from information_schema.columns where table_name = 'client_figures' order by 1`)
	must(t, err)
	if got := fmt.Sprint(rows); got != "[{client_id uuid} {kind text} {line text} {month date} {people integer}]" {
		t.Errorf("the table holds %s", got)
	}
	must(t, w.db.InTx(t.Context(), func(tx postgres.Tx) error { return Count(t.Context(), tx, w.ids[0], AccountOpened) }))
	if _, err := w.db.Pool.Exec(t.Context(), `update client_figures set month = '2026-10-02'`); err == nil {
		t.Error("a day can be stored")
	}
}

// Before anything is published, and with nothing in them, the pages still stand.
func TestR10_PagesStandWithNothingInThem(t *testing.T) {
	t.Parallel()
	render, err := web.New(web.Phone{})
	must(t, err)
	fresh := Figures{Client: "Exemple", Next: time.Date(2026, 12, 10, 0, 0, 0, 0, time.UTC), Tables: publishFigures(nil, reasonLines, nil)}
	for want, page := range map[string]web.Page{
		"Rien n’est encore publié.": figuresPage{}, "Prochaine parution": figuresPage{fresh}, "Aucune clé": tokensPage{},
	} {
		answer := httptest.NewRecorder()
		must(t, render.Render(answer, httptest.NewRequest(http.MethodGet, "/", nil), http.StatusOK, page))
		if !strings.Contains(answer.Body.String(), want) || strings.Contains(answer.Body.String(), "<table") {
			t.Errorf("%T lacks %q:\n%s", page, want, answer.Body)
		}
	}
}

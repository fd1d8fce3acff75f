package bench

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/net/html"
)

// heaviest is the maximum ratio of a page's cost to that of its queries and of a template of
// the same size, which are most of it.
const heaviest = 2.0

// city is a platform with 500 workers whose agendas are half full, and 100,000 past and future
// appointments. A beneficiary and a worker with a month of appointments are the viewers.
func city(b testing.TB) (p *platform, beneficiary, worker person) {
	b.Helper()
	p = newPlatform(b, 4)
	workers := p.staff(found)
	p.spread(workers, many)
	beneficiary, worker = lookers(p)
	p.officeHours()
	ok(b, p.services.waitlist.RefreshSlots(b.Context()))
	p.exec(`vacuum analyze`)
	return p, beneficiary, worker
}

// spread adds count appointments of the workers with other people, every other hour of their
// days, half of them in the past.
func (n *population) spread(workers []string, count int) {
	n.b.Helper()
	people := make([]string, len(workers))
	for i := range people {
		people[i] = n.beneficiary().id.String()
	}
	n.exec(`insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
		select ($1::uuid[])[1 + i % $3], ($2::uuid[])[1 + i % $3], tstzrange(at, at + interval '1 hour'), 'video', 'housing', '', 'confirmed', now()
		from (select i, date_trunc('day', now()) + (i / $3 / 4 - $4 / $3 / 8) * interval '1 day' + (7 + 2 * ((i / $3) % 4)) * interval '1 hour' as at
		      from generate_series(0, $4 - 1) as i) as hours`, workers, people, len(workers), count)
	if there := n.p.appointments(); there != count {
		n.b.Errorf("%d appointments are in the table, not %d", there, count)
	}
}

// parts are the indispensable costs of a page: its recorded queries, and a template of the
// same size.
type parts struct {
	conn    *pgxpool.Conn
	queries []pgx.TraceQueryStartData
	pieces  []piece
}

// piece is a tag of the page and the text after it, which the template escapes.
type piece struct {
	Tag  template.HTML
	Text string
}

var ofPieces = template.Must(template.New("").Parse(`{{range .}}{{.Tag}}{{.Text}}{{end}}`))

// partsOf requests each page on a second platform over the same database, and records its
// queries.
func (p *platform) partsOf(b testing.TB, pages map[string]person) map[string]parts {
	b.Helper()
	ears := &recorded{}
	listening := p.traced(b, ears)
	conn, err := p.db.Pool.Acquire(context.Background())
	ok(b, err)
	b.Cleanup(conn.Release)
	of := map[string]parts{}
	for path, who := range pages {
		fetch(b, listening.URL+path, who) // warm-up
		ears.queries = nil
		page := fetch(b, listening.URL+path, who)
		of[path] = parts{conn: conn, queries: slices.Clone(ears.queries), pieces: cut(b, page)}
	}
	return of
}

func fetch(b testing.TB, address string, who person) string {
	b.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	ok(b, err)
	answer, err := http.DefaultTransport.RoundTrip(who.sign(r))
	ok(b, err)
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	ok(b, err)
	if answer.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s", address, answer.Status)
	}
	return string(page)
}

// cut splits a page into the pieces from which ofPieces renders it again.
func cut(b testing.TB, page string) (pieces []piece) {
	b.Helper()
	tokens := html.NewTokenizer(strings.NewReader(page))
	for tokens.Next() != html.ErrorToken {
		raw := string(tokens.Raw())
		if token := tokens.Token(); token.Type == html.TextToken {
			pieces = append(pieces, piece{Text: token.Data})
		} else {
			pieces = append(pieces, piece{Tag: template.HTML(raw)})
		}
	}
	var again strings.Builder
	ok(b, ofPieces.Execute(&again, pieces))
	if difference := again.Len() - len(page); difference*difference > len(page)*len(page)/100 {
		b.Errorf("the template writes %d bytes, the page has %d", again.Len(), len(page))
	}
	return pieces
}

// run makes all queries and renders the template once.
func (of parts) run(b testing.TB) {
	b.Helper()
	for _, query := range of.queries {
		rows, err := of.conn.Query(context.Background(), query.SQL, query.Args...)
		ok(b, err)
		for rows.Next() {
			rows.RawValues()
		}
		ok(b, rows.Err())
	}
	ok(b, ofPieces.Execute(io.Discard, of.pieces))
}

// BenchmarkPageWeight measures the pages of search and of appointments in a large platform
// against their queries alone and a template of the same size.
func BenchmarkPageWeight(b *testing.B) {
	p, beneficiary, worker := city(b)
	pages := agendaPages(beneficiary, worker)
	pages["/assistants"], pages["/au-plus-tot"] = beneficiary, beneficiary
	bare := p.partsOf(b, pages)
	whole, alone := map[string]sample{}, map[string]sample{}
	rounds(b, least, func() {
		for path, who := range pages {
			alone[path] = append(alone[path], took(func() {
				for range glances {
					bare[path].run(b)
				}
			}))
			whole[path] = append(whole[path], p.glance(path, who))
		}
	})
	for _, path := range slices.Sorted(maps.Keys(pages)) {
		ratio := whole[path].over(alone[path])
		b.ReportMetric(ratio.median(), strings.ReplaceAll(kind(path)[1:], "/", "-")+"_ratio")
		b.Logf("%s of %d workers, %d appointments, against its %d queries bare and a template of its bytes: limit %v, takes %v times as long (%.2f ms)",
			kind(path), found, many, len(bare[path].queries), heaviest, ratio, 1000*whole[path].median()/glances)
		ratio.atMost(b, fmt.Sprintf("%s against its parts", kind(path)), heaviest)
	}
}

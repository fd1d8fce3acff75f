package bench

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	few      = 1_000   // appointments in the table
	many     = 100_000 // the same with years of use
	glances  = 40      // requests of one page per measurement
	perHour  = 100     // concurrent appointments among those that fill the table
	ownHours = 30      // appointments of the measured person
)

// agendaPages are pages that read appointments, with their viewers.
func agendaPages(beneficiary, worker person) map[string]person {
	return map[string]person{
		"/assistants/" + worker.id.String(): beneficiary,
		"/rendez-vous":                      beneficiary,
		"/agenda":                           worker,
	}
}

// lookers creates the two people whose pages are measured. They have the same appointments
// whatever else is in the table.
func lookers(p *platform) (beneficiary, worker person) {
	beneficiary, worker = p.beneficiary(), p.worker()
	start := time.Now().Truncate(time.Hour).Add(-24 * ownHours / 2 * time.Hour)
	for i := range ownHours {
		p.appointment(beneficiary, worker, start.Add(time.Duration(i)*24*time.Hour))
	}
	return beneficiary, worker
}

// fill adds appointments of other people, spread evenly over past and future, until the table
// has count.
func (n *population) fill(count int) {
	n.b.Helper()
	rest := count - n.p.appointments()
	beneficiaries, workers := make([]string, perHour), make([]string, perHour)
	for i := range perHour {
		beneficiaries[i], workers[i] = n.beneficiary().id.String(), n.worker().id.String()
	}
	n.exec(`insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
		select ($1::uuid[])[1 + i % $3], ($2::uuid[])[1 + i % $3], tstzrange(at, at + interval '1 hour'), 'video', 'housing', '', 'confirmed', now()
		from (select i, date_trunc('hour', now()) + (i / $3 - $4 / $3 / 2) * interval '1 hour' as at from generate_series(0, $4 - 1) as i) as hours`,
		workers, beneficiaries, perHour, rest)
	n.exec(`vacuum analyze appointments`)
	if there := n.p.appointments(); there != count {
		n.b.Errorf("%d appointments are in the table, not %d", there, count)
	}
}

// glance returns how many seconds it takes to request the page glances times.
func (p *platform) glance(path string, who person) float64 {
	p.b.Helper()
	return took(func() {
		for range glances {
			p.visit(path, who)
		}
	})
}

// visit requests a page.
func (p *platform) visit(path string, who person) {
	p.b.Helper()
	r, err := http.NewRequest(http.MethodGet, p.server.URL+path, nil)
	ok(p.b, err)
	answer, err := http.DefaultTransport.RoundTrip(who.sign(r))
	ok(p.b, err)
	drained(p.b, answer.Body)
	if answer.StatusCode != http.StatusOK {
		p.b.Fatalf("%s: %s", path, answer.Status)
	}
}

func BenchmarkAgendaGrowth(b *testing.B) {
	small, large := newPlatform(b, 4), newPlatform(b, 4)
	smallBeneficiary, smallWorker := lookers(small)
	largeBeneficiary, largeWorker := lookers(large)
	small.fill(few)
	large.fill(many)
	inSmall, inLarge := agendaPages(smallBeneficiary, smallWorker), agendaPages(largeBeneficiary, largeWorker)
	before, after := map[string]sample{}, map[string]sample{}
	rounds(b, least, func() {
		for path, who := range inSmall {
			before[kind(path)] = append(before[kind(path)], small.glance(path, who))
		}
		for path, who := range inLarge {
			after[kind(path)] = append(after[kind(path)], large.glance(path, who))
		}
	})
	for page := range before {
		ratio := after[page].over(before[page])
		b.ReportMetric(ratio.median(), strings.ReplaceAll(page[1:], "/", "-")+"_ratio")
		b.Logf("%s with %d appointments in the table against %d: takes %v times as long (%.2f ms)", page, many, few, ratio, 1000*after[page].median()/glances)
	}
	large.explain(b, inLarge)
}

// history is the number of past appointments of a worker of many years; theSame is the maximum
// ratio of the cost of their week to that of a new worker.
const (
	history = 10_000
	theSame = 0.2
)

// remember adds past appointments of two people, one after the other until yesterday.
func (n *population) remember(beneficiary, worker person, count int) {
	n.b.Helper()
	n.exec(`insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
		select $1, $2, tstzrange(at - interval '1 hour', at), 'video', 'housing', '', 'held', now()
		from (select date_trunc('hour', now()) - interval '10 days' - i * interval '1 hour' as at from generate_series(0, $3 - 1) as i) as hours`,
		worker.id, beneficiary.id, count)
	n.exec(`vacuum analyze appointments`)
}

// A worker's past does not make their week slower.
func BenchmarkAgendaHistory(b *testing.B) {
	p := newPlatform(b, 4)
	fresh, seasoned := p.worker(), p.worker()
	p.remember(p.beneficiary(), seasoned, history)
	var before, after sample
	rounds(b, 5*least, func() { // short rounds, on which other load of the machine has more effect
		before = append(before, p.glance("/agenda", fresh))
		after = append(after, p.glance("/agenda", seasoned))
	})
	ratio := after.over(before)
	b.ReportMetric(ratio.median(), "agenda-history_ratio")
	b.Logf("/agenda with %d past appointments of the worker against none: takes %v times as long (%.2f ms)", history, ratio, 1000*after.median()/glances)
	ratio.atMost(b, "the week of a worker with a past", 1+theSame)
	ratio.atLeast(b, "the week of a worker with a past", 1-theSame)
	p.explained(b, 2, map[string]person{"/agenda": seasoned})
}

// kind returns a page's path without identifiers.
func kind(path string) string {
	if strings.HasPrefix(path, "/assistants/") {
		return "/assistants/worker"
	}
	return path
}

// explainer is a tracer that collects queries of appointments and explains them.
type explainer struct {
	mu      sync.Mutex
	queries map[string][]any
}

func (e *explainer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	e.mu.Lock()
	defer e.mu.Unlock()
	if strings.Contains(data.SQL, "appointments") {
		e.queries[data.SQL] = data.Args
	}
	return ctx
}

func (e *explainer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// explain fails if a page reads the table of appointments sequentially.
func (p *platform) explain(b testing.TB, pages map[string]person) {
	b.Helper()
	p.explained(b, 4, pages)
}

// explained is explain for pages that make at least that many queries of appointments.
func (p *platform) explained(b testing.TB, queries int, pages map[string]person) {
	b.Helper()
	e := &explainer{queries: map[string][]any{}}
	recorded := *p
	recorded.server = p.traced(b, e)
	for path, who := range pages {
		recorded.glance(path, who)
	}
	if len(e.queries) < queries {
		b.Errorf("the pages read appointments by only %d queries", len(e.queries))
	}
	for sql, args := range e.queries {
		rows, err := p.db.Pool.Query(context.Background(), "explain "+sql, args...)
		ok(b, err)
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		ok(b, err)
		if text := strings.Join(plan, "\n"); strings.Contains(text, "Seq Scan on appointments") {
			b.Errorf("reads every appointment:\n%s\n%s", sql, text)
		}
	}
	b.Logf("%d queries of these pages read appointments; each was explained, and one that reads the whole table would have failed here", len(e.queries))
}

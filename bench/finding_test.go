package bench

import (
	"strings"
	"testing"
	"time"
)

const (
	found     = 500       // workers in the search
	atFirst   = 1_000     // appointments in the table
	afterLong = 1_000_000 // the same after many years
	dearer    = 1.2       // maximum ratio of the costs
)

// staff adds that many workers who can be booked from nine to five on weekdays, with their
// available slots.
func (n *population) staff(count int) (workers []string) {
	n.b.Helper()
	for range count {
		who := n.worker()
		workers = append(workers, who.id.String())
	}
	n.officeHours()
	return workers
}

// officeHours opens every worker from nine to five on weekdays.
func (n *population) officeHours() {
	n.b.Helper()
	n.exec(`update openings set starts_minute = 540, ends_minute = 1020 where weekday <= 5`)
	n.exec(`delete from openings where weekday > 5`)
}

// decades adds count appointments of the workers with other people: one in two hours for each
// worker, all others in the past, so that available slots are the same whatever the count.
func (n *population) decades(workers []string, count int) {
	n.b.Helper()
	people := make([]string, len(workers))
	for i := range people {
		people[i] = n.beneficiary().id.String()
	}
	n.exec(`insert into appointments (social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
		select ($1::uuid[])[1 + i % $3], ($2::uuid[])[1 + i % $3], tstzrange(at, at + interval '1 hour'), 'video', 'housing', '', 'confirmed', now()
		from (select i, case when i < $3 then date_trunc('hour', now()) + interval '2 hours'
		                     else date_trunc('hour', now()) - (i / $3) * interval '4 hours' end as at
		      from generate_series(0, $4 - 1) as i) as hours`, workers, people, len(workers), count)
	n.exec(`vacuum analyze`)
	if there := n.p.appointments(); there != count {
		n.b.Errorf("%d appointments are in the table, not %d", there, count)
	}
}

// crowd returns a platform with many workers and that many appointments, and somebody who
// looks for a slot.
func crowd(b testing.TB, appointments int) (*platform, person) {
	b.Helper()
	p := newPlatform(b, 4)
	p.decades(p.staff(found), appointments)
	ok(b, p.services.waitlist.RefreshSlots(b.Context()))
	p.exec(`vacuum analyze`)
	return p, p.beneficiary()
}

func BenchmarkFindingGrowth(b *testing.B) {
	small, smallPerson := crowd(b, atFirst)
	large, largePerson := crowd(b, afterLong)
	pages := []string{"/assistants", "/assistants?language=fr", "/assistants?mode=phone&language=fr&page=12", "/au-plus-tot"}
	before, after := map[string]sample{}, map[string]sample{}
	rounds(b, least, func() {
		for _, page := range pages { // in turn, so that disturbances affect both
			before[page] = append(before[page], small.glance(page, smallPerson))
			after[page] = append(after[page], large.glance(page, largePerson))
		}
	})
	for _, page := range pages {
		ratio := after[page].over(before[page])
		b.ReportMetric(ratio.median(), strings.NewReplacer("/", "-", "?", "-", "&", "-", "=", "-").Replace(page[1:])+"_ratio")
		ratio.atMost(b, page+" after many years", dearer)
		b.Logf("%s of %d workers with %d appointments against %d: takes %v times as long (%.2f ms)",
			page, found, afterLong, atFirst, ratio, 1000*after[page].median()/glances)
	}
	large.explained(b, 2, map[string]person{"/assistants": largePerson, "/assistants?language=fr": largePerson, "/au-plus-tot": largePerson})
}

// BenchmarkRefreshHours measures the recomputation of one worker's available slots after a
// change.
func BenchmarkRefreshHours(b *testing.B) {
	p, _ := crowd(b, atFirst)
	worker := p.worker()
	ok(b, p.services.waitlist.RefreshSlots(b.Context()))
	start := time.Now().Truncate(time.Hour).Add(48 * time.Hour)
	n := 0
	for b.Loop() {
		p.appointment(p.beneficiary(), worker, start.Add(time.Duration(n)*time.Hour))
		n++
		ok(b, p.services.waitlist.RefreshSlots(b.Context()))
	}
}

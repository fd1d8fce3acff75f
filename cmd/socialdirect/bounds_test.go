package main

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// One session booked 315 of 1,016 available slots in half a minute, and could book and cancel
// in turns without end.
func TestR47_OneSessionEmptiesNoAgenda(t *testing.T) {
	t.Parallel()
	v := platformOf(t).newcomer(t)
	worker, _ := v.freeSlot()
	agenda := v.want("an agenda", v.get(nextWeek("/assistants/"+worker)), http.StatusOK)
	free := slotPattern.FindAllStringSubmatch(agenda.body, -1)
	if len(free) < 12 {
		t.Fatalf("%d available slots", len(free))
	}
	answers, booked := make([]answer, len(free)), map[int]int{}
	var all sync.WaitGroup
	for i, hour := range free {
		all.Go(func() { answers[i] = v.book(worker, hour[1]) })
	}
	all.Wait()
	last, at := "", ""
	for i, a := range answers {
		booked[a.status]++
		switch a.status {
		case http.StatusSeeOther:
			last, at = a.location(), free[i][1]
		case http.StatusUnprocessableEntity:
			v.has("a refusal", a, "rendez-vous à venir", "appelez le standard")
		}
	}
	taken := booked[http.StatusConflict] // booked by concurrent tests
	if booked[http.StatusSeeOther] != 5 || booked[http.StatusUnprocessableEntity]+taken != len(free)-5 || taken > 5 {
		t.Fatalf("booking all at once: %v", booked)
	}
	v.has("the list", v.get("/rendez-vous"), "le plus que l’on peut prendre à la fois")
	acts := 5
	for ; acts < 100; acts++ {
		var a answer
		if acts%2 == 1 {
			a = v.post(last+"/annulation", "explanation", "")
		} else {
			a = v.book(worker, at)
		}
		if a.status == http.StatusTooManyRequests {
			seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
			if err != nil || seconds < 23*3600 || seconds > 24*3600 || !strings.Contains(a.body, "Revenez dans 24\u00a0heures") {
				t.Errorf("Retry-After %q: %s", a.header.Get("Retry-After"), main_(a.body))
			}
			break
		}
		if last = v.want("an act within the bound", a, http.StatusSeeOther).location(); acts%2 == 1 && last == "" {
			t.Fatal("it redirects nowhere")
		}
	}
	if acts != 30 {
		t.Errorf("%d acts within a day", acts)
	}
}

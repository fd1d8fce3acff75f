package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

var sheetLink = regexp.MustCompile(`/assistants/[0-9a-f-]{36}`)

func TestR45_ViewsOfAgendasAreLimited(t *testing.T) {
	t.Parallel()
	v := platformOf(t).newcomer(t)
	links := map[string]bool{}
	for _, link := range sheetLink.FindAllString(v.want("the list", v.get("/assistants"), http.StatusOK).body, -1) {
		links[link] = true
	}
	if len(links) == 0 {
		t.Fatal("the list names nobody")
	}
	var stopped answer
	var first string
	pages := 0
	for week := 1; stopped.status == 0 && week <= 52*10; week++ {
		for link := range links {
			address := fmt.Sprintf("%s?week=%d-W%02d", link, 2030+week/52, 1+week%52)
			a := v.get(address)
			if a.status == http.StatusNotFound { // a concurrent test closed the account
				delete(links, link)
				continue
			}
			if a.status != http.StatusOK {
				stopped = a
				break
			}
			if first == "" {
				first = address
			}
			pages++
		}
	}
	if stopped.status != http.StatusTooManyRequests || pages < 160 || pages > 200 {
		t.Fatalf("after %d pages: %d", pages, stopped.status)
	}
	if stopped.header.Get("Retry-After") == "" || !strings.Contains(stopped.body, "Une petite pause") {
		t.Errorf("stopped without a message, or without the time to wait: %v", stopped.header)
	}
	v.want("what was seen a moment ago", v.get(first), http.StatusOK)
	v.want("the list", v.get("/assistants"), http.StatusOK)
	v.want("one's appointments", v.get("/rendez-vous"), http.StatusOK)
	worker := sheetLink.FindString(first)[len("/assistants/"):]
	for _, a := range []answer{
		v.get("/rendez-vous/nouveau?social_worker_id=" + worker + "&starts_at=2044-03-01T09:00:00Z&mode=video"),
		v.post("/rendez-vous", "social_worker_id", worker, "starts_at", "2044-03-08T09:00:00Z", "mode", "video", "reason", "housing"),
	} {
		t.Run(a.body, func(t *testing.T) {
			if a.status == http.StatusTooManyRequests || strings.Contains(a.body, "?week=") {
				t.Errorf("%d: booking is stopped, or shows the agendas", a.status)
			}
		})
	}
}

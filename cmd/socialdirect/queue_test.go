package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/health"
	"socialdirect/internal/viewer"
)

// Mails that our own mail server refuses are reported to the operator: people are still
// served, and the administrator's first page says what waits, and why.
func TestR21_MessagesThatCannotBeSentAreReported(t *testing.T) { // not parallel: it affects the whole platform
	w := platformOf(t)
	administrator, anybody := w.staffMember(t, viewer.Administrator), w.visitor(t)
	readiness := func() (said health.Report) {
		t.Helper()
		a := anybody.want("readiness", anybody.get("/readyz"), http.StatusOK)
		ok(t, json.Unmarshal([]byte(a.body), &said))
		return said
	}
	becomes := func(status health.Status, part, word string) {
		t.Helper()
		var said health.Report
		for until := time.Now().Add(time.Minute); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
			if said = readiness(); said.Status == status && said.Parts[part] == word {
				return
			}
		}
		t.Errorf("%s is not %s: %+v", part, word, said)
	}
	first := func() string {
		return administrator.want("first page", administrator.get("/administration"), http.StatusOK).body
	}
	becomes(health.Ready, "mail", "ready")
	for queue, c := range map[string]struct{ part, word, says string }{
		"mail": {"mail", "away", "Le serveur de messagerie ne prend pas nos e-mails\u00a0: 2 e-mails attendent depuis le"},
		"sms":  {"queue", "late", "La passerelle SMS ne prend pas nos messages\u00a0: 2 SMS attendent depuis le"},
	} {
		if strings.Contains(first(), c.says) {
			t.Errorf("%s: nothing is reported", queue)
		}
		_, err := w.platform.db.Pool.Exec(t.Context(), `
			insert into river_job (queue, kind, state, attempt, max_attempts, attempted_at, scheduled_at, args, metadata)
			select $1, 'account_notice', 'retryable', 3, 9, now(), now() + interval '1 hour', '{}', '{"output": {"trouble": "mail: RCPT failed: 554 5.7.1"}}' from generate_series(1, 2)`, queue)
		ok(t, err)
		becomes(health.Degraded, c.part, c.word)
		if page := first(); !strings.Contains(page, c.says) || !strings.Contains(page, "554 5.7.1") {
			t.Errorf("%s: the first page does not say %q: %s", queue, c.says, page)
		}
		_, err = w.platform.db.Pool.Exec(t.Context(), `delete from river_job where queue = $1 and state = 'retryable' and args = '{}'`, queue)
		ok(t, err)
		becomes(health.Ready, c.part, "ready")
	}
}

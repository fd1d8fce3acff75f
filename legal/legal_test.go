package legal_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/legal"
)

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantCode(t testing.TB, what string, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

// draft saves the first draft of the next terms.
func draft(t testing.TB, w *bookingtest.World) {
	t.Helper()
	ok(t, w.Legal.Save(context.Background(), w.Admin, legal.Terms, legal.Words{Markdown: "## Nouveau\n\nUn mot.", Changes: "Un mot de plus."}))
}

func inForce(t testing.TB, s *legal.Service) string {
	t.Helper()
	text, err := s.InForce(context.Background(), legal.Terms)
	ok(t, err)
	return text.Version
}

func TestR33_AVersionTakesEffectAtItsInstantForEveryInstance(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	at := bookingtest.Start.Add(36 * time.Hour)
	draft(t, w)
	ok(t, w.Legal.Publish(ctx, w.Admin, legal.Terms, 1, at))
	for _, moment := range []struct {
		now  time.Time
		want string
	}{{bookingtest.Start, "1"}, {at.Add(-time.Microsecond), "1"}, {at, "2"}, {at.AddDate(1, 0, 0), "2"}} {
		t.Run(moment.want, func(t *testing.T) {
			other, err := postgres.Open(ctx, w.URL, 2) // a second instance, started at any time
			ok(t, err)
			elsewhere := legal.New(other.At(func() time.Time { return moment.now }))
			w.SetNow(moment.now)
			if here, there := inForce(t, w.Legal), inForce(t, elsewhere); here != moment.want || there != moment.want {
				t.Errorf("at %s: %s here, %s there, want %s", moment.now, here, there, moment.want)
			}
			other.Close()
		})
	}
	if privacy, err := w.Legal.InForce(ctx, legal.Privacy); err != nil || privacy.Version != "1" {
		t.Errorf("the other text: %s, %v", privacy.Version, err)
	}
	if text, err := w.Legal.Version(ctx, nil, legal.Terms, "1"); err != nil || !text.Starting {
		t.Errorf("the older one is not readable: %v", err)
	}
}

func TestR33_ADraftAndAVersionToComeAreHidden(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	people := []*viewer.Viewer{nil, w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorkerWithoutOpenings(t, "Nadia", "Le Goff", "Europe/Paris"), {Role: viewer.DPO}}
	hidden := func(what string, fromAdmin bool) {
		t.Helper()
		for _, v := range people {
			_, err := w.Legal.Version(ctx, v, legal.Terms, "2")
			wantCode(t, what, err, fault.NotFound)
		}
		if _, err := w.Legal.Version(ctx, w.Admin, legal.Terms, "2"); fault.Is(err, fault.NotFound) != fromAdmin {
			t.Errorf("%s, for the administration: %v", what, err)
		}
		if versions, err := w.Legal.Versions(ctx, legal.Terms); err != nil || len(versions) != 1 {
			t.Errorf("%s: %d versions, %v", what, len(versions), err)
		}
	}
	draft(t, w)
	hidden("a draft", true)
	at := bookingtest.Start.Add(time.Hour)
	ok(t, w.Legal.Publish(ctx, w.Admin, legal.Terms, 1, at))
	hidden("a version to come", false)
	w.SetNow(at)
	if text, err := w.Legal.Version(ctx, nil, legal.Terms, "2"); err != nil || text.Markdown != "## Nouveau\n\nUn mot." {
		t.Errorf("in force: %v", err)
	}
	if versions, err := w.Legal.Versions(ctx, legal.Terms); err != nil || len(versions) != 2 || versions[0].Version != "2" {
		t.Errorf("the list: %v, %v", versions, err)
	}
}

func TestR33_OnlyAdministratorsEditTexts(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	draft(t, w)
	others := []*viewer.Viewer{nil}
	for _, role := range viewer.Roles {
		if role != viewer.Administrator {
			others = append(others, &viewer.Viewer{Role: role, Complete: true})
		}
	}
	for _, v := range others {
		_, err := w.Legal.States(ctx, v)
		wantCode(t, "reading", err, fault.Forbidden)
		wantCode(t, "saving", w.Legal.Save(ctx, v, legal.Terms, legal.Words{Markdown: "x", Revision: 1}), fault.Forbidden)
		wantCode(t, "publishing", w.Legal.Publish(ctx, v, legal.Terms, 1, time.Time{}), fault.Forbidden)
		wantCode(t, "withdrawing", w.Legal.Withdraw(ctx, v, legal.Terms), fault.Forbidden)
		wantCode(t, "discarding", w.Legal.Discard(ctx, v, legal.Terms, 1), fault.Forbidden)
	}
	if state, err := w.Legal.State(ctx, w.Admin, legal.Terms); err != nil || state.Next == nil || state.Next.Revision != 1 || state.InForce.Version != "1" {
		t.Errorf("a refused act changed the state: %+v, %v", state, err)
	}
}

func TestR33_PublishedWordsNeverChange(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	draft(t, w)
	ok(t, w.Legal.Publish(ctx, w.Admin, legal.Terms, 1, bookingtest.Start.Add(time.Hour)))
	wantCode(t, "editing what has a date", w.Legal.Save(ctx, w.Admin, legal.Terms, legal.Words{Markdown: "autre", Revision: 1}), fault.Conflict)
	wantCode(t, "a second draft beside it", w.Legal.Save(ctx, w.Admin, legal.Terms, legal.Words{Markdown: "autre"}), fault.Conflict)
	wantCode(t, "discarding it", w.Legal.Discard(ctx, w.Admin, legal.Terms, 1), fault.Conflict)
	wantCode(t, "another date", w.Legal.Publish(ctx, w.Admin, legal.Terms, 1, bookingtest.Start.Add(2*time.Hour)), fault.Conflict)
	for _, sql := range []string{
		`update legal_texts set markdown = 'autre' where version = '2'`, `update legal_texts set changes = 'autre' where version = '1'`,
		`update legal_texts set published_at = published_at + interval '1 day'`, `update legal_texts set starting = true where version = '2'`,
		`delete from legal_texts where version = '2'`, `delete from legal_texts where kind = 'privacy'`,
	} {
		if _, err := w.DB.Pool.Exec(ctx, sql); err == nil || !strings.Contains(err.Error(), "never changed") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	w.SetNow(bookingtest.Start.Add(time.Hour))
	wantCode(t, "withdrawing at the very instant", w.Legal.Withdraw(ctx, w.Admin, legal.Terms), fault.Conflict)
}

func TestR33_AWithdrawnVersionIsADraftAgain(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	wantCode(t, "nothing to withdraw", w.Legal.Withdraw(ctx, w.Admin, legal.Terms), fault.Conflict)
	draft(t, w)
	wantCode(t, "a draft has no date to withdraw", w.Legal.Withdraw(ctx, w.Admin, legal.Terms), fault.Conflict)
	at := bookingtest.Start.Add(time.Hour)
	ok(t, w.Legal.Publish(ctx, w.Admin, legal.Terms, 1, at))
	w.SetNow(at.Add(-time.Microsecond))
	ok(t, w.Legal.Withdraw(ctx, w.Admin, legal.Terms))
	w.SetNow(at)
	if got := inForce(t, w.Legal); got != "1" {
		t.Errorf("withdrawn, version %s came into force", got)
	}
	ok(t, w.Legal.Save(ctx, w.Admin, legal.Terms, legal.Words{Markdown: "corrigé", Changes: "Un mot.", Revision: 1}))
	ok(t, w.Legal.Publish(ctx, w.Admin, legal.Terms, 2, time.Time{}))
	if got := inForce(t, w.Legal); got != "2" {
		t.Errorf("published now, version %s is in force", got)
	}
	var acts []string
	rows, err := w.DB.Pool.Query(ctx, `select act from audit_entries where object_id = (select id from legal_texts where kind = 'terms' and version = '2') order by id`)
	ok(t, err)
	for rows.Next() {
		var act string
		ok(t, rows.Scan(&act))
		acts = append(acts, act)
	}
	ok(t, rows.Err())
	if got := strings.Join(acts, " "); got != "legal.published legal.withdrawn legal.published" {
		t.Errorf("the journal says %q", got)
	}
	_, _, err = audit.Verify(ctx, w.DB.Pool)
	ok(t, err)
}

func TestR33_InvalidPublicationsAreRefused(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	wantCode(t, "nothing to publish", w.Legal.Publish(ctx, w.Admin, legal.Terms, 0, time.Time{}), fault.Conflict)
	ok(t, w.Legal.Save(ctx, w.Admin, legal.Terms, legal.Words{Markdown: "x"}))
	wantCode(t, "without saying what changes", w.Legal.Publish(ctx, w.Admin, legal.Terms, 1, time.Time{}), fault.Invalid)
	ok(t, w.Legal.Save(ctx, w.Admin, legal.Terms, legal.Words{Markdown: "x", Changes: "y", Revision: 1}))
	for what, at := range map[string]time.Time{"past": bookingtest.Start.Add(-time.Microsecond), "too far": bookingtest.Start.Add(legal.Ahead + time.Microsecond)} {
		t.Run(what, func(t *testing.T) {
			wantCode(t, what, w.Legal.Publish(ctx, w.Admin, legal.Terms, 2, at), fault.Invalid)
		})
	}
	wantCode(t, "another revision than the one read", w.Legal.Publish(ctx, w.Admin, legal.Terms, 1, time.Time{}), fault.Conflict)
	ok(t, w.Legal.Publish(ctx, w.Admin, legal.Terms, 2, bookingtest.Start.Add(legal.Ahead)))
}

// When two administrators press the same button at once, one act succeeds and the other gets
// Conflict. Nothing is lost or done twice.
func TestR33_OfTwoActsAtOnceOneIsRefused(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	race := func(what string, act func() error) {
		t.Helper()
		var done, refused atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				switch err := act(); {
				case err == nil:
					done.Add(1)
				case fault.Is(err, fault.Conflict):
					refused.Add(1)
				default:
					t.Errorf("%s: %v", what, err)
				}
			})
		}
		all.Wait()
		if done.Load() != 1 || refused.Load() != 7 {
			t.Errorf("%s: %d succeeded, %d were refused", what, done.Load(), refused.Load())
		}
	}
	words := legal.Words{Markdown: "x", Changes: "y"}
	race("begin a draft", func() error { return w.Legal.Save(ctx, w.Admin, legal.Terms, words) })
	words.Revision = 1
	race("save a draft", func() error { return w.Legal.Save(ctx, w.Admin, legal.Terms, words) })
	race("publish", func() error { return w.Legal.Publish(ctx, w.Admin, legal.Terms, 2, bookingtest.Start.Add(time.Hour)) })
	race("withdraw", func() error { return w.Legal.Withdraw(ctx, w.Admin, legal.Terms) })
	race("discard", func() error { return w.Legal.Discard(ctx, w.Admin, legal.Terms, 2) })
}

func TestR33_VersionsCountBeyondNine(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), t.Context()
	for range 10 { // all at the same instant, as a clock may be coarse
		ok(t, w.Legal.Save(ctx, w.Admin, legal.Terms, legal.Words{Markdown: "x", Changes: "y"}))
		ok(t, w.Legal.Publish(ctx, w.Admin, legal.Terms, 1, time.Time{}))
	}
	if got := inForce(t, w.Legal); got != "11" {
		t.Errorf("version %s is in force", got)
	}
	if starting, err := w.Legal.StartingInForce(ctx); err != nil || !starting {
		t.Errorf("the starting privacy policy is no longer reported: %v", err)
	}
	ok(t, w.Legal.Save(ctx, w.Admin, legal.Privacy, legal.Words{Markdown: "x", Changes: "y"}))
	ok(t, w.Legal.Publish(ctx, w.Admin, legal.Privacy, 1, time.Time{}))
	if starting, err := w.Legal.StartingInForce(ctx); err != nil || starting {
		t.Errorf("both texts are replaced, and starting texts are still reported: %v", err)
	}
}

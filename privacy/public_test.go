package privacy_test

import (
	"testing"
	"time"

	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
	"socialdirect/privacy"

	"github.com/google/uuid"
)

// latest returns the request that was made last.
func (w *world) latest(t testing.TB) (id uuid.UUID) {
	t.Helper()
	must(t, w.DB.Pool.QueryRow(t.Context(), `select request_id from rights_steps where act in ('asked', 'entered') order by number desc limit 1`).Scan(&id))
	return id
}

func (w *world) askPublicly(t testing.TB, d privacy.Details) uuid.UUID {
	t.Helper()
	w.SetNow(w.DB.Now().Add(time.Minute))
	must(t, w.rights.AskPublicly(t.Context(), d, "192.0.2."+d.Name[:1]))
	return w.latest(t)
}

func TestR7_APublicRequestCountsOnceItsLinkIsUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.askPublicly(t, privacy.Details{Name: "Zoé Vidal", Email: "zoe@ailleurs.fr", Text: "Mon compte"})
	if open, _, err := w.rights.Requests(ctx, w.hugo); err != nil || len(open) != 0 {
		t.Errorf("the list contains an unconfirmed request: %+v, %v", open, err)
	}
	_, err := w.rights.Case(ctx, w.hugo, id)
	wants(t, "its page", err, fault.NotFound)
	wants(t, "handling it", w.rights.Note(ctx, w.hugo, id, "Mot"), fault.NotFound)

	token, err := w.rights.Link(ctx, id)
	must(t, err)
	for name, forged := range map[string]string{"empty": "", "altered": token[1:] + "A", "cut": token[:20], "somebody's words": "zoe@ailleurs.fr"} {
		t.Run(name, func(t *testing.T) {
			wants(t, name, w.rights.CheckLink(ctx, forged), fault.Gone)
			wants(t, name, w.rights.Confirm(ctx, forged), fault.Gone)
		})
	}
	must(t, w.rights.CheckLink(ctx, token))
	must(t, w.rights.CheckLink(ctx, token)) // checking consumes nothing
	must(t, w.rights.Confirm(ctx, token))
	wants(t, "a replay", w.rights.Confirm(ctx, token), fault.Gone)
	wants(t, "looking at a used link", w.rights.CheckLink(ctx, token), fault.Gone)
	_, err = w.rights.Link(ctx, id)
	wants(t, "another link", err, fault.Gone)

	c, err := w.rights.Case(ctx, w.hugo, id)
	if err != nil || c.Details.Email != "zoe@ailleurs.fr" || c.Details.Text != "Mon compte" || !c.Proved() || c.Matched() || c.Origin != privacy.FromPublic {
		t.Errorf("the request: %+v, %v", c, err)
	}
	wants(t, "carrying out for nobody known", w.rights.CarryOut(ctx, w.hugo, id, uuid.Nil), fault.Conflict)
	wants(t, "matching nobody", w.rights.Match(ctx, w.hugo, id, uuid.New()), fault.NotFound)
	must(t, w.rights.Match(ctx, w.hugo, id, w.zoe.ID))
	if to, _ := w.rights.Letter(t, id, "rights_received"); to != w.emailOf(t, w.zoe) {
		t.Errorf("the owner is notified at %q", to)
	}
	must(t, w.rights.Withdraw(ctx, w.zoe, id)) // somebody else made the request
	wants(t, "carrying out", w.rights.CarryOut(ctx, w.hugo, id, uuid.Nil), fault.Conflict)
}

func TestR7_AnUnconfirmedRequestIsDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.askPublicly(t, privacy.Details{Name: "Zoé Vidal", Email: "zoe@ailleurs.fr"})
	token, err := w.rights.Link(ctx, id)
	must(t, err)
	asked := w.DB.Now()
	w.SetNow(asked.Add(privacy.LinkLifetime - time.Microsecond))
	must(t, w.rights.Sweep(ctx))
	must(t, w.rights.CheckLink(ctx, token))
	w.SetNow(asked.Add(privacy.LinkLifetime))
	wants(t, "an old link", w.rights.Confirm(ctx, token), fault.Gone)
	must(t, w.rights.Sweep(ctx))
	if n := w.count(t, `select count(*) from rights_requests`); n != 0 {
		t.Errorf("%d requests are left", n)
	}
	if n := w.count(t, `select count(*) from person_keys where person_id = $1 and sealed_key is not null`, id); n != 0 {
		t.Error("its key is left")
	}
}

func TestR7_APublicRequestIsTheSameForAKnownAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	shape := func(email string) [4]int {
		id := w.askPublicly(t, privacy.Details{Name: "Vidal", Email: email})
		return [4]int{
			w.count(t, `select count(*) from rights_requests where id = $1 and state = 'unconfirmed' and account_id is null`, id),
			w.count(t, `select count(*) from rights_steps where request_id = $1`, id),
			w.count(t, `select count(*) from notifications where subject_id = $1`, id),
			w.count(t, `select count(*) from audit_entries where object_id = $1`, id),
		}
	}
	known, unknown := shape(w.emailOf(t, w.zoe)), shape("personne@ailleurs.fr")
	if known != unknown || known != [4]int{1, 1, 1, 0} {
		t.Errorf("known %v, unknown %v", known, unknown)
	}
}

func TestR7_PublicRequestsAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	wants(t, "nobody's", w.rights.AskPublicly(ctx, privacy.Details{Email: "a@exemple.fr"}, "192.0.2.1"), fault.Invalid)
	wants(t, "no way to answer", w.rights.AskPublicly(ctx, privacy.Details{Name: "Zoé"}, "192.0.2.1"), fault.Invalid)
	for i := range 6 {
		err := w.rights.AskPublicly(ctx, privacy.Details{Name: "Zoé", Mobile: "+33612345678"}, "192.0.2.7")
		if i < 5 {
			must(t, err)
		} else {
			wants(t, "from one place", err, fault.Throttled)
		}
	}
	must(t, w.rights.AskPublicly(ctx, privacy.Details{Name: "Zoé", Mobile: "+33612345678"}, "192.0.2.8"))
	// One address gets a limited number of links, from whatever networks they are requested.
	for i := range 8 {
		must(t, w.rights.AskPublicly(ctx, privacy.Details{Name: "Zoé", Email: "Victime@exemple.fr"}, "198.51.100."+string(rune('1'+i))))
	}
	if n := w.count(t, `select count(*) from notifications where kind = 'rights_link'`); n != 3 {
		t.Errorf("%d mails to one address", n)
	}
	// A request that cannot be confirmed is not saved.
	if n := w.count(t, `select count(*) from rights_requests where state = 'unconfirmed'`); n != 3 {
		t.Errorf("%d unconfirmed requests", n)
	}
}

func TestR1_AParentReportsAChildsData(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.askPublicly(t, privacy.Details{Name: "Anne Vidal", Child: "Zoé Vidal", Mobile: "+33612345678"})
	c, err := w.rights.Case(ctx, w.hugo, id)
	if err != nil || c.Origin != privacy.FromParent || c.Details.Child != "Zoé Vidal" || c.Proved() {
		t.Fatalf("the request: %+v, %v", c, err)
	}
	found, err := w.Accounts.Lookups.FindForRights(ctx, w.hugo, "Zoé Vidal")
	if err != nil || len(found) != 1 || found[0].ID != w.zoe.ID {
		t.Fatalf("found %+v, %v", found, err)
	}
	must(t, w.rights.Match(ctx, w.hugo, id, w.zoe.ID))
	must(t, w.rights.Note(ctx, w.hugo, id, "Rappelée au numéro donné."))
	own := w.ask(t, w.zoe)
	must(t, w.rights.CarryOut(ctx, w.hugo, id, uuid.Nil))
	c, err = w.rights.Case(ctx, w.hugo, id)
	if err != nil || c.State != privacy.Done || c.Details != (privacy.Details{}) || len(c.Steps) != 4 || c.Steps[2].Text != "Rappelée au numéro donné." {
		t.Errorf("afterwards: %+v, %v", c, err)
	}
	if c, err := w.rights.Case(ctx, w.hugo, own.ID); err != nil || c.State != privacy.Done {
		t.Errorf("her own request: %+v, %v", c, err)
	}
}

func TestR7_TheTermOfAWrittenRequestBeginsOnTheDayItWasReceived(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, today := t.Context(), time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	enter := func(on time.Time, d privacy.Details, c privacy.Channel) (uuid.UUID, error) {
		return w.rights.Enter(ctx, w.hugo, privacy.Written{Channel: c, ReceivedOn: on, Details: d})
	}
	zoe := privacy.Details{Name: "Zoé Vidal"}
	for name, try := range map[string]func() (uuid.UUID, error){
		"tomorrow":     func() (uuid.UUID, error) { return enter(today.AddDate(0, 0, 1), zoe, privacy.ByPost) },
		"years ago":    func() (uuid.UUID, error) { return enter(today.AddDate(-2, 0, 0), zoe, privacy.ByPost) },
		"nobody":       func() (uuid.UUID, error) { return enter(today, privacy.Details{}, privacy.ByPost) },
		"by no means":  func() (uuid.UUID, error) { return enter(today, zoe, "") },
		"by telepathy": func() (uuid.UUID, error) { return enter(today, zoe, "telepathy") },
	} {
		t.Run(name, func(t *testing.T) {
			_, err := try()
			wants(t, name, err, fault.Invalid)
		})
	}
	late, err := enter(today.AddDate(0, 0, -35), zoe, privacy.ByPost)
	must(t, err)
	_, err = enter(today, privacy.Details{Name: "Paul Roux"}, privacy.ByPhone)
	must(t, err)
	w.askPublicly(t, privacy.Details{Name: "Anne", Mobile: "+33612345678"})
	open, _, err := w.rights.Requests(ctx, w.hugo)
	if err != nil || len(open) != 3 || open[0].ID != late || !open[0].Overdue || open[1].Overdue || open[0].Name != "Zoé Vidal" {
		t.Errorf("the list: %+v, %v", open, err)
	}
}

func TestR7_AMonthIsACalendarMonth(t *testing.T) {
	t.Parallel()
	for received, due := range map[string]string{
		"2027-01-15T10:00:00Z": "2027-02-15", "2027-01-31T10:00:00Z": "2027-02-28", "2028-01-31T10:00:00Z": "2028-02-29",
		"2026-12-31T10:00:00Z": "2027-01-31", "2026-12-31T23:30:00Z": "2027-02-01", // the first of January in Paris
		"2026-03-31T10:00:00Z": "2026-04-30",
	} {
		t.Run(received, func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, received)
			must(t, err)
			if got := privacy.DueOn(at).Format(time.DateOnly); got != due {
				t.Errorf("received %s: due %s, want %s", received, got, due)
			}
		})
	}
}

func TestR7_ARequestIsOverdueOnceItsLastDayHasPassed(t *testing.T) {
	t.Parallel()
	r := privacy.Request{State: privacy.Open, DueOn: time.Date(2026, 12, 30, 0, 0, 0, 0, time.UTC)}
	if at := time.Date(2026, 12, 30, 22, 59, 0, 0, time.UTC); r.Overdue(at) {
		t.Error("on the last day")
	}
	if at := time.Date(2026, 12, 30, 23, 0, 0, 0, time.UTC); !r.Overdue(at) {
		t.Error("on the day after, in Paris")
	}
}

func TestR1_AProofOfAgeIsRequestedAndSettled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, admin := t.Context(), w.Member(t, viewer.Administrator, "Claire")
	for _, v := range []*viewer.Viewer{nil, w.zoe, w.nadia, w.hugo} {
		wants(t, "asking", w.Accounts.Ages.Ask(ctx, v, w.zoe.ID, "Un doute"), fault.Forbidden)
		wants(t, "settling", w.Accounts.Ages.Settle(ctx, v, w.zoe.ID, "verified"), fault.Forbidden)
	}
	wants(t, "without a reason", w.Accounts.Ages.Ask(ctx, admin, w.zoe.ID, " "), fault.Invalid)
	wants(t, "staff", w.Accounts.Ages.Ask(ctx, admin, w.nadia.ID, "Un doute"), fault.Conflict)
	wants(t, "nobody", w.Accounts.Ages.Ask(ctx, admin, uuid.New(), "Un doute"), fault.NotFound)
	wants(t, "settling what was not asked", w.Accounts.Ages.Settle(ctx, admin, w.zoe.ID, "verified"), fault.Conflict)
	must(t, w.Accounts.Ages.Ask(ctx, admin, w.zoe.ID, "Une date de naissance douteuse."))
	wants(t, "asking twice", w.Accounts.Ages.Ask(ctx, admin, w.zoe.ID, "Encore"), fault.Conflict)
	own, err := w.Accounts.Ages.OwnCheck(ctx, w.zoe)
	if err != nil || own == nil || own.Reason != "Une date de naissance douteuse." || own.DueOn.Format(time.DateOnly) != "2026-12-15" || own.Overdue(bookingtest.Start) {
		t.Fatalf("the person sees %+v, %v", own, err)
	}
	if other, err := w.Accounts.Ages.OwnCheck(ctx, w.nadia); err != nil || other != nil {
		t.Errorf("somebody else sees %+v, %v", other, err)
	}
	wants(t, "no outcome", w.Accounts.Ages.Settle(ctx, admin, w.zoe.ID, "peut-être"), fault.Invalid)
	must(t, w.Accounts.Ages.Settle(ctx, admin, w.zoe.ID, "verified"))
	if own, err := w.Accounts.Ages.OwnCheck(ctx, w.zoe); err != nil || own != nil {
		t.Errorf("still asked: %+v, %v", own, err)
	}
	must(t, w.Accounts.Ages.Ask(ctx, admin, w.zoe.ID, "Encore un doute."))
	must(t, w.Accounts.Ages.Settle(ctx, admin, w.zoe.ID, "closed"))
	if active, err := w.Accounts.People.Active(ctx, w.DB.Pool, w.zoe.ID); err != nil || active {
		t.Errorf("still open, %v", err)
	}
	decided, _, err := w.Accounts.Decisions.About(ctx, admin, w.zoe.ID)
	if err != nil || len(decided) != 1 || decided[0].Reason == "" || decided[0].Author != "Claire Morvan" {
		t.Errorf("decided: %+v, %v", decided, err)
	}
	if n := w.count(t, `select count(*) from audit_entries where subject_id = $1 and act in ('account.age_asked', 'account.age_verified', 'account.closed')`, w.zoe.ID); n != 4 {
		t.Errorf("%d lines in the journal", n)
	}
}

// A request is matched to another account while the confirmation page is open, by another
// officer or in another window. The erasure then erases neither person.
func TestR36_OnlyThePersonShownToTheOfficerIsErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, paul := t.Context(), w.Beneficiary(t, "Paul", "Morel")
	id, err := w.rights.Enter(ctx, w.hugo, privacy.Written{Channel: privacy.ByPost, ReceivedOn: bookingtest.Start.Truncate(24 * time.Hour), Details: privacy.Details{Name: "Paul"}})
	must(t, err)
	must(t, w.rights.Match(ctx, w.hugo, id, paul.ID))
	must(t, w.rights.Match(ctx, w.hugo, id, w.zoe.ID))
	wants(t, "erasing Zoé in the place of Paul", w.rights.CarryOut(ctx, w.hugo, id, paul.ID), fault.Conflict)
	if n := w.count(t, `select count(*) from accounts where erased_at is not null`); n != 0 {
		t.Errorf("%d people are erased", n)
	}
	must(t, w.rights.CarryOut(ctx, w.hugo, id, w.zoe.ID))
}

package signaling_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/interpreter"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/signaling/guest"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// invited returns the cookie of a guest whom v has invited.
func (w *world) invited(t *testing.T, v *viewer.Viewer, name string) string {
	t.Helper()
	token, _, err := w.guests.Invite(t.Context(), v, w.appointment.ID, guest.NewInvitation{Name: name, Kind: guest.Interpreter})
	must(t, err)
	cookie, err := w.guests.Open(t.Context(), token)
	must(t, err)
	return cookie
}

// dialGuest opens the socket of the guest with that cookie.
func (w *world) dialGuest(cookie string) (*websocket.Conn, int, error) {
	header := w.origin()
	header.Set("Cookie", "invite="+cookie)
	conn, response, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.server.URL, "http")+"/appel/invite/ws", header)
	if response == nil {
		return nil, 0, err
	}
	return conn, response.StatusCode, err
}

func (w *world) joinGuest(t *testing.T, cookie string) *browser {
	t.Helper()
	conn, status, err := w.dialGuest(cookie)
	if err != nil {
		t.Fatalf("%d %v", status, err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &browser{t: t, conn: conn}
}

func TestR24_AGuestEntersAfterTheBeneficiarysConsentAndTheWorkersAdmission(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	lin := w.joinGuest(t, w.invited(t, w.nadia, "Lin Marchand"))
	lin.wants("waiting")
	for _, b := range []*browser{zoe, nadia} {
		if who := b.wants("knocking")["participant"].(map[string]any); who["id"] != "P3" || who["name"] != "Lin Marchand" || who["role"] != "interpreter" || who["consented"] != nil {
			t.Errorf("knocking: %v", who)
		}
	}
	nadia.say(`{"type":"admit","id":"P3"}`)
	if refused := nadia.wants("error"); refused["code"] != "consent" {
		t.Errorf("admitted without consent: %v", refused)
	}
	zoe.say(`{"type":"consent","id":"P3","granted":true}`)
	zoe.wants("knocking")
	if who := nadia.wants("knocking")["participant"].(map[string]any); who["consented"] != true {
		t.Errorf("after the consent: %v", who)
	}
	nadia.say(`{"type":"admit","id":"P3"}`)
	if there := lin.wants("welcome")["participants"].([]any); len(there) != 2 {
		t.Errorf("the guest sees %v", there)
	}
	for _, b := range []*browser{zoe, nadia} {
		b.wants("joined")
	}
	lin.say(`{"type":"description","to":"P1","description":{"type":"offer","sdp":"v=0"}}`)
	if got := zoe.wants("description"); got["from"] != "P3" {
		t.Errorf("from the guest: %v", got)
	}
}

func TestR24_EitherPersonRemovesAGuestAtOnce(t *testing.T) {
	t.Parallel()
	for name, by := range map[string]func(zoe, nadia *browser) *browser{
		"the beneficiary": func(zoe, _ *browser) *browser { return zoe }, "the worker": func(_, nadia *browser) *browser { return nadia },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			zoe, nadia := w.both(t)
			cookie := w.invited(t, w.zoe, "Lin Marchand")
			lin := w.admitGuest(t, zoe, nadia, cookie)
			by(zoe, nadia).say(`{"type":"consent","id":"P3","granted":false}`)
			lin.closed(4403)
			for _, b := range []*browser{zoe, nadia} {
				b.wants("left")
			}
			w.joinGuest(t, cookie).wants("waiting") // a reload brings nobody back in
		})
	}
}

// admitGuest lets the guest with that cookie enter, and reads every message up to then.
func (w *world) admitGuest(t *testing.T, zoe, nadia *browser, cookie string) *browser {
	t.Helper()
	lin := w.joinGuest(t, cookie)
	lin.wants("waiting")
	zoe.wants("knocking")
	nadia.wants("knocking")
	zoe.say(`{"type":"consent","id":"P3","granted":true}`)
	zoe.wants("knocking")
	nadia.wants("knocking")
	nadia.say(`{"type":"admit","id":"P3"}`)
	lin.wants("welcome")
	zoe.wants("joined")
	nadia.wants("joined")
	return lin
}

func TestR24_AGuestDecidesNothing(t *testing.T) {
	t.Parallel()
	for _, said := range []string{`{"type":"admit","id":"P1"}`, `{"type":"consent","id":"P3","granted":true}`, `{"type":"consent","id":"P1","granted":false}`} {
		t.Run(said, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			zoe, nadia := w.both(t)
			lin := w.admitGuest(t, zoe, nadia, w.invited(t, w.nadia, "Lin Marchand"))
			lin.say(said)
			lin.closed(websocket.ClosePolicyViolation)
		})
	}
	w := newWorld(t)
	zoe, nadia := w.both(t)
	nadia.say(`{"type":"consent","id":"P3","granted":true}`) // the worker consents in nobody's name
	nadia.closed(websocket.ClosePolicyViolation)
	zoe.wants("left")
	zoe.say(`{"type":"consent","id":"P2","granted":false}`) // removes guests alone
	w.join(t, w.nadia).wants("welcome")
}

func TestR24_AnAdmittedGuestComesBackAfterAReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	cookie := w.invited(t, w.nadia, "Lin Marchand")
	lin := w.admitGuest(t, zoe, nadia, cookie)
	_ = lin.conn.Close()
	zoe.wants("left")
	w.joinGuest(t, cookie).wants("welcome")
}

// A guest learns who talks, and nothing of what the hour is about or of what the person needs.
func TestR24_AGuestsPageSaysNothingOfReasonAndNeeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start, needs := w.appointment.StartsAt, appointment.Needs{Interpreter: "tigrigna", Accessibility: "marche avec une canne", Companion: "ma sœur Awa", ByWriting: true, SignLanguage: true}
	w.SetNow(start.Add(-time.Minute))
	must(t, w.Bookings.ChangeNeeds(t.Context(), w.zoe, w.appointment.ID, needs))
	w.SetNow(start)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.server.URL+"/appel/invite", nil)
	must(t, err)
	r.AddCookie(&http.Cookie{Name: "invite", Value: w.invited(t, w.zoe, "Paul")})
	status, body := w.get(t, r)
	if status != http.StatusOK || !strings.Contains(body, `id="call"`) {
		t.Fatalf("%d\n%s", status, body)
	}
	for _, told := range []string{"tigrigna", "canne", "Awa", "data-by-writing", "data-signing", w.appointment.Reason, w.appointment.ReasonLabel, w.zoe.ID.String(), w.nadia.ID.String()} {
		if strings.Contains(body, told) {
			t.Errorf("the page says %q", told)
		}
	}
}

func TestR24_ARevokedInvitationEndsTheGuestsConnectionAndPorts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	cookie := w.invited(t, w.nadia, "Lin Marchand")
	lin := w.admitGuest(t, zoe, nadia, cookie)
	invitations, err := w.guests.To(t.Context(), w.zoe, w.appointment.ID)
	must(t, err)
	must(t, w.guests.Revoke(t.Context(), w.zoe, w.appointment.ID, invitations[0].ID))
	lin.closed(4403)
	if _, status, err := w.dialGuest(cookie); err == nil || status != http.StatusGone {
		t.Errorf("comes back: %d, %v", status, err)
	}
}

func TestR24_StrangersAndForgedCookiesAreNoGuests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, cookie := range []string{"", "forged", strings.Repeat("A", 43)} {
		if _, status, err := w.dialGuest(cookie); err == nil || status != http.StatusGone {
			t.Errorf("%q: %d, %v", cookie, status, err)
		}
	}
	conn, response, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.server.URL, "http")+"/appel/invite/ws", http.Header{"Origin": {"https://elsewhere.example"}, "Cookie": {"invite=" + w.invited(t, w.nadia, "Lin")}})
	if err == nil {
		_ = conn.Close()
		t.Error("another origin connects a guest")
	} else if response.StatusCode != http.StatusForbidden {
		t.Errorf("another origin: %d", response.StatusCode)
	}
}

func TestR24_ALinkWorksOnceAndEndsAfterAnHour(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invite := func() string {
		token, i, err := w.guests.Invite(t.Context(), w.zoe, w.appointment.ID, guest.NewInvitation{Name: "Paul", Kind: guest.Relative})
		must(t, err)
		t.Cleanup(func() { _ = w.guests.Revoke(t.Context(), w.zoe, w.appointment.ID, i.ID) })
		return token
	}
	first := invite()
	_, err := w.guests.Open(t.Context(), first)
	must(t, err)
	_, err = w.guests.Open(t.Context(), first)
	wantFault(t, "the second use", err, fault.Gone)
	_, err = w.guests.Openable(t.Context(), first)
	wantFault(t, "its page", err, fault.Gone)

	second := invite()
	w.SetNow(w.DB.Now().Add(guest.Lifetime - time.Microsecond))
	_, err = w.guests.Openable(t.Context(), second)
	must(t, err)
	w.SetNow(w.DB.Now().Add(time.Microsecond))
	_, err = w.guests.Open(t.Context(), second)
	wantFault(t, "after an hour", err, fault.Gone)
}

func TestR24_ACallHasTwoGuestsAtMost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range guest.MaxGuests {
		w.invited(t, w.zoe, "Paul")
	}
	_, _, err := w.guests.Invite(t.Context(), w.nadia, w.appointment.ID, guest.NewInvitation{Name: "Un de trop", Kind: guest.Relative})
	wantFault(t, "a third", err, fault.Conflict)
	if n := w.Count(t, "call_invitations"); n != guest.MaxGuests {
		t.Errorf("%d invitations", n)
	}
}

func TestR24_OnlyItsPeopleInviteToACall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := w.Beneficiary(t, "Lou", "Martin")
	_, _, err := w.guests.Invite(t.Context(), other, w.appointment.ID, guest.NewInvitation{Name: "Paul", Kind: guest.Relative})
	wantFault(t, "a stranger invites", err, fault.NotFound)
	_, err = w.guests.To(t.Context(), other, w.appointment.ID)
	wantFault(t, "a stranger reads", err, fault.NotFound)
	w.SetNow(w.appointment.EndsAt.Add(time.Hour))
	_, _, err = w.guests.Invite(t.Context(), w.zoe, w.appointment.ID, guest.NewInvitation{Name: "Paul", Kind: guest.Relative})
	wantFault(t, "after the call", err, fault.Conflict)
}

// found is a world in which Zoé has asked for an interpreter, and the switchboard has found one;
// the hour is the day after.
func found(t *testing.T) (w *world, desk *viewer.Viewer) {
	t.Helper()
	w, desk = newWorld(t), bookingtest.SwitchboardAgent()
	w.findAt(t, desk, w.DB.Now().Add(24*time.Hour))
	return w, desk
}

// findAt goes on with another appointment, for which the switchboard has found an interpreter.
func (w *world) findAt(t *testing.T, desk *viewer.Viewer, startsAt time.Time) {
	t.Helper()
	w.appointment = w.Book(t, w.zoe, w.nadia, startsAt, slot.Video)
	must(t, w.Bookings.ChangeNeeds(t.Context(), w.zoe, w.appointment.ID, appointment.Needs{Interpreter: "tigrigna"}))
	must(t, w.Interpreters.Set(t.Context(), desk, w.appointment.ID, interpreter.Found))
}

func (w *world) inviteAhead(desk *viewer.Viewer) (token string, err error) {
	return w.guests.InviteAhead(context.Background(), desk, w.appointment.ID, guest.NewInvitation{Name: "Lin Marchand", Kind: guest.Interpreter, Email: "lin@exemple.fr"})
}

func TestR24_ALinkThatIsMadeAheadOpensOnceFromTheOpeningOfTheCallToTheEndOfTheHour(t *testing.T) {
	t.Parallel()
	w, desk := found(t)
	token, err := w.inviteAhead(desk)
	must(t, err)
	if sent := w.mailLinks(t); len(sent) != 1 || sent[0].To != "lin@exemple.fr" || !strings.Contains(sent[0].Text, token) || !strings.Contains(sent[0].Text, "Ce lien s’ouvre à ") {
		t.Errorf("mailed %+v", sent)
	}
	opening := w.appointment.StartsAt.Add(-15 * time.Minute)
	for _, early := range []time.Time{w.DB.Now(), opening.Add(-time.Microsecond)} {
		w.SetNow(early)
		_, err = w.guests.Openable(t.Context(), token)
		must(t, err) // its page says from when
		_, err = w.guests.Open(t.Context(), token)
		wantFault(t, "before the opening", err, fault.Conflict)
	}
	w.SetNow(w.appointment.EndsAt)
	_, err = w.guests.Open(t.Context(), token)
	wantFault(t, "after the hour", err, fault.Gone)

	w.SetNow(opening)
	cookie, err := w.guests.Open(t.Context(), token)
	must(t, err)
	_, err = w.guests.Open(t.Context(), token)
	wantFault(t, "the second use", err, fault.Gone)
	i, err := w.guests.Of(t.Context(), cookie)
	must(t, err)
	if i.Name != "Lin Marchand" || i.Kind != guest.Interpreter || i.Consented || i.Admitted {
		t.Errorf("the guest is %+v", i)
	}
	if admitted, err := w.guests.Admit(t.Context(), i.ID); err != nil || admitted {
		t.Errorf("admitted without the beneficiary's consent: %v", err)
	}
	must(t, w.guests.Consent(t.Context(), i.ID, true))
	if admitted, err := w.guests.Admit(t.Context(), i.ID); err != nil || !admitted {
		t.Errorf("not admitted with it: %v", err)
	}
}

func TestR24_ALinkThatIsMadeAheadEndsWithTheSearchThatItIsFor(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w *world, desk *viewer.Viewer) error{
		"the interpreter does not come": func(w *world, desk *viewer.Viewer) error {
			return w.Interpreters.Set(context.Background(), desk, w.appointment.ID, interpreter.None)
		},
		"another hour": func(w *world, _ *viewer.Viewer) error {
			return w.Bookings.Move(context.Background(), w.zoe, w.appointment.ID, w.appointment.StartsAt.Add(2*time.Hour))
		},
		"another language": func(w *world, _ *viewer.Viewer) error {
			return w.Bookings.ChangeNeeds(context.Background(), w.zoe, w.appointment.ID, appointment.Needs{Interpreter: "amharique"})
		},
		"no language": func(w *world, _ *viewer.Viewer) error {
			return w.Bookings.ChangeNeeds(context.Background(), w.zoe, w.appointment.ID, appointment.Needs{})
		},
		"another link": func(w *world, desk *viewer.Viewer) error { _, err := w.inviteAhead(desk); return err },
		"the worker removes it": func(w *world, _ *viewer.Viewer) error {
			all, err := w.guests.To(context.Background(), w.nadia, w.appointment.ID)
			if err != nil {
				return err
			}
			return w.guests.Revoke(context.Background(), w.nadia, w.appointment.ID, all[0].ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, desk := found(t)
			token, err := w.inviteAhead(desk)
			must(t, err)
			own, _, err := w.guests.Invite(t.Context(), w.zoe, w.appointment.ID, guest.NewInvitation{Name: "Paul", Kind: guest.Relative})
			must(t, err)
			must(t, end(w, desk))
			w.SetNow(w.appointment.StartsAt)
			_, err = w.guests.Open(t.Context(), token)
			wantFault(t, name, err, fault.Gone)
			_, err = w.guests.Openable(t.Context(), own)
			must(t, err) // what Zoé has made stays
		})
	}
}

func TestR24_OnlyTheSwitchboardMakesALinkAheadAndOnlyOnceAnInterpreterIsFound(t *testing.T) {
	t.Parallel()
	w, desk := found(t)
	for _, v := range []*viewer.Viewer{w.zoe, w.nadia, w.Admin, nil} {
		_, err := w.inviteAhead(v)
		wantFault(t, "another role", err, fault.Forbidden)
	}
	for state, code := range map[interpreter.State]fault.Code{interpreter.None: fault.Conflict, interpreter.ToFind: fault.Conflict} {
		must(t, w.Interpreters.Set(t.Context(), desk, w.appointment.ID, state))
		_, err := w.inviteAhead(desk)
		wantFault(t, string(state), err, code)
	}
	must(t, w.Interpreters.Set(t.Context(), desk, w.appointment.ID, interpreter.Found))
	coming := w.appointment
	w.appointment = w.Book(t, w.zoe, w.nadia, coming.StartsAt.Add(2*time.Hour), slot.Video)
	_, err := w.inviteAhead(desk)
	wantFault(t, "nobody asked", err, fault.NotFound)
	w.appointment = coming
	w.SetNow(coming.EndsAt)
	_, err = w.inviteAhead(desk)
	wantFault(t, "after the hour", err, fault.Conflict)
	w.SetNow(coming.StartsAt.Add(-48 * time.Hour))
	w.Cancel(t, w.zoe, coming)
	_, err = w.inviteAhead(desk)
	wantFault(t, "cancelled", err, fault.Conflict)
	if n := w.Count(t, "call_invitations"); n != 0 {
		t.Errorf("%d links were made", n)
	}
}

// mailbox records the mails that are sent.
type mailbox []mail.Message

func (m *mailbox) Send(_ context.Context, sent mail.Message) error {
	*m = append(*m, sent)
	return nil
}

// mailLinks runs every queued mail of a link once.
func (w *world) mailLinks(t *testing.T) (sent mailbox) {
	t.Helper()
	texts, err := web.NewNotificationTexts("https://rdv.exemple.fr", web.Phone{})
	must(t, err)
	worker := guest.NewMailWorker(w.guests, texts, &sent)
	jobs, err := postgres.All[struct{ Args []byte }](t.Context(), w.DB.Pool, `delete from river_job where kind = 'call_invitation' returning args`)
	must(t, err)
	for _, queued := range jobs {
		job := &river.Job[guest.LinkMail]{JobRow: &rivertype.JobRow{}}
		must(t, json.Unmarshal(queued.Args, &job.Args))
		must(t, worker.Work(t.Context(), job))
	}
	return sent
}

func TestR24_TheMailOfALinkIsNotSentOnceTheLinkIsRevokedOpenedOrOver(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(w *world, token string, id uuid.UUID) error{
		"revoked": func(w *world, _ string, id uuid.UUID) error {
			return w.guests.Revoke(t.Context(), w.nadia, w.appointment.ID, id)
		},
		"opened": func(w *world, token string, _ uuid.UUID) error {
			_, err := w.guests.Open(t.Context(), token)
			return err
		},
		"over": func(w *world, _ string, _ uuid.UUID) error { w.SetNow(w.DB.Now().Add(guest.Lifetime)); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			token, i, err := w.guests.Invite(t.Context(), w.zoe, w.appointment.ID, guest.NewInvitation{Name: "Paul", Kind: guest.Relative, Email: "paul@exemple.fr"})
			must(t, err)
			for _, secret := range []string{"paul@exemple.fr", token} {
				if n := w.Count(t, `call_invitations i where i::text like '%' || $1 || '%' or position(convert_to($1, 'UTF8') in sealed_mail) > 0`, secret) + w.Count(t, `river_job where args::text like '%' || $1 || '%'`, secret); n != 0 {
					t.Errorf("the database contains %s", secret)
				}
			}
			must(t, end(w, token, i.ID))
			if sent := w.mailLinks(t); len(sent) != 0 {
				t.Errorf("sent %+v", sent)
			}
			if n := w.Count(t, "call_invitations where sealed_mail is not null"); n != 0 {
				t.Error("the address is kept")
			}
		})
	}
}

// An attacker has the platform write to a stranger, or to many people.
func TestR47_LinksAreMailedAFewTimesADayToOneAddressAndByOnePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invite := func(v *viewer.Viewer, email string) error {
		_, i, err := w.guests.Invite(t.Context(), v, w.appointment.ID, guest.NewInvitation{Name: "Paul", Kind: guest.Relative, Email: email})
		if err == nil {
			must(t, w.guests.Revoke(t.Context(), v, w.appointment.ID, i.ID))
		}
		return err
	}
	for range 3 {
		must(t, invite(w.zoe, "paul@exemple.fr"))
	}
	wantFault(t, "a fourth in the hour", invite(w.zoe, "Paul+1@exemple.fr"), fault.Throttled)
	wantFault(t, "from somebody else", invite(w.nadia, "paul@exemple.fr"), fault.Throttled)
	must(t, invite(w.zoe, "")) // without a mail it is no mail
	for i := range 7 {
		must(t, invite(w.zoe, fmt.Sprintf("autre-%d@exemple.fr", i)))
	}
	wantFault(t, "an eleventh in the day", invite(w.zoe, "encore@exemple.fr"), fault.Throttled)
	must(t, invite(w.nadia, "encore@exemple.fr"))
	if made := w.Count(t, "call_invitations"); made != 12 {
		t.Errorf("%d invitations: a refused one was made", made)
	}
}

func TestR47_TheSwitchboardMailsAddressesSixLinksADayAndFiftyInAll(t *testing.T) {
	t.Parallel()
	w, desk := found(t)
	mailed := func(email string) error {
		_, err := w.guests.InviteAhead(t.Context(), desk, w.appointment.ID, guest.NewInvitation{Name: "Lin", Kind: guest.Interpreter, Email: email})
		return err
	}
	began := w.DB.Now()
	for range 3 {
		must(t, mailed("lin@exemple.fr"))
	}
	w.SetNow(began.Add(2 * time.Hour))
	for range 3 {
		must(t, mailed("lin@exemple.fr"))
	}
	w.SetNow(began.Add(4 * time.Hour))
	wantFault(t, "a seventh in the day", mailed("lin@exemple.fr"), fault.Throttled)
	for i := range 44 {
		if i%11 == 0 { // an appointment has a bound of its own
			w.findAt(t, desk, w.appointment.StartsAt.Add(time.Hour))
		}
		must(t, mailed(fmt.Sprintf("autre-%d@exemple.fr", i)))
	}
	wantFault(t, "a fifty-first in the day", mailed("encore@exemple.fr"), fault.Throttled)
	must(t, mailed("")) // the operator gives it themselves
}

func wantFault(t *testing.T, what string, err error, code fault.Code) {
	t.Helper()
	if err == nil || fault.From(err).Code != code {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

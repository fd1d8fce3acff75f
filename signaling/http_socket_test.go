package signaling_test

import (
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"socialdirect/account/session"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/viewer"
	"socialdirect/signaling"

	"github.com/gorilla/websocket"
)

func TestR24_NobodyElseCanOpenASocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	others := w.Book(t, w.Beneficiary(t, "Ali", "Benali"), w.SocialWorker(t, "Rose", "Petit"), w.appointment.StartsAt, slot.Video)
	foreign := http.Header{"Origin": {"https://ailleurs.example"}}
	for _, c := range []struct {
		name string
		dial func() (*browser, int, error)
		want int
	}{
		{"another origin", func() (*browser, int, error) { return w.dial(w.zoe, foreign, w.appointment) }, 403},
		{"no origin", func() (*browser, int, error) { return w.dial(w.zoe, http.Header{}, w.appointment) }, 403},
		{"the origin null", func() (*browser, int, error) {
			return w.dial(w.zoe, http.Header{"Origin": {"null"}}, w.appointment)
		}, 403},
		{"nobody", func() (*browser, int, error) { return w.dial(nil, w.origin(), w.appointment) }, 401},
		{"somebody else's", func() (*browser, int, error) { return w.dial(w.zoe, w.origin(), others) }, 404},
		{"none", func() (*browser, int, error) { return w.dial(w.zoe, w.origin(), appointment.Appointment{}) }, 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, status, err := c.dial(); err == nil || status != c.want {
				t.Errorf("%s: %d, %v; want %d", c.name, status, err, c.want)
			}
		})
	}
}

func TestR24_NoWelcomeBeforeTheWorkerAdmits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe := w.join(t, w.zoe)
	if got := zoe.wants("waiting"); !reflect.DeepEqual(got, map[string]any{"type": "waiting"}) {
		t.Errorf("received while waiting: %v", got)
	}
	nadia := w.join(t, w.nadia)
	hello := nadia.wants("welcome")
	if people := hello["participants"].([]any); len(people) != 0 {
		t.Errorf("somebody is inside already: %v", people)
	}
	knock := nadia.wants("knocking")["participant"]
	want := map[string]any{"id": "P1", "name": "Zoé Vidal", "role": "beneficiary"}
	if !reflect.DeepEqual(knock, want) {
		t.Errorf("knocking: %v", knock)
	}
	// What the worker's side sends meanwhile is not forwarded: the beneficiary's next message is
	// the welcome.
	nadia.say(`{"type":"state","audio":true,"video":true,"screen":false}`)
	nadia.say(`{"type":"description","to":"P1","description":{"type":"offer","sdp":"v=0"}}`)
	nadia.say(`{"type":"candidate","to":"P1","candidate":null}`)
	nadia.say(`{"type":"admit","id":"P1"}`)
	got := zoe.wants("welcome")
	people := []any{map[string]any{"id": "P2", "name": "Nadia Le Goff", "role": "social_worker"}}
	if got["self"] != "P1" || got["ice_transport_policy"] != "relay" || !reflect.DeepEqual(got["participants"], people) {
		t.Errorf("welcome: %v", got)
	}
	if got["closes_at"] != w.appointment.EndsAt.Add(15*time.Minute).Format(time.RFC3339) {
		t.Errorf("closes at %v", got["closes_at"])
	}
	if joined := nadia.wants("joined")["participant"]; !reflect.DeepEqual(joined, want) {
		t.Errorf("joined: %v", joined)
	}
}

func TestR24_WaitingParticipantsMaySendNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, said := range []string{
		`{"type":"admit","id":"P1"}`, `{"type":"leave"}`, `{"type":"state","audio":true,"video":true,"screen":true}`,
		`{"type":"description","to":"P2","description":{"type":"offer","sdp":"v=0"}}`,
	} {
		zoe := w.join(t, w.zoe)
		zoe.wants("waiting")
		zoe.say(said)
		zoe.closed(websocket.ClosePolicyViolation)
	}
}

func TestR24_OnlyTheWorkerAdmits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	zoe.say(`{"type":"admit","id":"P1"}`)
	zoe.closed(websocket.ClosePolicyViolation)
	if left := nadia.wants("left"); left["id"] != "P1" {
		t.Errorf("left: %v", left)
	}
}

func TestR24_AdmittingTwiceOrSomebodyAbsentChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nadia := w.join(t, w.nadia)
	nadia.wants("welcome")
	nadia.say(`{"type":"admit","id":"P1"}`) // not connected yet: they will still wait
	nadia.say(`{"type":"admit","id":"P9"}`)
	// Messages are handled in order: once this one is forwarded, the admissions above were handled.
	zoe := w.join(t, w.zoe)
	zoe.wants("waiting")
	nadia.wants("knocking")
	nadia.say(`{"type":"admit","id":"P1"}`)
	nadia.say(`{"type":"admit","id":"P1"}`)
	zoe.wants("welcome")
	nadia.wants("joined")
	zoe.say(`{"type":"state","audio":true,"video":false,"screen":false}`)
	got := nadia.wants("state")
	if want := map[string]any{"type": "state", "from": "P1", "audio": true, "video": false, "screen": false}; !reflect.DeepEqual(got, want) {
		t.Errorf("state: %v", got)
	}
}

func TestR23_CommitmentsAndNoncesAreForwardedInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	nadia.say(`{"type":"commit","to":"P1","hash":"Zm9v-_","nonce":"not yet"}`)
	nadia.say(`{"type":"reveal","to":"P1","nonce":"YmFy","hash":"Zm9v","sdp":"v=0"}`)
	for _, want := range []map[string]any{
		{"type": "commit", "from": "P2", "hash": "Zm9v-_"}, {"type": "reveal", "from": "P2", "nonce": "YmFy"},
	} {
		if got := zoe.wants(want["type"].(string)); !reflect.DeepEqual(got, want) {
			t.Errorf("received %v, want %v", got, want)
		}
	}
}

func TestR24_AnAdmissionSurvivesAReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	_ = zoe.conn.Close()
	nadia.wants("left")
	zoe = w.join(t, w.zoe)
	if self := zoe.wants("welcome")["self"]; self != "P1" {
		t.Errorf("her identifier is now %v", self)
	}
	nadia.wants("joined")
	// Also after the room has closed.
	_ = zoe.conn.Close()
	nadia.wants("left")
	_ = nadia.conn.Close()
	w.attendances(t, 3, 3)
	w.join(t, w.zoe).wants("welcome")
}

func TestR24_ANewerConnectionReplacesTheOlder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	newer := w.join(t, w.zoe)
	newer.wants("welcome")
	zoe.closed(4409)
	nadia.wants("left")
	nadia.wants("joined")
	newer.say(`{"type":"leave"}`)
	newer.closed(websocket.CloseNormalClosure)
	nadia.wants("left")
}

func TestR24_TheCallOpensAndCloses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.appointment
	for _, c := range []struct {
		now  time.Time
		open bool
	}{
		{a.StartsAt.Add(-15*time.Minute - time.Microsecond), false},
		{a.StartsAt.Add(-15 * time.Minute), true},
		{a.EndsAt.Add(15*time.Minute - time.Microsecond), true},
		{a.EndsAt.Add(15 * time.Minute), false},
	} {
		w.SetNow(c.now)
		zoe := w.join(t, w.zoe)
		if c.open {
			zoe.wants("waiting")
			_ = zoe.conn.Close()
		} else {
			zoe.closed(4403)
		}
	}
}

func TestR24_AClosingCallDisconnectsItsParticipants(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	closes := w.appointment.EndsAt.Add(15 * time.Minute)
	w.SetNow(closes.Add(-5 * time.Minute))
	zoe.wants("ice")
	if at := zoe.wants("ending")["at"]; at != closes.Format(time.RFC3339) {
		t.Errorf("ending at %v", at)
	}
	nadia.wants("ice")
	nadia.wants("ending")
	w.SetNow(closes)
	zoe.eventuallyClosed(4403)
	nadia.eventuallyClosed(4403)
}

// A call makes no requests, but counts as use: on a shared device an hour's call must not be
// signed out as idle, whereas somebody who has left must be.
func TestR24_ACallOnASharedDeviceIsNotSignedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if _, err := w.DB.Pool.Exec(t.Context(), `update sessions set shared_device = true, seen_at = $2, expires_at = $2::timestamptz + interval '2 hours' where account_id = $1`, w.zoe.ID, w.DB.Now()); err != nil {
		t.Fatal(err)
	}
	zoe, _ := w.both(t)
	began := w.DB.Now()
	seen := func() (at time.Time) {
		if err := w.DB.Pool.QueryRow(t.Context(), `select seen_at from sessions where account_id = $1`, w.zoe.ID).Scan(&at); err != nil {
			t.Error(err)
		}
		return at
	}
	for minutes := 10; minutes <= 50; minutes += 10 {
		now := began.Add(time.Duration(minutes) * time.Minute)
		w.SetNow(now)
		eventually(t, "the session in use", func() bool { return !seen().Before(now) })
	}
	zoe.say(`{"type":"leave"}`)
	zoe.eventuallyClosed(1000)
	left := w.DB.Now()
	w.SetNow(left.Add(session.SharedIdle))
	if alive, err := w.Accounts.Sessions.SessionAlive(t.Context(), w.zoe.Session); err != nil || alive {
		t.Errorf("twenty minutes after the call the session is valid: %t, %v", alive, err)
	}
}

// eventuallyClosed waits until the connection is closed, and ignores messages before.
func (b *browser) eventuallyClosed(code int) {
	b.t.Helper()
	for {
		if _, err := b.hears(); err != nil {
			if !websocket.IsCloseError(err, code) {
				b.t.Fatalf("wants %d: %v", code, err)
			}
			return
		}
	}
}

func TestR24_ACancelledAppointmentEndsItsCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetNow(w.appointment.StartsAt.Add(-10 * time.Minute))
	_, nadia := w.both(t)
	if _, err := w.Bookings.Cancel(t.Context(), w.zoe, w.appointment.ID, ""); err != nil {
		t.Fatal(err)
	}
	nadia.eventuallyClosed(4403)
	w.join(t, w.zoe).closed(4403)
}

func TestR24_ASignedOutSessionEndsItsCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	if err := w.Accounts.Sessions.SignOut(t.Context(), w.zoe); err != nil {
		t.Fatal(err)
	}
	zoe.closed(4401)
	nadia.wants("left")
}

func TestR24_ARevokedWorkerLeavesTheCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	w.sessions.mu.Lock()
	w.sessions.revoked = true
	w.sessions.mu.Unlock()
	nadia.eventuallyClosed(4401)
	zoe.wants("left")
}

// However many idle connections there are, each round makes two queries: one for sessions, one
// for appointments.
func TestR44_IdleConnectionsShareTwoQueriesPerRound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetNow(bookingtest.Start)
	calls := []appointment.Appointment{w.appointment}
	w.others = []*viewer.Viewer{w.zoe, w.nadia}
	for range 5 {
		beneficiary, worker := w.Beneficiary(t, "Ali", "Benali"), w.SocialWorker(t, "Rose", "Petit")
		worker.Session = workerSession
		calls = append(calls, w.Book(t, beneficiary, worker, w.appointment.StartsAt, slot.Video))
		w.others = append(w.others, beneficiary, worker)
	}
	w.SetNow(w.appointment.StartsAt)
	for i, call := range calls {
		w.appointment = call
		w.join(t, w.others[2*i]).wants("waiting")
		w.join(t, w.others[2*i+1]).wants("welcome")
	}
	w.attendances(t, 6, 0)
	rounds := func() int {
		w.sessions.mu.Lock()
		defer w.sessions.mu.Unlock()
		return w.sessions.asked
	}
	before, first := w.DB.Pool.Stat().AcquireCount(), rounds()
	eventually(t, "ten rounds", func() bool { return rounds() >= first+10 })
	if asked, most := int(w.DB.Pool.Stat().AcquireCount()-before), 2*(rounds()-first)+2; asked > most {
		t.Errorf("12 connections made %d queries in %d rounds", asked, rounds()-first)
	}
}

func TestR24_AnAppointmentThatIsNotByVideoHasNoCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetNow(bookingtest.Start)
	w.appointment = w.Book(t, w.zoe, w.nadia, bookingtest.Start.Add(5*time.Hour), slot.Phone)
	w.SetNow(w.appointment.StartsAt)
	w.join(t, w.zoe).closed(4403)
}

func TestR44_AnInvalidMessageEndsTheConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, said := range map[string]string{
		"no JSON": `{`, "two": `{"type":"leave"}{}`, "a list": `[]`, "no type": `{}`, "unknown": `{"type":"dance"}`,
		"server's": `{"type":"welcome"}`, "no description": `{"type":"description","to":"P1"}`, "no target": `{"type":"candidate","candidate":null}`,
		"no candidate": `{"type":"candidate","to":"P1"}`, "odd candidate": `{"type":"candidate","to":"P1","candidate":7}`,
		"odd description": `{"type":"description","to":"P1","description":{"type":"plan","sdp":""}}`, "half a state": `{"type":"state","audio":true}`,
		"no hash": `{"type":"commit","to":"P1"}`, "an address for a hash": `{"type":"commit","to":"P1","hash":"192.0.2.1"}`, "no target of a nonce": `{"type":"reveal","nonce":"ab"}`,
		"a long nonce": `{"type":"reveal","to":"P1","nonce":"` + strings.Repeat("a", 129) + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			nadia := w.join(t, w.nadia)
			nadia.wants("welcome")
			nadia.say(said)
			t.Log(name)
			nadia.closed(websocket.ClosePolicyViolation)
		})
	}
	nadia := w.join(t, w.nadia)
	nadia.wants("welcome")
	if err := nadia.conn.WriteMessage(websocket.BinaryMessage, []byte(`{"type":"leave"}`)); err != nil {
		t.Fatal(err)
	}
	nadia.closed(websocket.ClosePolicyViolation)
}

func TestR44_AFrameHasAtMost64KiB(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	fits := describing(strings.Repeat("x", signaling.MaxDescription))
	fits += strings.Repeat(" ", signaling.MaxFrame-len(fits))
	nadia.say(fits)
	zoe.wants("description")
	for _, tooBig := range []string{fits + " ", strings.Repeat("x", 1<<20)} {
		nadia.say(tooBig)
		nadia.closed(websocket.CloseMessageTooBig)
		zoe.wants("left")
		nadia = w.join(t, w.nadia)
		nadia.wants("welcome")
		zoe.wants("joined")
	}
}

func describing(sdp string) string {
	return `{"type":"description","to":"P1","description":{"type":"offer","sdp":"` + sdp + `"}}`
}

func TestR44_ADescriptionHasAtMost32KiB(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	line := `a=x:<&>\r\n` // escaping must not lengthen it
	fits := "v=0\\r\\n" + strings.Repeat(line, (signaling.MaxDescription-5)/9)
	nadia.say(describing(fits))
	got := zoe.wants("description")["description"].(map[string]any)["sdp"].(string)
	if got != strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(fits) {
		t.Errorf("%d bytes of %d arrive", len(got), len(fits))
	}
	nadia.say(describing(strings.Repeat("x", signaling.MaxDescription+1)))
	nadia.closed(websocket.CloseMessageTooBig)
	zoe.wants("left")
}

func TestR44_APeerThatDoesNotReadIsDisconnected(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for the timeout of a write")
	}
	w := newWorld(t)
	zoe, nadia := w.both(t)
	_ = zoe.conn.NetConn().(*net.TCPConn).SetReadBuffer(4 << 10)
	line := `{"type":"description","to":"P1","description":{"type":"offer","sdp":"` + strings.Repeat(`a=x:1\r\n`, 4000) + `"}}`
	go func() {
		for nadia.conn.WriteMessage(websocket.TextMessage, []byte(line)) == nil {
		}
	}()
	if left := nadia.wants("left"); left["id"] != "P1" {
		t.Errorf("left: %v", left)
	}
}

func TestR44_APeerThatSendsManyMessagesWaitsAndLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	began := time.Now()
	const many = 100
	go func() {
		for range many {
			if nadia.conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"candidate","to":"P1","candidate":null}`)) != nil {
				return
			}
		}
	}()
	for range many {
		zoe.wants("candidate")
	}
	if took := time.Since(began); took < 500*time.Millisecond {
		t.Errorf("%d messages were read at once, in %s", many, took)
	}
}

// Bytes count too, whatever the size of the frames.
func TestR44_APeerThatSendsManyBytesWaitsAndLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	began := time.Now()
	const many = 20 // of 32 KiB each, of which a second's worth is read at once
	go func() {
		for range many {
			if nadia.conn.WriteMessage(websocket.TextMessage, []byte(describing(strings.Repeat("x", signaling.MaxDescription)))) != nil {
				return
			}
		}
	}()
	for range many {
		zoe.wants("description")
	}
	if took := time.Since(began); took < 1400*time.Millisecond {
		t.Errorf("%d KiB were read in %s", many*signaling.MaxDescription>>10, took)
	}
}

func TestR44_AMessageToSomebodyWhoLeftIsDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	zoe.say(`{"type":"leave"}`)
	zoe.closed(websocket.CloseNormalClosure)
	nadia.wants("left")
	nadia.say(`{"type":"candidate","to":"P1","candidate":null}`)
	nadia.say(`{"type":"candidate","to":"P9","candidate":null}`)
	zoe = w.join(t, w.zoe)
	zoe.wants("welcome")
	nadia.wants("joined")
	nadia.say(`{"type":"candidate","to":"P1","candidate":null}`)
	zoe.wants("candidate")
}

func TestR44_AClosingServerDisconnectsEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	done := make(chan error)
	go func() { done <- w.calls.Close(t.Context()) }()
	zoe.eventuallyClosed(websocket.CloseServiceRestart)
	nadia.eventuallyClosed(websocket.CloseServiceRestart)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if _, status, err := w.dial(w.zoe, w.origin(), w.appointment); err == nil || status != http.StatusServiceUnavailable {
		t.Errorf("somebody could still connect: %d, %v", status, err)
	}
}

func TestR23_OnlyJoiningAndLeavingAreStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zoe, nadia := w.both(t)
	w.attendances(t, 2, 0)
	w.SetNow(w.appointment.StartsAt.Add(30 * time.Minute))
	_ = zoe.conn.Close()
	nadia.eventuallyHears("left") // a renewal of her relay credentials may come first
	w.attendances(t, 2, 1)
	var stayed time.Duration
	err := w.DB.Pool.QueryRow(t.Context(), `select left_at - joined_at from call_attendances where account_id = $1`, w.zoe.ID).Scan(&stayed)
	if err != nil || stayed != 30*time.Minute {
		t.Errorf("stayed %v, %v", stayed, err)
	}
	columns := `select string_agg(table_name || '.' || column_name, ' ' order by table_name, ordinal_position)
		from information_schema.columns where table_name like 'call\_%'`
	var kept string
	if err := w.DB.Pool.QueryRow(t.Context(), columns).Scan(&kept); err != nil {
		t.Fatal(err)
	}
	want := "call_admissions.appointment_id call_admissions.account_id call_admissions.admitted_at " +
		"call_attendances.id call_attendances.appointment_id call_attendances.account_id call_attendances.joined_at call_attendances.left_at " +
		"call_invitations.id call_invitations.appointment_id call_invitations.beneficiary_id call_invitations.place call_invitations.kind call_invitations.invited_by " +
		"call_invitations.sealed_name call_invitations.sealed_mail call_invitations.token_hash call_invitations.cookie_hash call_invitations.made_at call_invitations.opens_at call_invitations.expires_at call_invitations.ends_at " +
		"call_invitations.opened_at call_invitations.consented_at call_invitations.admitted_at call_invitations.revoked_at " + // until the day after the call
		"call_tests.reference call_tests.sent_at call_tests.browser call_tests.results" // of a test, sent by the person, and of no call
	if kept != want {
		t.Errorf("kept: %s", kept)
	}
}

// attendances waits until the given numbers have joined and left.
func (w *world) attendances(t *testing.T, joined, left int) {
	t.Helper()
	eventually(t, "attendances", func() bool {
		var j, l int
		err := w.DB.Pool.QueryRow(t.Context(), `select count(*), count(left_at) from call_attendances`).Scan(&j, &l)
		return err == nil && j == joined && l == left
	})
}

package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/embedded"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"
)

func TestR21_ChoicesAreKeptAndInvalidOnesAreShownAgain(t *testing.T) {
	t.Parallel()
	v := platformOf(t).newcomer(t)
	a := v.want("the choices", v.get("/profil/notifications"), http.StatusOK)
	for _, want := range []string{`name="limit_reminder" type="checkbox" value="1" checked`, `name="texts" type="checkbox" value="1" checked`, `<option value="480" selected>8`, `<option value="1200" selected>20`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("at first there is no %s", want)
		}
	}
	v.want("save", v.post("/profil/notifications", "hour_reminder", "1", "discreet", "1", "call_from", "540", "call_until", "1020"), http.StatusSeeOther)
	a = v.want("the choices", v.get("/profil/notifications"), http.StatusOK)
	for want, there := range map[string]bool{
		`name="limit_reminder" type="checkbox" value="1" checked`: false, `name="hour_reminder" type="checkbox" value="1" checked`: true,
		`name="texts" type="checkbox" value="1" checked`: false, `name="discreet" type="checkbox" value="1" checked`: true,
		`<option value="540" selected>9`: true, `<option value="1020" selected>17`: true, "C’est enregistré": true,
	} {
		t.Run(want, func(t *testing.T) {
			if strings.Contains(a.body, want) != there {
				t.Errorf("%s: want %t", want, there)
			}
		})
	}
	for name, fields := range map[string][]string{
		"nothing": {}, "the wrong way round": {"call_from", "1020", "call_until", "540"}, "no hour": {"call_from", "541", "call_until", "600"},
		"too late": {"call_from", "540", "call_until", "1500"}, "no number": {"call_from", "x", "call_until", "600"},
	} {
		a := v.want(name, v.post("/profil/notifications", fields...), http.StatusUnprocessableEntity)
		if !strings.Contains(a.body, `role="alert"`) {
			t.Errorf("%s: no message", name)
		}
	}
}

// A mail that is refused at once and one that bounces a day later: the switchboard sees both,
// without their content.
func TestR21_TheSwitchboardCallsPeopleWhoseMailBounced(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	ctx := context.Background()
	v, standard := w.newcomer(t), w.staffMember(t, viewer.Switchboard)
	id := v.whoIs().ID
	v.want("no SMS", v.post("/profil/notifications", "call_from", "0", "call_until", "1440"), http.StatusSeeOther)
	_, err := w.platform.db.Pool.Exec(ctx, `update accounts set first_name = 'Perdue', email = 'perdue@`+embedded.RefusedDomain+`' where id = $1`, id)
	ok(t, err)
	worker, at := v.freeSlot()
	page := v.want("book", v.book(worker, at), http.StatusSeeOther).location()
	w.stateOf(t, id.String(), "failed")
	a := standard.want("whom to call", standard.get("/standard/notifications"), http.StatusOK)
	own := "/standard/notifications/" + id.String()
	if !strings.Contains(a.body, own) || !strings.Contains(a.body, "Perdue") || !strings.Contains(a.body, "l’adresse n’existe pas") {
		t.Errorf("the list: %s", main_(a.body))
	}
	a = standard.want("the person", standard.get(own), http.StatusOK)
	if !strings.Contains(a.body, "06 12 34 56 78") || strings.Contains(a.body, strings.TrimPrefix(page, "/rendez-vous/")) || strings.Contains(a.body, "handicap") {
		t.Errorf("the page: %s", main_(a.body))
	}
	standard.want("called", standard.post(own), http.StatusSeeOther)
	if a = standard.want("whom to call", standard.get("/standard/notifications"), http.StatusOK); strings.Contains(a.body, own) {
		t.Error("called, and still on the list")
	}

	_, err = w.platform.db.Pool.Exec(ctx, `update accounts set email = 'pleine-`+id.String()+`@exemple.fr' where id = $1`, id)
	ok(t, err)
	v.want("cancel", v.post(page+"/annulation", "explanation", ""), http.StatusSeeOther)
	notice := w.stateOf(t, id.String(), "sent")
	report := "To: retours+notice-" + notice + "@exemple.fr\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n--b--\r\n"
	ok(t, readBounce(ctx, w.platform.db.Pool.Config().ConnString(), strings.NewReader(report)))
	w.stateOf(t, id.String(), "bounced")
	a = standard.want("whom to call", standard.get("/standard/notifications"), http.StatusOK)
	if !strings.Contains(a.body, own) || !strings.Contains(a.body, "la boîte aux lettres est pleine") {
		t.Errorf("the list: %s", main_(a.body))
	}
}

// stateOf waits until a mail to somebody is in a state, and returns its identifier.
func (w *world) stateOf(t *testing.T, account, state string) (id string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); <-time.After(20 * time.Millisecond) {
		err := w.platform.db.Pool.QueryRow(t.Context(), `
			select coalesce(max(id::text), '') from notifications where account_id = $1 and state = $2 and channel = 'mail'`, account, state).Scan(&id)
		ok(t, err)
		if id != "" {
			return id
		}
	}
	t.Fatalf("nothing was %s", state)
	return ""
}

func TestBounceIgnoresOtherMailsAndAsksForALaterTry(t *testing.T) {
	t.Parallel()
	if err := readBounce(t.Context(), "postgres://nowhere.invalid/x", strings.NewReader("Subject: absent\r\n\r\nbonjour")); err != nil {
		t.Errorf("no report: %v", err)
	}
	report := "To: x@exemple.fr\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nA: b\r\n\r\nAction: failed\r\nStatus: 5.0.0\r\n\r\n--b--\r\n"
	err := readBounce(t.Context(), "postgres://127.0.0.1:1/x?connect_timeout=2", strings.NewReader(report))
	var said strings.Builder
	if got := status(err, &said); got != 75 || !strings.Contains(said.String(), "database") {
		t.Errorf("without a database: %d, %s", got, said.String())
	}
}

// stopLinkOf returns the link that a mail about a waiting message would have.
func (w *world) stopLinkOf(t *testing.T, v *visitor) string {
	t.Helper()
	v.want("both wanted", v.post("/profil/notifications/messages", "messages", "1", "released_slots", "1"), http.StatusSeeOther)
	keys, err := vault.Open(w.platform.db, bytes.Repeat([]byte{7}, 32), bytes.Repeat([]byte{8}, 32))
	ok(t, err)
	return "/desinscription?token=" + base64.RawURLEncoding.EncodeToString(keys.Digest("unsubscribe", v.whoIs().ID.String()+"/messages"))
}

// A program for mail posts to the link of a mail: from elsewhere, without a session, with a body
// of its own (RFC 8058). Nothing more of the topic is sent.
func TestR21_AProgramForMailStopsMessagesWithOnePost(t *testing.T) {
	t.Parallel()
	w := platformOf(t)
	v := w.newcomer(t)
	link := w.stopLinkOf(t, v)
	for kind, body := range map[string]string{
		"application/x-www-form-urlencoded": "List-Unsubscribe=One-Click",
		"multipart/form-data; boundary=b":   "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n",
	} {
		r, err := http.NewRequest(http.MethodPost, w.server.URL+link, strings.NewReader(body))
		ok(t, err)
		r.Header.Set("Content-Type", kind)
		program := w.visitor(t)
		a := program.want(kind, program.send(r, nil), http.StatusOK)
		if a.header.Get("Set-Cookie") != "" || a.location() != "" {
			t.Errorf("%s: %v", kind, a.header)
		}
	}
	a := v.want("the choices", v.get("/profil/notifications/messages"), http.StatusOK)
	if !strings.Contains(a.body, `name="messages" type="checkbox" value="1"`) || strings.Contains(a.body, `name="messages" type="checkbox" value="1" checked`) {
		t.Errorf("it is not stopped: %s", main_(a.body))
	}
	other := w.visitor(t)
	a = other.want("the page", other.get(link), http.StatusOK)
	if strings.Contains(a.body, "Vidal") || strings.Contains(a.body, "exemple.fr") {
		t.Errorf("the page names the person: %s", main_(a.body))
	}
	other.want("altered", other.post(link+"A"), http.StatusGone)
	other.want("signing in with it", other.get("/inscription/validation?"+strings.TrimPrefix(link, "/desinscription?")), http.StatusGone)
	v.want("allowed again", v.post("/profil/notifications/messages", "messages", "1", "released_slots", "1"), http.StatusSeeOther)
	other.want("the button", other.post("/desinscription", "token", strings.TrimPrefix(link, "/desinscription?token=")), http.StatusOK)
}

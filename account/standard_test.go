package account_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/signup"

	"socialdirect/account/lookup"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/account/smscode"
	"socialdirect/booking/bookingtest"
	"socialdirect/company"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/internal/viewer"
)

// phones keeps what is sent to them.
type phones struct {
	sent    []sms.Message
	failing error
}

func (p *phones) Send(_ context.Context, m sms.Message) error {
	p.sent = append(p.sent, m)
	return p.failing
}

// switchboard is a world with an SMS gateway and an operator.
func switchboard(t *testing.T) (*bookingtest.World, *viewer.Viewer) {
	t.Helper()
	w := bookingtest.New(t)
	w.Accounts.People.AllowTexts()
	return w, newOperator(t, w, "standard@exemple.fr")
}

func newOperator(t *testing.T, w *bookingtest.World, email string) *viewer.Viewer {
	t.Helper()
	v := &viewer.Viewer{Role: viewer.Switchboard, Complete: true}
	err := w.DB.InTx(t.Context(), func(tx postgres.Tx) (err error) {
		v.ID, _, err = w.Accounts.SignUps.Invite(t.Context(), tx, signup.Invitation{Role: viewer.Switchboard, Email: email, FirstName: "Yann", LastName: "Kerbrat", Zone: "Europe/Paris"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func spoken(w *bookingtest.World, email, mobile string) signup.Assisted {
	return signup.Assisted{Code: w.Code(), FirstName: "Anne-Marie", LastName: "Le Goff", Email: email, Mobile: mobile}
}

func assist(t *testing.T, w *bookingtest.World, v *viewer.Viewer, in signup.Assisted) people.Person {
	t.Helper()
	id, err := w.Accounts.SignUps.Assist(t.Context(), v, in)
	if err != nil {
		t.Fatal(err)
	}
	person, err := w.Accounts.People.Person(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return person
}

func TestR4_TheOperatorNeitherChoosesThePasswordNorDeclaresNorAccepts(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	person := assist(t, w, v, spoken(w, "anne@exemple.fr", "+262692123456"))
	var password, adult *string
	var accepted int
	err := w.DB.Pool.QueryRow(t.Context(), `
		select password_hash, adult_declared_at::text, (select count(*) from legal_acceptances where account_id = a.id) from accounts a where id = $1`, person.ID).Scan(&password, &adult, &accepted)
	if err != nil || password != nil || adult != nil || accepted != 0 {
		t.Errorf("password %v, adult %v, %d acceptances, %v", password, adult, accepted, err)
	}
	if person.Zone.String() != "Indian/Reunion" || person.Role != viewer.Beneficiary {
		t.Errorf("opened as %+v", person)
	}
	if got := jobsFor(t, w); len(got) != 2 || got[1] != "assisted" {
		t.Errorf("mails to send: %v", got)
	}
	lines, err := audit.About(t.Context(), w.DB.Pool, person.ID, 5)
	if err != nil || len(lines) != 1 || lines[0].Act != "account.assisted" || lines[0].ActorID != v.ID {
		t.Errorf("journal: %+v, %v", lines, err)
	}
	token, err := issue(t.Context(), w, "invitation", person.ID)
	if err != nil {
		t.Fatal(err)
	}
	if in, err := w.Accounts.SignUps.AcceptInvitation(t.Context(), token, bookingtest.Password, session.Device{}); err != nil || !in.Complete {
		t.Errorf("the link opened %+v, %v", in, err)
	}
	if _, err := w.Accounts.Sessions.SignIn(t.Context(), "anne@exemple.fr", bookingtest.Password, session.Device{Place: "192.0.2.1"}); err != nil {
		t.Errorf("with the password of one's own: %v", err)
	}
}

func TestR4_OnlyTheSwitchboardSignsPeopleUp(t *testing.T) {
	t.Parallel()
	w, operator := switchboard(t)
	person := assist(t, w, operator, spoken(w, "anne@exemple.fr", "+33612345679"))
	viewers := []*viewer.Viewer{nil}
	for _, role := range viewer.Roles {
		if role != viewer.Switchboard {
			viewers = append(viewers, &viewer.Viewer{ID: operator.ID, Role: role, Complete: true})
		}
	}
	for _, v := range viewers {
		_, assisted := w.Accounts.SignUps.Assist(t.Context(), v, spoken(w, "b@exemple.fr", "+33612345670"))
		_, listed := w.Accounts.SignUps.Assistances(t.Context(), v)
		_, _, searched := w.Accounts.Lookups.Search(t.Context(), v, "Le Goff", "")
		_, compared := w.Accounts.Lookups.LikelyDoubles(t.Context(), v, lookup.Probe{Mobile: "+33612345679"})
		for act, err := range map[string]error{
			"sign up": assisted, "list": listed, "search": searched, "resend": w.Accounts.SignUps.ResendLink(t.Context(), v, person.ID), "compare": compared,
		} {
			administrator := act == "compare" && v != nil && v.Role == viewer.Administrator
			if fault.Is(err, fault.Forbidden) == administrator {
				t.Errorf("%+v, %s: %v", v, act, err)
			}
		}
	}
}

func TestR4_TheConnectionCodeCountsAsAtSignUp(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	in := spoken(w, "anne@exemple.fr", "+33612345679")
	in.Code = "0000-0000-0000-0000"
	if _, err := w.Accounts.SignUps.Assist(t.Context(), v, in); !errors.Is(err, company.ErrCode) {
		t.Errorf("an unknown code: %v", err)
	}
	if got := jobsFor(t, w); len(got) != 1 {
		t.Errorf("it left %v", got)
	}
}

func TestR4_ALinkIsSentAgainForOnesOwnUntilItWasFollowed(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	other := newOperator(t, w, "autre@exemple.fr")
	person := assist(t, w, v, spoken(w, "anne@exemple.fr", "+33612345679"))
	w.SetNow(bookingtest.Start.Add(time.Hour))
	if err := w.Accounts.SignUps.ResendLink(t.Context(), other, person.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another operator's: %v", err)
	}
	if all, err := w.Accounts.SignUps.Assistances(t.Context(), other); err != nil || len(all) != 0 {
		t.Errorf("another operator sees %+v, %v", all, err)
	}
	if err := w.Accounts.SignUps.ResendLink(t.Context(), v, person.ID); err != nil {
		t.Error(err)
	}
	progress := func() signup.Progress {
		all, err := w.Accounts.SignUps.Assistances(t.Context(), v)
		if err != nil || len(all) != 1 || all[0].Name != "Anne-Marie Le Goff" || strings.Contains(all[0].Mobile, "12") {
			t.Fatalf("the operator sees %+v, %v", all, err)
		}
		return all[0].Progress
	}
	if got := progress(); got != signup.LinkSent {
		t.Errorf("progress %s", got)
	}
	token, err := issue(t.Context(), w, "invitation", person.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Accounts.SignUps.AcceptInvitation(t.Context(), token, bookingtest.Password, session.Device{}); err != nil {
		t.Fatal(err)
	}
	if got := progress(); got != signup.Opened {
		t.Errorf("progress %s", got)
	}
	if err := w.Accounts.SignUps.ResendLink(t.Context(), v, person.ID); !errors.Is(err, signup.ErrFinished) {
		t.Errorf("after it was followed: %v", err)
	}
	if _, err := w.DB.Pool.Exec(t.Context(), `update accounts set adult_declared_at = now() where id = $1`, person.ID); err != nil {
		t.Fatal(err)
	}
	if got := progress(); got != signup.Finished {
		t.Errorf("progress %s", got)
	}
}

func TestR5_LikelyDoublesAreShownAndMustBeAskedAbout(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	first := assist(t, w, v, spoken(w, "anne.le.goff@exemple.fr", "+33612345679"))
	for name, c := range map[string]struct {
		probe lookup.Probe
		want  lookup.Likeness
	}{
		"the same mobile":         {lookup.Probe{FirstName: "Paul", LastName: "Hoarau", Mobile: "+33612345679"}, lookup.SameMobile},
		"name and mobile":         {lookup.Probe{FirstName: "anne marie", LastName: "LE GÔFF", Mobile: "+33612345679"}, lookup.SameNameAndMobile},
		"case":                    {lookup.Probe{Email: "Anne.Le.Goff@exemple.fr"}, lookup.SameEmail},
		"dots":                    {lookup.Probe{Email: "annelegoff@EXEMPLE.fr", Mobile: "+33612345670"}, lookup.SameEmail},
		"the same name alone":     {lookup.Probe{FirstName: "Anne-Marie", LastName: "Le Goff"}, ""},
		"a dot in another domain": {lookup.Probe{Email: "anne.le.goff@ex.emple.fr"}, ""},
		"nothing":                 {lookup.Probe{}, ""},
		"a member of staff":       {lookup.Probe{Email: "standard@exemple.fr"}, ""},
	} {
		found, err := w.Accounts.Lookups.LikelyDoubles(t.Context(), v, c.probe)
		switch {
		case err != nil, c.want == "" && len(found) != 0, c.want != "" && len(found) != 1:
			t.Errorf("%s: %+v, %v", name, found, err)
		case c.want != "" && (found[0].Likeness != c.want || found[0].ID != first.ID || strings.Contains(found[0].Mobile, "12") || !strings.HasSuffix(found[0].Mobile, "56 79")):
			t.Errorf("%s: %+v", name, found[0])
		}
	}
	again := spoken(w, "paul@exemple.fr", "+33612345679")
	if _, err := w.Accounts.SignUps.Assist(t.Context(), v, again); !errors.Is(err, signup.ErrDoubles) {
		t.Errorf("without asking: %v", err)
	}
	again.DespiteDoubles = true
	assist(t, w, v, again)
	again.Email = "ANNE.LE.GOFF@exemple.fr"
	if _, err := w.Accounts.SignUps.Assist(t.Context(), v, again); !errors.Is(err, signup.ErrKnown) {
		t.Errorf("the same address: %v", err)
	}
}

func TestR5_ASearchShowsLittleAndIsJournaledAndBounded(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	for i := range 7 {
		in := spoken(w, fmt.Sprintf("anne-%d@exemple.fr", i), fmt.Sprintf("+3361234567%d", i))
		assist(t, w, v, in)
	}
	search := func(words, mobile string) ([]lookup.Double, bool, error) {
		return w.Accounts.Lookups.Search(t.Context(), v, words, mobile)
	}
	for _, words := range []string{"anne marie", "LE GOFF a", "Le góff"} {
		if found, more, err := search(words, ""); err != nil || len(found) != 5 || !more {
			t.Errorf("%q: %d, %v, %v", words, len(found), more, err)
		}
	}
	if found, more, err := search("", "+33612345673"); err != nil || len(found) != 1 || more {
		t.Errorf("by mobile: %+v, %v", found, err)
	} else if lines, err := audit.About(t.Context(), w.DB.Pool, found[0].ID, 1); err != nil || lines[0].Act != "account.looked_up" || lines[0].ActorID != v.ID {
		t.Errorf("journal: %+v, %v", lines, err)
	}
	if found, _, err := search("ANNE-3@exemple.fr", ""); err != nil || len(found) != 1 {
		t.Errorf("by address: %+v, %v", found, err)
	}
	for _, words := range []string{"Le Goffin", "goff", "standard@exemple.fr", "Kerbrat", "a%%%%goff", "anne_marie", `anne\`, "anne@"} {
		if found, _, err := search(words, ""); err != nil && !fault.Is(err, fault.Invalid) || len(found) != 0 {
			t.Errorf("%q found %+v, %v", words, found, err)
		}
	}
	for _, words := range []string{"", "  ", "an", "%%%%", "a%", "___"} {
		if _, _, err := search(words, ""); !errors.Is(err, lookup.ErrSearch) {
			t.Errorf("%q: %v", words, err)
		}
	}
	var err error
	for range 61 {
		if _, _, err = search("zzz", ""); err != nil {
			break
		}
	}
	if !fault.Is(err, fault.Throttled) || fault.From(err).RetryAfter <= 0 {
		t.Errorf("harvesting: %v", err)
	}
	w.SetNow(bookingtest.Start.Add(11 * time.Minute))
	if _, _, err := search("zzz", ""); err != nil {
		t.Errorf("later: %v", err)
	}
}

func TestR4_SomebodyWithoutAnAddressGetsTheLinkAndTheCodesBySMS(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	person := assist(t, w, v, spoken(w, "", "+33612345679"))
	if person.Email != "" || person.Name() != "Anne-Marie Le Goff" {
		t.Errorf("opened as %+v", person)
	}
	var phone phones
	if err := sendTexts(t.Context(), w, &phone); err != nil || len(phone.sent) != 1 || phone.sent[0].To != "+33612345679" {
		t.Fatalf("sent %+v, %v", phone.sent, err)
	}
	link := regexp.MustCompile(`https://rdv\.exemple\.fr/invitation\?token=(\S+)$`).FindStringSubmatch(phone.sent[0].Text)
	if link == nil {
		t.Fatalf("no link in %q", phone.sent[0].Text)
	}
	in, err := w.Accounts.SignUps.AcceptInvitation(t.Context(), link[1], "", session.Device{})
	if err != nil || !in.Complete {
		t.Fatalf("the link: %+v, %v", in, err)
	}
	if _, err := w.Accounts.SignUps.AcceptInvitation(t.Context(), link[1], "", session.Device{}); !fault.Is(err, fault.Gone) {
		t.Errorf("the link again: %v", err)
	}
	who, err := w.Accounts.Sessions.Authenticate(t.Context(), in.Token)
	if err != nil || who == nil || who.ID != person.ID || who.Name != "Anne-Marie Le Goff" {
		t.Fatalf("signed in as %+v, %v", who, err)
	}
	if err := w.Accounts.UpdateProfile(t.Context(), who, people.Profile{FirstName: "Anne", LastName: "Le Goff", Mobile: "+33611111111", Zone: "Europe/Paris"}); err != nil {
		t.Error(err)
	}
	if kept, err := w.Accounts.People.Person(t.Context(), person.ID); err != nil || kept.Mobile != "+33612345679" || kept.FirstName != "Anne" {
		t.Errorf("the profile now says %+v, %v", kept, err)
	}
	if _, err := w.Accounts.Sessions.SignIn(t.Context(), "", bookingtest.Password, session.Device{Place: "192.0.2.1"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an empty address signs in: %v", err)
	}
	token, code := askCode(t, w, &phone, "+33612345679")
	if in, err = w.Accounts.Sessions.SignInByCode(t.Context(), token, code[:3]+" "+code[3:], session.Device{}); err != nil || !in.Complete {
		t.Errorf("the code: %+v, %v", in, err)
	}
	if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, code, session.Device{}); !fault.Is(err, fault.Gone) {
		t.Errorf("the code again: %v", err)
	}
}

var codePattern = regexp.MustCompile(`^(\d{6}) (?:est votre code|confirme votre numéro)`)

// askCode asks for a code and reads it on the phone.
func askCode(t *testing.T, w *bookingtest.World, phone *phones, mobile string) (token, code string) {
	t.Helper()
	token, err := w.Accounts.Sessions.RequestCode(t.Context(), mobile, session.Device{Place: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	var args string
	if err := w.DB.Pool.QueryRow(t.Context(), `select args::text from river_job where kind = 'account_text' order by id desc limit 1`).Scan(&args); err != nil {
		t.Fatal(err)
	}
	phone.sent = nil
	if err := sendTexts(t.Context(), w, phone); err != nil || len(phone.sent) != 1 {
		t.Fatalf("sent %+v, %v", phone.sent, err)
	}
	found := codePattern.FindStringSubmatch(phone.sent[0].Text)
	if found == nil || phone.sent[0].To != mobile {
		t.Fatalf("no code in %+v", phone.sent[0])
	}
	if strings.Contains(args, mobile[3:]) || strings.Contains(args, found[1]) || strings.Contains(args, token) {
		t.Errorf("the job tells: %s", args)
	}
	return token, found[1]
}

func TestR4_ACodeIsForItsBrowserItsTimeAndFiveTries(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	assist(t, w, v, spoken(w, "", "+33612345679"))
	var phone phones
	if err := sendTexts(t.Context(), w, &phone); err != nil {
		t.Fatal(err)
	}
	token, code := askCode(t, w, &phone, "+33612345679")
	another, _ := askCode(t, w, &phone, "+33612345679")
	if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), another, code, session.Device{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("in another browser: %v", err)
	}
	for _, wrong := range []string{"", "12345", code + "0", "abcdef", "００００００"} {
		if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, wrong, session.Device{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, code, session.Device{}); !fault.Is(err, fault.Gone) {
		t.Errorf("the sixth try: %v", err)
	}
	token, code = askCode(t, w, &phone, "+33612345679")
	w.SetNow(bookingtest.Start.Add(smscode.Lifetime))
	if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, code, session.Device{}); !fault.Is(err, fault.Gone) {
		t.Errorf("too late: %v", err)
	}
	for _, forged := range []string{"", "x", token + "x"} {
		if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), forged, code, session.Device{}); !fault.Is(err, fault.Gone) {
			t.Errorf("forged %q: %v", forged, err)
		}
	}
	if err := w.Accounts.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := w.DB.Pool.QueryRow(t.Context(), `select count(*) from sms_challenges`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d requests outlive their time, %v", left, err)
	}
}

func TestR5_ANumberThatNobodyHasIsAnsweredAlike(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	assist(t, w, v, spoken(w, "zoe@exemple.fr", "+33612345678")) // has an address: does not sign in by SMS
	var phone phones
	for _, mobile := range []string{"+33612345678", "+33699999999"} {
		token, err := w.Accounts.Sessions.RequestCode(t.Context(), mobile, session.Device{Place: "192.0.2.1"})
		if err != nil || token == "" {
			t.Errorf("%s: %q, %v", mobile, token, err)
		}
		if err := sendTexts(t.Context(), w, &phone); err != nil || len(phone.sent) != 0 {
			t.Errorf("%s was sent %+v, %v", mobile, phone.sent, err)
		}
		for range 5 {
			if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, "000000", session.Device{}); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", mobile, err)
			}
		}
		if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, "000000", session.Device{}); !fault.Is(err, fault.Gone) {
			t.Errorf("%s, the sixth try: %v", mobile, err)
		}
	}
}

func TestR4_CodesAreBoundedByNumberAndPlace(t *testing.T) {
	t.Parallel()
	w, _ := switchboard(t)
	ask := func(mobile, place string) error {
		_, err := w.Accounts.Sessions.RequestCode(t.Context(), mobile, session.Device{Place: place})
		return err
	}
	for i := range 5 {
		if err := ask("+33612345678", "192.0.2.1"); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	err := ask("+33612345678", "192.0.2.1")
	if !fault.Is(err, fault.Throttled) || fault.From(err).RetryAfter <= 0 || fault.From(err).RetryAfter > time.Hour {
		t.Errorf("the sixth from one place: %v", err)
	}
	if err := ask("+33612345678", "192.0.2.2"); err != nil {
		t.Errorf("from elsewhere: %v", err)
	}
	for i := range 40 {
		if err = ask(fmt.Sprintf("+336000000%02d", i), "192.0.2.3"); err != nil {
			break
		}
	}
	if !fault.Is(err, fault.Throttled) {
		t.Errorf("one place, many numbers: %v", err)
	}
	for i := range 40 {
		if err = ask("+33612345678", fmt.Sprintf("198.51.100.%d", i)); err != nil {
			break
		}
	}
	if !fault.Is(err, fault.Throttled) {
		t.Errorf("one number, many places: %v", err)
	}
	w.SetNow(bookingtest.Start.Add(24 * time.Hour))
	if err := ask("+33612345678", "192.0.2.1"); err != nil {
		t.Errorf("the next day: %v", err)
	}
}

func TestR4_AGatewayThatFailsGetsTheSameCodeAgain(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	assist(t, w, v, spoken(w, "", "+33612345679"))
	phone := phones{}
	if err := sendTexts(t.Context(), w, &phone); err != nil {
		t.Fatal(err)
	}
	token, err := w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", session.Device{Place: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	phone = phones{failing: errors.New("sms: the gateway answered 500")}
	if err := sendTexts(t.Context(), w, &phone); err == nil {
		t.Error("the failure was lost")
	}
	phone.failing = nil
	if err := sendTexts(t.Context(), w, &phone); err != nil || len(phone.sent) != 2 || phone.sent[0] != phone.sent[1] {
		t.Errorf("sent %+v, %v", phone.sent, err)
	}
	if _, err := w.Accounts.Sessions.SignInByCode(t.Context(), token, codePattern.FindStringSubmatch(phone.sent[1].Text)[1], session.Device{}); err != nil {
		t.Error(err)
	}
	late, err := w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", session.Device{Place: "192.0.2.1"})
	if err != nil || late == "" {
		t.Fatal(err)
	}
	w.SetNow(bookingtest.Start.Add(smscode.Lifetime))
	phone.sent = nil
	if err := sendTexts(t.Context(), w, &phone); err != nil || len(phone.sent) != 0 {
		t.Errorf("a code that is over was sent: %+v, %v", phone.sent, err)
	}
}

func TestR4_WithoutAGatewayItIsSaidAndNothingIsOpened(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	v := newOperator(t, w, "standard@exemple.fr")
	if _, err := w.Accounts.SignUps.Assist(t.Context(), v, spoken(w, "", "+33612345679")); !errors.Is(err, smscode.ErrNoSMS) {
		t.Errorf("sign up: %v", err)
	}
	if _, err := w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", session.Device{Place: "192.0.2.1"}); !errors.Is(err, smscode.ErrNoSMS) {
		t.Errorf("sign in: %v", err)
	}
	assist(t, w, v, spoken(w, "anne@exemple.fr", "+33612345679"))
}

// Without an address the mobile is who one is: of operators at once, one wins.
func TestR5_OneAccountPerMobileAmongPeopleWithoutAnAddress(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			in := spoken(w, "", "+33612345679")
			in.DespiteDoubles = true
			_, errs[i] = w.Accounts.SignUps.Assist(t.Context(), v, in)
		})
	}
	all.Wait()
	opened := 0
	for _, err := range errs {
		if err == nil {
			opened++
		} else if !errors.Is(err, signup.ErrTaken) {
			t.Errorf("got %v", err)
		}
	}
	if opened != 1 {
		t.Errorf("%d accounts were opened", opened)
	}
}

// A letter outside GSM 03.38 would more than halve what an SMS holds.
func TestR4_TextsKeepToTheLettersOfSMS(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	assist(t, w, v, spoken(w, "", "+33612345679"))
	if _, err := w.Accounts.Sessions.RequestCode(t.Context(), "+33612345679", session.Device{Place: "192.0.2.1"}); err != nil {
		t.Fatal(err)
	}
	var phone phones
	if err := sendTexts(t.Context(), w, &phone); err != nil || len(phone.sent) != 2 {
		t.Fatalf("sent %+v, %v", phone.sent, err)
	}
	for _, m := range phone.sent {
		if strings.ContainsFunc(m.Text, func(r rune) bool { return (r < ' ' || r > '~') && !strings.ContainsRune("éèàùìòÇ", r) }) {
			t.Errorf("%q", m.Text)
		}
		if !strings.Contains(m.Text, "token=") && len([]rune(m.Text)) > 160 {
			t.Errorf("%d characters", len([]rune(m.Text)))
		}
	}
}

// What a refused sign-up tells is what a search tells, and as bounded.
func TestR5_SignUpsByTheSwitchboardAreBoundedAsItsSearchesAre(t *testing.T) {
	t.Parallel()
	w, v := switchboard(t)
	assist(t, w, v, spoken(w, "zoe@exemple.fr", "+33612345678"))
	var err error
	for range 1000 {
		if _, err = w.Accounts.SignUps.Assist(t.Context(), v, spoken(w, "zoe@exemple.fr", "+33612345678")); fault.Is(err, fault.Throttled) {
			return
		}
	}
	t.Errorf("nobody was slowed down: %v", err)
}

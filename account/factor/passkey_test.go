package factor_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/accounttest"
	"socialdirect/account/factor"
	"socialdirect/account/session"
	"socialdirect/booking/bookingtest"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func proofChallenge(t *testing.T, w *bookingtest.World, v *viewer.Viewer) any {
	t.Helper()
	asked, err := w.Accounts.Factors.AskPasskeyProof(context.Background(), v)
	must(t, err)
	return asked
}

func proved(t *testing.T, w *bookingtest.World, d *accounttest.Authenticator, v *viewer.Viewer) session.SignedIn {
	t.Helper()
	in, err := w.Accounts.Factors.ProvePasskey(context.Background(), v, d.Sign(t, proofChallenge(t, w, v)))
	must(t, err)
	return in
}

func TestR8_APasskeyMayBeTheOnlySecondFactorOfStaff(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := invited(t, w, viewer.Administrator, "claire@exemple.fr")
	d := accounttest.NewAuthenticator(v.ID)
	in, err := w.Accounts.Factors.AddPasskey(ctx, v, "Téléphone", d.Create(t, accounttest.AskToAdd(t, w, v)))
	if err != nil || !in.Complete || !in.NewCodes {
		t.Fatalf("the first passkey: %+v, %v", in, err)
	}
	if !whoIs(t, w, in).Complete || alive(t, w, v) {
		t.Fatal("the session is not complete, or the incomplete one did not end")
	}

	second := half(t, w, "claire@exemple.fr")
	_, err = w.Accounts.Factors.Enrol(ctx, second)
	wantFault(t, "a password alone set an application up beside the passkey", err, fault.Forbidden)
	_, err = w.Accounts.Factors.AskToAddPasskey(ctx, second)
	wantFault(t, "a password alone requested another passkey", err, fault.Forbidden)
	in, err = w.Accounts.Factors.ProvePasskey(ctx, second, d.Sign(t, proofChallenge(t, w, second)))
	if err != nil || !in.Complete || in.NewCodes {
		t.Fatalf("the passkey as second factor: %+v, %v", in, err)
	}
	mine, err := w.Accounts.Factors.Passkeys(ctx, v)
	if err != nil || len(mine) != 1 {
		t.Fatal(mine, err)
	}
	wantFault(t, "renaming in an incomplete session", w.Accounts.Factors.RenamePasskey(ctx, second, mine[0].ID, "x"), fault.Forbidden)
	wantFault(t, "removing in an incomplete session", w.Accounts.Factors.RemovePasskey(ctx, second, mine[0].ID), fault.Forbidden)
	if alive(t, w, second) {
		t.Error("the incomplete session did not end")
	}
}

// An attacker who has only the password may have seen the application's secret before the
// owner added a passkey.
func TestR8_AnApplicationSecretSeenBeforeThePasskeyIsUseless(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := invited(t, w, viewer.Administrator, "claire@exemple.fr")
	seen, err := w.Accounts.Factors.Enrol(ctx, v)
	must(t, err)
	accounttest.AddPasskey(t, w, v, "Téléphone")
	_, err = w.Accounts.Factors.ConfirmSecondFactor(ctx, half(t, w, "claire@exemple.fr"), codeAt(t, seen.Secret, bookingtest.Start))
	wantFault(t, "the unconfirmed secret", err, fault.Invalid)
}

func TestR8_SigningInWithAPasskeyOpensACompleteSession(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe := w.Beneficiary(t, "Zoé", "Vidal")
	claire, _ := enrolled(t, w, viewer.Administrator, "claire@exemple.fr")
	for _, v := range []*viewer.Viewer{zoe, claire} {
		d := accounttest.AddPasskey(t, w, v, "Téléphone")
		in, err := w.Accounts.Factors.SignInWithPasskey(ctx, []byte("cookie"), d.Sign(t, accounttest.AskToSignIn(t, w, "cookie")), session.Device{Place: "192.0.2.1"})
		if err != nil || !in.Complete || whoIs(t, w, in).ID != v.ID {
			t.Errorf("%s: %+v, %v", v.Role, in, err)
		}
	}
	if got := accounttest.QueuedMails(t, w); !strings.Contains(strings.Join(got, " "), "passkey_added") {
		t.Errorf("no mail about the new passkeys: %v", got)
	}
}

func TestR8_AnAssertionOpensOneSessionOnce(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := w.Beneficiary(t, "Zoé", "Vidal")
	d := accounttest.AddPasskey(t, w, v, "Téléphone")
	answer := d.Sign(t, accounttest.AskToSignIn(t, w, "cookie"))
	opened := make(chan bool, 8)
	var all sync.WaitGroup
	for range cap(opened) {
		all.Go(func() {
			in, err := w.Accounts.Factors.SignInWithPasskey(ctx, []byte("cookie"), answer, session.Device{})
			opened <- err == nil && in.Complete
		})
	}
	all.Wait()
	close(opened)
	times := 0
	for ok := range opened {
		if ok {
			times++
		}
	}
	if times != 1 {
		t.Errorf("one answer opened %d sessions", times)
	}
	// The old response is not valid for a new challenge.
	accounttest.AskToSignIn(t, w, "cookie")
	_, err := w.Accounts.Factors.SignInWithPasskey(ctx, []byte("cookie"), answer, session.Device{})
	wantFault(t, "the old answer to a fresh challenge", err, fault.Invalid)
}

func TestR8_AChallengeIsBoundToItsHolderAndPurpose(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := invited(t, w, viewer.Administrator, "claire@exemple.fr")
	d := accounttest.AddPasskey(t, w, v, "Téléphone")
	mine, other := half(t, w, "claire@exemple.fr"), half(t, w, "claire@exemple.fr")

	_, err := w.Accounts.Factors.ProvePasskey(ctx, other, d.Sign(t, proofChallenge(t, w, mine)))
	wantFault(t, "a challenge of another session, without one here", err, fault.Invalid)
	proofChallenge(t, w, other)
	_, err = w.Accounts.Factors.ProvePasskey(ctx, other, d.Sign(t, proofChallenge(t, w, mine)))
	wantFault(t, "a challenge of another session", err, fault.Invalid)
	_, err = w.Accounts.Factors.SignInWithPasskey(ctx, []byte("mine"), d.Sign(t, accounttest.AskToSignIn(t, w, "theirs")), session.Device{})
	wantFault(t, "a challenge of another cookie", err, fault.Invalid)
	_, err = w.Accounts.Factors.SignInWithPasskey(ctx, mine.Session, d.Sign(t, proofChallenge(t, w, mine)), session.Device{})
	wantFault(t, "a challenge for the second factor used to sign in", err, fault.Invalid)
	_, err = w.Accounts.Factors.AddPasskey(ctx, whoIs(t, w, proved(t, w, d, mine)), "Deux", accounttest.NewAuthenticator(v.ID).Create(t, accounttest.AskToAdd(t, w, invited(t, w, viewer.DPO, "dpo@exemple.fr"))))
	wantFault(t, "a challenge to add of another session", err, fault.Invalid)

	late := half(t, w, "claire@exemple.fr")
	answer := d.Sign(t, proofChallenge(t, w, late))
	w.SetNow(bookingtest.Start.Add(factor.ChallengeLifetime))
	_, err = w.Accounts.Factors.ProvePasskey(ctx, late, answer)
	wantFault(t, "after it expired", err, fault.Invalid)
	answer = d.Sign(t, proofChallenge(t, w, late))
	w.SetNow(bookingtest.Start.Add(2*factor.ChallengeLifetime - time.Second))
	if _, err := w.Accounts.Factors.ProvePasskey(ctx, late, answer); err != nil {
		t.Errorf("before it expires: %v", err)
	}
}

func TestR8_ForeignAlteredAndIncompleteResponsesAreRefused(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := invited(t, w, viewer.Administrator, "claire@exemple.fr")
	mine := accounttest.AddPasskey(t, w, v, "Téléphone")
	theirs := accounttest.AddPasskey(t, w, w.Beneficiary(t, "Zoé", "Vidal"), "Téléphone")
	elsewhere, otherSite, unverified, absent, forged, renamed := *mine, *mine, *mine, *mine, *mine, *mine
	elsewhere.Site.Origin = "https://evil.example"
	otherSite.Site.ID = "evil.example"
	unverified.Auth.Options.UserNotVerified = true
	absent.Auth.Options.UserNotPresent = true
	forged.Key.Key = accounttest.NewPasskey().Key
	renamed.Auth.Options.UserHandle = theirs.Auth.Options.UserHandle
	mine.Key.Counter = 100 // so that the counter is no reason to refuse
	for name, d := range map[string]*accounttest.Authenticator{
		"of another origin": &elsewhere, "of another site": &otherSite, "without user verification": &unverified, "without user presence": &absent,
		"signed by another key": &forged, "with another's handle": &renamed, "of an unknown passkey": accounttest.NewAuthenticator(v.ID),
	} {
		t.Run(name, func(t *testing.T) {
			d.Key.Counter = 50
			_, err := w.Accounts.Factors.SignInWithPasskey(ctx, []byte(name), d.Sign(t, accounttest.AskToSignIn(t, w, name)), session.Device{})
			wantFault(t, "sign in "+name, err, fault.Invalid)
			session := half(t, w, "claire@exemple.fr")
			_, err = w.Accounts.Factors.ProvePasskey(ctx, session, d.Sign(t, proofChallenge(t, w, session)))
			if wantFault(t, "second factor "+name, err, fault.Invalid); !alive(t, w, session) {
				t.Errorf("%s: the incomplete session ended", name)
			}
			// Failures are throttled: wait, so that the next case fails for its own reason.
			w.SetNow(w.DB.Now().Add(20 * time.Minute))
		})
	}
	session := half(t, w, "claire@exemple.fr")
	_, err := w.Accounts.Factors.ProvePasskey(ctx, session, theirs.Sign(t, proofChallenge(t, w, session)))
	wantFault(t, "somebody else's passkey", err, fault.Invalid)
	w.SetNow(w.DB.Now().Add(20 * time.Minute))
	for name, answer := range map[string]string{"nothing": "", "no JSON": "{", "another JSON": `[1]`, "null": "null", "NUL": "\x00"} {
		t.Run(name, func(t *testing.T) {
			proofChallenge(t, w, session)
			_, err := w.Accounts.Factors.ProvePasskey(ctx, session, []byte(answer))
			wantFault(t, name, err, fault.Invalid)
			w.SetNow(w.DB.Now().Add(20 * time.Minute))
		})
	}
	// One character changed in each part of the answer.
	for _, part := range []string{"clientDataJSON", "authenticatorData", "signature"} {
		toAlter := half(t, w, "claire@exemple.fr")
		var answer map[string]any
		must(t, json.Unmarshal(mine.Sign(t, proofChallenge(t, w, toAlter)), &answer))
		response := answer["response"].(map[string]any)
		response[part] = flip(response[part].(string))
		altered, err := json.Marshal(answer)
		must(t, err)
		_, err = w.Accounts.Factors.ProvePasskey(ctx, toAlter, altered)
		wantFault(t, "altered "+part, err, fault.Invalid)
		w.SetNow(w.DB.Now().Add(20 * time.Minute))
	}
	last := half(t, w, "claire@exemple.fr")
	if _, err := w.Accounts.Factors.ProvePasskey(ctx, last, mine.Sign(t, proofChallenge(t, w, last))); err != nil {
		t.Errorf("the right response at the end: %v", err)
	}
}

// flip changes one character in the middle of a base64url text.
func flip(text string) string {
	changed := []byte(text)
	middle := len(changed) / 2
	if changed[middle] == 'A' {
		changed[middle] = 'B'
	} else {
		changed[middle] = 'A'
	}
	return string(changed)
}

func TestR8_WrongPasskeyResponsesAreThrottled(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := invited(t, w, viewer.Administrator, "claire@exemple.fr")
	d := accounttest.AddPasskey(t, w, v, "Téléphone")
	session := half(t, w, "claire@exemple.fr")
	forged := *d
	forged.Key.Key = accounttest.NewPasskey().Key
	var err error
	for tries := 0; tries < 8 && !fault.Is(err, fault.Throttled); tries++ {
		_, err = w.Accounts.Factors.ProvePasskey(ctx, session, forged.Sign(t, proofChallenge(t, w, session)))
	}
	wantFault(t, "after eight tries", err, fault.Throttled)
}

// It replaces the process's logger, so it runs before the parallel tests.
func TestR8_ACopiedPasskeyIsRefusedAndLoggedWithoutAName(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(before)
	w, ctx := bookingtest.New(t), context.Background()
	v := w.Beneficiary(t, "Zoé", "Vidal")
	d := accounttest.AddPasskey(t, w, v, "Téléphone de Zoé")
	d.Key.Counter = 10
	if _, err := w.Accounts.Factors.SignInWithPasskey(ctx, []byte("a"), d.Sign(t, accounttest.AskToSignIn(t, w, "a")), session.Device{}); err != nil {
		t.Fatal(err)
	}
	for _, counter := range []uint32{10, 9, 0} { // Sign increments it: the same value and lower ones
		d.Key.Counter = counter
		_, err := w.Accounts.Factors.SignInWithPasskey(ctx, []byte("a"), d.Sign(t, accounttest.AskToSignIn(t, w, "a")), session.Device{})
		wantFault(t, "a counter that did not increase", err, fault.Invalid)
	}
	text := log.String()
	if strings.Count(text, "counter") != 3 {
		t.Errorf("the log says %q", text)
	}
	for _, personal := range []string{"Zo", "Vidal", "exemple.fr"} {
		if strings.Contains(text, personal) {
			t.Errorf("the log contains personal data: %q", text)
		}
	}
	d.Key.Counter = 11
	if _, err := w.Accounts.Factors.SignInWithPasskey(ctx, []byte("a"), d.Sign(t, accounttest.AskToSignIn(t, w, "a")), session.Device{}); err != nil {
		t.Errorf("the next counter: %v", err)
	}
}

func TestR8_APasskeyBelongsToOneAccountAndIsRegisteredOnce(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	zoe, paul := w.Beneficiary(t, "Zoé", "Vidal"), w.Beneficiary(t, "Paul", "Martin")
	d := accounttest.AddPasskey(t, w, zoe, "Téléphone")
	again := *d
	again.Auth.Options.UserHandle = paul.ID[:]
	_, err := w.Accounts.Factors.AddPasskey(ctx, paul, "Le même", again.Create(t, accounttest.AskToAdd(t, w, paul)))
	wantFault(t, "a known credential id", err, fault.Conflict)

	passkeys, err := w.Accounts.Factors.Passkeys(ctx, zoe)
	if err != nil || len(passkeys) != 1 || passkeys[0].Name != "Téléphone" || passkeys[0].UsedAt != nil || !passkeys[0].CreatedAt.Equal(bookingtest.Start) {
		t.Fatalf("hers: %+v, %v", passkeys, err)
	}
	if his, err := w.Accounts.Factors.Passkeys(ctx, paul); err != nil || len(his) != 0 {
		t.Errorf("his: %+v, %v", his, err)
	}
	id := passkeys[0].ID
	wantFault(t, "renaming by somebody else", w.Accounts.Factors.RenamePasskey(ctx, paul, id, "À moi"), fault.NotFound)
	wantFault(t, "removal by somebody else", w.Accounts.Factors.RemovePasskey(ctx, paul, id), fault.NotFound)
	if err := w.Accounts.Factors.RenamePasskey(ctx, zoe, id, "Portable"); err != nil {
		t.Error(err)
	}
	asked := accounttest.AskToSignIn(t, w, "a")
	if err := w.Accounts.Factors.RemovePasskey(ctx, zoe, id); err != nil {
		t.Errorf("a beneficiary's last passkey: %v", err)
	}
	_, err = w.Accounts.Factors.SignInWithPasskey(ctx, []byte("a"), d.Sign(t, asked), session.Device{})
	wantFault(t, "a removed passkey", err, fault.Invalid)
}

func TestR8_StaffCannotRemoveTheirLastSecondFactor(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := invited(t, w, viewer.SocialWorker, "nadia@exemple.fr")
	d := accounttest.NewAuthenticator(v.ID)
	in, err := w.Accounts.Factors.AddPasskey(ctx, v, "Une", d.Create(t, accounttest.AskToAdd(t, w, v)))
	must(t, err)
	v = whoIs(t, w, in)
	accounttest.AddPasskey(t, w, v, "Deux")
	passkeys, err := w.Accounts.Factors.Passkeys(ctx, v)
	if err != nil || len(passkeys) != 2 {
		t.Fatal(passkeys, err)
	}
	results := make(chan error, 2)
	for _, passkey := range passkeys {
		go func() { results <- w.Accounts.Factors.RemovePasskey(ctx, v, passkey.ID) }()
	}
	refused := 0
	for range passkeys {
		if err := <-results; fault.Is(err, fault.Conflict) {
			refused++
		} else if err != nil {
			t.Error(err)
		}
	}
	left, err := w.Accounts.Factors.Passkeys(ctx, v)
	if err != nil || refused != 1 || len(left) != 1 {
		t.Fatalf("both removed at once: %d refused, %d left, %v", refused, len(left), err)
	}
	enrolment, err := w.Accounts.Factors.Enrol(ctx, v)
	must(t, err)
	if in, err = w.Accounts.Factors.ConfirmSecondFactor(ctx, v, codeAt(t, enrolment.Secret, bookingtest.Start)); err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.Factors.RemovePasskey(ctx, whoIs(t, w, in), left[0].ID); err != nil {
		t.Errorf("with an application instead: %v", err)
	}
}

func TestR8_TheNumberOfPasskeysIsLimited(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := w.Beneficiary(t, "Zoé", "Vidal")
	for range 20 {
		accounttest.AddPasskey(t, w, v, "Clé")
	}
	_, err := w.Accounts.Factors.AskToAddPasskey(ctx, v)
	wantFault(t, "the twenty-first", err, fault.Invalid)
}

func TestR8_ExpiredChallengesAreDeleted(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	accounttest.AskToSignIn(t, w, "a")
	w.SetNow(bookingtest.Start.Add(factor.ChallengeLifetime))
	must(t, w.Accounts.Sweep(ctx))
	var left int
	if err := w.DB.Pool.QueryRow(ctx, `select count(*) from passkey_challenges`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d challenges left, %v", left, err)
	}
}

// Password managers set the flag of backup eligibility of a passkey that they import, which
// Web Authentication calls permanent: its owner would be locked out.
func TestR8_APasskeyThatBecomesSyncedStillSignsInAndIsReported(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	v := invited(t, w, viewer.Administrator, "claire@exemple.fr")
	d := accounttest.AddPasskey(t, w, v, "Téléphone")
	signIn := func(holder string) error {
		_, err := w.Accounts.Factors.SignInWithPasskey(ctx, []byte(holder), d.Sign(t, accounttest.AskToSignIn(t, w, holder)), session.Device{})
		return err
	}
	synced := func() int {
		return strings.Count(strings.Join(accounttest.QueuedMails(t, w), " "), "passkey_synced")
	}
	must(t, signIn("before"))
	if n := synced() + w.Count(t, `audit_entries where act = 'second_factor.synced'`); n != 0 {
		t.Errorf("%d reports of a passkey that did not change", n)
	}

	d.Auth.Options.BackupEligible = true
	d.Auth.Options.UserNotVerified = true
	wantFault(t, "without verification of the user", signIn("unverified"), fault.Invalid)
	d.Auth.Options.UserNotVerified = false
	genuine := d.Key
	d.Key = accounttest.NewPasskey()
	d.Key.ID = genuine.ID
	wantFault(t, "with another key's signature", signIn("forged"), fault.Invalid)
	d.Key = genuine
	if n := synced() + w.Count(t, `audit_entries where act = 'second_factor.synced'`); n != 0 {
		t.Errorf("%d reports of refused responses", n)
	}

	d.Auth.Options.BackupState = true
	must(t, signIn("synced"))
	must(t, signIn("again"))
	if synced() != 1 || w.Count(t, `audit_entries where act = 'second_factor.synced' and actor_id = subject_id`) != 1 {
		t.Errorf("%d mails, %d entries of the journal", synced(), w.Count(t, `audit_entries where act = 'second_factor.synced'`))
	}
	d.Auth.Options.BackupEligible, d.Auth.Options.BackupState = false, false
	wantFault(t, "the opposite change", signIn("back"), fault.Invalid)
}

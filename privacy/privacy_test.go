package privacy_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"socialdirect/account/decision"
	"socialdirect/account/people"
	"socialdirect/account/report"
	"socialdirect/account/session"
	"socialdirect/booking"
	"socialdirect/booking/appointment"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/internal/audit"
	"socialdirect/internal/blob"
	"socialdirect/internal/blobtest"
	"socialdirect/internal/bus"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/viewer"
	"socialdirect/messaging"
	"socialdirect/privacy"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// world has Zoé, who has an appointment with Nadia, wrote to her and sent a document, and
// Hugo, the data-protection officer.
type world struct {
	*bookingtest.World
	bucket            blob.Config
	messages          *messaging.Service
	rights            *privacy.Service
	zoe, nadia, hugo  *viewer.Viewer
	coming            uuid.UUID
	conversation, doc uuid.UUID
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{World: bookingtest.New(t), bucket: blobtest.Config(t)}
	store, err := blob.Open(t.Context(), w.bucket)
	must(t, err)
	must(t, store.EnsureBucket(t.Context()))
	w.messages = messaging.New(messaging.Parts{
		DB: w.DB, Queue: w.Queue, Notifications: w.Notifications, Vault: w.Vault, Store: store, People: w.Accounts.People, Appointments: w.Appointments, Bus: bus.New(),
	})
	w.rights = privacy.New(privacy.Parts{
		DB: w.DB, Notifications: w.Notifications, Vault: w.Vault, Accounts: w.Accounts, Appointments: w.Appointments, Bookings: w.Bookings, Messages: w.messages, Callbacks: w.Callbacks,
	})
	w.zoe, w.nadia, w.hugo = w.Beneficiary(t, "Zoé", "Vidal"), w.SocialWorker(t, "Nadia", "Le Goff"), w.Member(t, viewer.DPO, "Hugo")
	w.coming = w.Book(t, w.zoe, w.nadia, bookingtest.Start.Add(48*time.Hour), slot.Video).ID
	w.conversation = appointment.ConversationID(w.zoe.ID, w.nadia.ID)
	draft, err := w.messages.Draft(t.Context(), w.zoe, w.conversation)
	must(t, err)
	defer draft.Discard(t.Context())
	must(t, draft.Attach(t.Context(), "avis.pdf", strings.NewReader("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")))
	must(t, draft.Send(t.Context(), "Mon loyer"))
	thread, err := w.messages.Thread(t.Context(), w.nadia, w.conversation, uuid.Nil)
	must(t, err)
	w.doc = thread.Messages[0].Documents[0].ID
	return w
}

// ask requests an erasure with the right password.
func (w *world) ask(t testing.TB, v *viewer.Viewer) privacy.Request {
	t.Helper()
	r, err := w.rights.Ask(t.Context(), v, bookingtest.Password)
	must(t, err)
	return r
}

func wants(t testing.TB, what string, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

func (w *world) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	must(t, w.DB.Pool.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

// objects returns the number of objects in the store.
func (w *world) objects(t testing.TB) (n int) {
	t.Helper()
	client, err := minio.New(w.bucket.Endpoint, &minio.Options{Creds: credentials.NewStaticV4(w.bucket.AccessKey, w.bucket.SecretKey, ""), Region: w.bucket.Region})
	must(t, err)
	for object := range client.ListObjects(t.Context(), w.bucket.Bucket, minio.ListObjectsOptions{Recursive: true}) {
		must(t, object.Err)
		n++
	}
	return n
}

func TestR7_RequestingAnErasureNeedsARecentSignInOrThePassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.SetNow(w.DB.Now().Add(session.Recently + time.Second))
	_, err := w.rights.Ask(t.Context(), w.zoe, "")
	wants(t, "without a password", err, fault.Invalid)
	_, err = w.rights.Ask(t.Context(), w.zoe, "Autre-mot 7 de passe")
	wants(t, "with a wrong one", err, fault.Invalid)
	if n := w.count(t, `select count(*) from rights_requests`); n != 0 {
		t.Fatalf("%d requests", n)
	}
	asked, err := w.rights.Ask(t.Context(), w.zoe, bookingtest.Password)
	must(t, err)
	if asked.DueOn.Format(time.DateOnly) != "2026-12-30" {
		t.Errorf("due on %s, a calendar month after %s", asked.DueOn, asked.ReceivedAt)
	}
	_, err = w.rights.Ask(t.Context(), w.zoe, bookingtest.Password)
	wants(t, "asking twice", err, fault.Conflict)
	if n := w.count(t, `select count(*) from notifications where kind = 'rights_received'`); n != 1 {
		t.Errorf("the person is notified %d times", n)
	}
	if active, err := w.Accounts.People.Active(t.Context(), w.DB.Pool, w.zoe.ID); err != nil || !active {
		t.Errorf("the request alone closed the account: %v", err)
	}
}

func TestR7_OnlyItsOwnerSeesAndWithdrawsARequestUntilItIsClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := w.ask(t, w.zoe)
	for _, v := range []*viewer.Viewer{w.Beneficiary(t, "Paul", "Roux"), w.nadia, w.hugo} {
		wants(t, "somebody else withdraws", w.rights.Withdraw(t.Context(), v, asked.ID), fault.NotFound)
		if mine, err := w.rights.Mine(t.Context(), v); err != nil || len(mine) != 0 {
			t.Errorf("%s sees %v, %v", v.Role, mine, err)
		}
	}
	must(t, w.rights.Withdraw(t.Context(), w.zoe, asked.ID))
	wants(t, "again", w.rights.Withdraw(t.Context(), w.zoe, asked.ID), fault.Conflict)
	wants(t, "carrying out what was withdrawn", w.rights.CarryOut(t.Context(), w.hugo, asked.ID, uuid.Nil), fault.Conflict)
	for range 9 {
		must(t, w.rights.Withdraw(t.Context(), w.zoe, w.ask(t, w.zoe).ID))
	}
	_, err := w.rights.Ask(t.Context(), w.zoe, "")
	wants(t, "asking on and on", err, fault.Throttled)
}

func TestR7_OnlyTheOfficerHandlesRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked, ctx := w.ask(t, w.zoe), t.Context()
	half := *w.hugo
	half.Complete = false
	others := []*viewer.Viewer{nil, w.zoe, w.nadia, &half}
	for _, role := range []viewer.Role{viewer.Switchboard, viewer.ClientManager, viewer.Administrator} {
		others = append(others, w.Member(t, role, string(role)))
	}
	for i, v := range others {
		_, _, err := w.rights.Requests(ctx, v)
		_, caseErr := w.rights.Case(ctx, v, asked.ID)
		_, enterErr := w.rights.Enter(ctx, v, privacy.Written{Channel: privacy.ByPost, ReceivedOn: bookingtest.Start, Details: privacy.Details{Name: "Zoé"}})
		_, openErr := w.rights.OpenArchive(ctx, v, asked.ID, "Pour voir")
		_, findErr := w.Accounts.Lookups.FindForRights(ctx, v, "Vidal")
		for act, err := range map[string]error{
			"list": err, "case": caseErr, "enter": enterErr, "archive": openErr, "find": findErr,
			"match": w.rights.Match(ctx, v, asked.ID, w.zoe.ID), "note": w.rights.Note(ctx, v, asked.ID, "Mot"),
			"refuse": w.rights.Refuse(ctx, v, asked.ID, "Mot"), "carry out": w.rights.CarryOut(ctx, v, asked.ID, uuid.Nil),
		} {
			wants(t, fmt.Sprintf("viewer %d: %s", i, act), err, fault.Forbidden)
		}
	}
	own := w.ask(t, w.hugo)
	wants(t, "the officer's own account", w.rights.CarryOut(ctx, w.hugo, own.ID, uuid.Nil), fault.Forbidden)
	for act, err := range map[string]error{
		"note": w.rights.Note(ctx, w.hugo, uuid.New(), "Mot"), "refuse": w.rights.Refuse(ctx, w.hugo, uuid.New(), "Mot"),
		"carry out": w.rights.CarryOut(ctx, w.hugo, uuid.New(), uuid.Nil),
	} {
		t.Run(act, func(t *testing.T) {
			wants(t, act+" nothing", err, fault.NotFound)
		})
	}
	wants(t, "a note without words", w.rights.Note(ctx, w.hugo, asked.ID, " \n"), fault.Invalid)
	wants(t, "a refusal without a reason", w.rights.Refuse(ctx, w.hugo, asked.ID, ""), fault.Invalid)
	wants(t, "too long a reason", w.rights.Refuse(ctx, w.hugo, asked.ID, strings.Repeat("a", privacy.MaxReason+1)), fault.Invalid)
	if _, err := w.Accounts.People.Person(ctx, w.zoe.ID); err != nil {
		t.Fatal(err)
	}
	// The role is checked again in the transaction.
	must(t, w.exec(t, `update accounts set role = 'switchboard' where id = $1`, w.hugo.ID))
	wants(t, "an officer no more", w.rights.CarryOut(ctx, w.hugo, asked.ID, uuid.Nil), fault.Forbidden)
}

func (w *world) exec(t testing.TB, sql string, args ...any) error {
	t.Helper()
	_, err := w.DB.Pool.Exec(t.Context(), sql, args...)
	return err
}

func TestR7_CarryingOutErasesThePerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	before, err := w.Accounts.People.Person(ctx, w.zoe.ID)
	must(t, err)
	asked := w.ask(t, w.zoe)
	if w.objects(t) != 1 {
		t.Fatal("there is no document to erase")
	}
	must(t, w.rights.CarryOut(ctx, w.hugo, asked.ID, uuid.Nil))

	person, err := w.Accounts.People.Person(ctx, w.zoe.ID)
	must(t, err)
	if person.Email != "" || person.Mobile != "" || person.FirstName != "" || person.LastName != "" || person.Active || person.Name() != "Compte supprimé" {
		t.Errorf("left of the account: %+v", person)
	}
	if _, err := w.Vault.Key(ctx, w.DB.Pool, w.zoe.ID); !errors.Is(err, vault.ErrDestroyed) {
		t.Errorf("the key: %v", err)
	}
	for what, sql := range map[string]string{
		"sessions": `select count(*) from sessions where account_id = $1`, "tokens": `select count(*) from account_tokens where account_id = $1`,
		"devices": `select count(*) from known_devices where account_id = $1`, "acceptances": `select count(*) from legal_acceptances where account_id = $1`,
		"texts":     `select count(*) from messages where beneficiary_id = $1 and sealed_body is not null`,
		"documents": `select count(*) from documents d join messages m on m.id = d.message_id where m.beneficiary_id = $1`,
		"reasons":   `select count(*) from appointments where beneficiary_id = $1 and (reason is not null or sealed_note is not null)`,
		"to come":   `select count(*) from appointments where beneficiary_id = $1 and status = 'confirmed'`,
	} {
		t.Run(what, func(t *testing.T) {
			if n := w.count(t, sql, w.zoe.ID); n != 0 {
				t.Errorf("%d %s are left", n, what)
			}
		})
	}
	if n := w.count(t, `select count(*) from notifications where kind = 'cancellation' and account_id = $1`, w.nadia.ID); n != 1 {
		t.Errorf("the worker is notified %d times", n)
	}
	if removed, err := w.messages.Sweep(ctx); err != nil || removed != 1 || w.objects(t) != 0 {
		t.Errorf("the sweep removed %d, %v; %d are left", removed, err, w.objects(t))
	}
	if _, err := w.Accounts.Sessions.SignIn(ctx, before.Email, bookingtest.Password, session.Device{Place: "là"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("signing in: %v", err)
	}
	wants(t, "carrying out again", w.rights.CarryOut(ctx, w.hugo, asked.ID, uuid.Nil), fault.Conflict)
	w.nothingLeft(t, before)

	// The address can be used for a new account.
	must(t, w.SignUp(before.Email, "Zoé", "Vidal", w.Code()))
}

// nothingLeft searches every column of every table for what identified a person.
func (w *world) nothingLeft(t testing.TB, p people.Person) {
	t.Helper()
	tables, err := postgres.All[struct{ Name string }](t.Context(), w.DB.Pool, `select table_name::text as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`)
	must(t, err)
	for _, table := range tables {
		for _, needle := range []string{p.Email, p.LastName, p.Mobile, "Mon loyer", "avis.pdf"} {
			sql := fmt.Sprintf(`select count(*) from %q t where position(lower($1) in lower(t::text)) > 0`, table.Name)
			if n := w.count(t, sql, needle); n != 0 {
				t.Errorf("%q is in %s", needle, table.Name)
			}
		}
	}
}

func TestR7_OtherPeoplesPagesStillWorkAfterAnErasure(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	admin := w.Member(t, viewer.Administrator, "Claire")
	must(t, w.Accounts.Decisions.Decide(ctx, admin, w.zoe.ID, decision.Decision{Act: decision.Suspend, Reason: "Un différend"}))
	must(t, w.Accounts.Decisions.Decide(ctx, admin, w.zoe.ID, decision.Decision{Act: decision.Resume, Reason: "Réglé"}))
	w.zoe = w.SignIn(t, w.emailOf(t, w.zoe))
	must(t, w.rights.CarryOut(ctx, w.hugo, w.ask(t, w.zoe).ID, uuid.Nil))

	_, past, err := w.Appointments.Appointments(ctx, w.nadia)
	if err != nil || len(past) != 1 || past[0].BeneficiaryName != "Compte supprimé" || past[0].Status != appointment.Cancelled || past[0].ReasonLabel != "Effacé" {
		t.Errorf("the worker's list: %+v, %v", past, err)
	}
	a, err := w.Appointments.Appointment(ctx, w.nadia, w.coming)
	must(t, err)
	if _, err := w.Appointments.Details(ctx, w.nadia, a); err != nil {
		t.Errorf("the appointment: %v", err)
	}
	list, err := w.messages.Conversations(ctx, w.nadia)
	if err != nil || len(list) != 1 || list[0].With != "Compte supprimé" {
		t.Errorf("the conversations: %+v, %v", list, err)
	}
	thread, err := w.messages.Thread(ctx, w.nadia, w.conversation, uuid.Nil)
	if err != nil || len(thread.Messages) != 1 || !thread.Messages[0].Erased || len(thread.Messages[0].Documents) != 0 {
		t.Errorf("the conversation: %+v, %v", thread, err)
	}
	_, err = w.messages.Open(ctx, w.nadia, w.doc)
	wants(t, "the document", err, fault.NotFound)
	draft, err := w.messages.Draft(ctx, w.nadia, w.conversation)
	if err == nil {
		err = draft.Send(ctx, "Bonjour")
		draft.Discard(ctx)
	}
	wants(t, "writing to nobody", err, fault.Invalid)
	seen, err := w.Accounts.People.Account(ctx, admin, w.zoe.ID)
	if err != nil || seen.State != people.Erased || len(decision.Possible(seen, false)) != 0 {
		t.Errorf("the administration's page: %+v, %v", seen, err)
	}
	decided, _, err := w.Accounts.Decisions.About(ctx, admin, w.zoe.ID)
	if err != nil || len(decided) != 2 || decided[0].Reason == "" { // the operator's evidence, sealed with the archive
		t.Errorf("the decisions: %+v, %v", decided, err)
	}
	wants(t, "deciding about nobody", w.Accounts.Decisions.Decide(ctx, admin, w.zoe.ID, decision.Decision{Act: decision.Reopen, Reason: "Mot"}), fault.Conflict)
	found, _, err := w.Accounts.Lookups.FindAccounts(ctx, admin, "Vidal", 1)
	if err != nil || len(found) != 0 {
		t.Errorf("found: %+v, %v", found, err)
	}
	if coming, err := w.Appointments.CountComing(ctx, w.zoe.ID); err != nil || coming != 0 {
		t.Errorf("%d to come, %v", coming, err)
	}
	c, err := w.rights.Case(ctx, w.hugo, w.request(t, w.zoe.ID))
	if err != nil || c.State != privacy.Done || c.Steps[0].Author != "Compte supprimé" {
		t.Errorf("the officer's page: %+v, %v", c, err)
	}
}

func (w *world) emailOf(t testing.TB, v *viewer.Viewer) string {
	t.Helper()
	person, err := w.Accounts.People.Person(t.Context(), v.ID)
	must(t, err)
	return person.Email
}

func (w *world) request(t testing.TB, person uuid.UUID) (id uuid.UUID) {
	t.Helper()
	must(t, w.DB.Pool.QueryRow(t.Context(), `select id from rights_requests where account_id = $1`, person).Scan(&id))
	return id
}

func TestR7_AnErasureIsAllOrNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := w.ask(t, w.zoe)
	// The archive's row exists already, so that the last step but one fails.
	must(t, w.exec(t, `insert into identity_archives (account_id, sealed, closed_on, destroy_on) values ($1, '', now(), now())`, w.zoe.ID))
	if err := w.rights.CarryOut(t.Context(), w.hugo, asked.ID, uuid.Nil); err == nil {
		t.Fatal("the erasure succeeded")
	}
	person, err := w.Accounts.People.Person(t.Context(), w.zoe.ID)
	if err != nil || person.Email == "" || !person.Active {
		t.Errorf("partly erased: %+v, %v", person, err)
	}
	thread, err := w.messages.Thread(t.Context(), w.zoe, w.conversation, uuid.Nil)
	if err != nil || thread.Messages[0].Body != "Mon loyer" || len(thread.Messages[0].Documents) != 1 {
		t.Errorf("partly erased: %+v, %v", thread, err)
	}
	a, err := w.Appointments.Appointment(t.Context(), w.zoe, w.coming)
	if err != nil || a.Status != appointment.Confirmed || a.Reason == "" {
		t.Errorf("partly erased: %+v, %v", a, err)
	}
}

func TestR35_AnErasureLeavesASealedIdentityForFiveYears(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	id := w.ask(t, w.zoe).ID
	_, err := w.rights.OpenArchive(ctx, w.hugo, id, "Avant")
	wants(t, "before", err, fault.NotFound)
	must(t, w.rights.CarryOut(ctx, w.hugo, id, uuid.Nil))
	_, err = w.rights.OpenArchive(ctx, w.hugo, id, "")
	wants(t, "without a reason", err, fault.Invalid)
	archive, err := w.rights.OpenArchive(ctx, w.hugo, id, "Un litige")
	must(t, err)
	if archive.FirstName != "Zoé" || archive.LastName != "Vidal" || len(archive.Accepted) != 2 || !strings.Contains(archive.Accepted[0].Wording, "accepte") ||
		archive.AdultDeclaredAt == nil || archive.Until.Format(time.DateOnly) != "2031-11-30" {
		t.Errorf("the archive: %+v", archive)
	}
	lines, err := audit.About(ctx, w.DB.Pool, w.zoe.ID, 10)
	if err != nil || lines[0].Act != "rights.archive_opened" || lines[1].Act != "rights.erased" || lines[1].ActorID != w.hugo.ID {
		t.Errorf("the journal: %+v, %v", lines, err)
	}
	must(t, w.rights.Sweep(ctx))
	w.SetNow(time.Date(2031, 11, 29, 22, 0, 0, 0, time.UTC)) // 23:00 in Paris
	must(t, w.rights.Sweep(ctx))
	_, err = w.rights.OpenArchive(ctx, w.hugo, id, "La veille")
	must(t, err)
	w.SetNow(time.Date(2031, 11, 29, 23, 0, 0, 0, time.UTC))
	bookingtest.GoRound(t, w.rights.Rounds())
	_, err = w.rights.OpenArchive(ctx, w.hugo, id, "Le jour")
	wants(t, "on its day", err, fault.NotFound)
	if n := w.count(t, `select count(*) from archive_keys where sealed_key is not null`); n != 0 {
		t.Errorf("%d keys of archives were not destroyed", n)
	}
}

func TestR7_AnErasedWorkersBeneficiariesKeepTheirData(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	written, err := w.rights.Enter(ctx, w.hugo, privacy.Written{Channel: privacy.ByPost, ReceivedOn: bookingtest.Start.Truncate(24 * time.Hour), Details: privacy.Details{Name: "Nadia"}})
	must(t, err)
	must(t, w.rights.Match(ctx, w.hugo, written, w.nadia.ID))
	must(t, w.rights.CarryOut(ctx, w.hugo, written, uuid.Nil))
	a, err := w.Appointments.Appointment(ctx, w.zoe, w.coming)
	if err != nil || a.Status != appointment.CancelledByWorker || a.SocialWorkerName != "Compte supprimé" {
		t.Errorf("the appointment: %+v, %v", a, err)
	}
	thread, err := w.messages.Thread(ctx, w.zoe, w.conversation, uuid.Nil)
	if err != nil || thread.Messages[0].Body != "Mon loyer" {
		t.Errorf("the conversation: %+v, %v", thread, err)
	}
	if n := w.count(t, `select count(*) from openings where social_worker_id = $1`, w.nadia.ID); n != 0 {
		t.Errorf("%d openings are left", n)
	}
}

func TestR7_TheLastAdministratorCannotBeErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	claire := w.Member(t, viewer.Administrator, "Claire")
	asked := w.ask(t, claire)
	wants(t, "the last one", w.rights.CarryOut(t.Context(), w.hugo, asked.ID, uuid.Nil), fault.Conflict)
	w.Member(t, viewer.Administrator, "Alix")
	must(t, w.rights.CarryOut(t.Context(), w.hugo, asked.ID, uuid.Nil))
}

func TestR7_ARefusalHasAReasonAndAnAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := w.ask(t, w.zoe)
	must(t, w.rights.Refuse(t.Context(), w.hugo, asked.ID, "Un litige est en cours."))
	to, text := w.rights.Letter(t, asked.ID, "rights_refused")
	if to != w.emailOf(t, w.zoe) || !strings.Contains(text, "Un litige est en cours.") || !strings.Contains(text, "cnil.fr") {
		t.Errorf("to %s: %s", to, text)
	}
	wants(t, "carrying out what was refused", w.rights.CarryOut(t.Context(), w.hugo, asked.ID, uuid.Nil), fault.Conflict)
	must(t, w.rights.Withdraw(context.Background(), w.zoe, w.ask(t, w.zoe).ID))
}

func TestR7_ThePersonIsNotifiedAtTheAddressTheyHad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	email := w.emailOf(t, w.zoe)
	asked := w.ask(t, w.zoe)
	must(t, w.rights.CarryOut(t.Context(), w.hugo, asked.ID, uuid.Nil))
	if to, text := w.rights.Letter(t, asked.ID, "rights_erased"); to != email || !strings.Contains(text, "Bonjour Zoé") {
		t.Errorf("to %q: %s", to, text)
	}
	if to, _ := w.rights.Letter(t, asked.ID, "rights_received"); to != "" {
		t.Errorf("notified of a closed request at %s", to)
	}
}

// keptRows are the tables and columns that may still refer to an erased person, and why.
var keptRows = map[string]string{
	"accounts":                  "the ID, role and dates only",
	"appointments":              "the other person's appointment, without reason or texts",
	"social_workers":            "an empty row that appointments refer to",
	"messages":                  "that the other person was written to, and when",
	"notifications":             "that something was sent, and when",
	"account_decisions":         "the operator’s evidence, sealed with the archive’s key",
	"account_reports":           "the operator’s evidence, sealed with the archive’s key",
	"refused_sign_ups":          "a keyed digest, until its own end",
	"identity_archives":         "the sealed archive",
	"rights_requests":           "the request itself",
	"call_admissions":           "connection data",
	"call_attendances":          "connection data",
	"available_slots_refreshes": "when the available slots of a worker were last computed",

	"assisted_signups.operator_id": "who signed another person up",
	"bulk_cancels.author_id":       "who cancelled in a worker’s place",
}

// This covers tables of later migrations too: rows that refer to an erased person are deleted,
// or keptRows says why not.
func TestR7_NoTableStillNamesWhoWasErased(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := w.references(t)
	if len(all) < 30 {
		t.Fatalf("only %d columns refer to people", len(all))
	}
	for _, r := range all {
		if kept(r) == "" {
			w.fill(t, r)
		}
	}
	for _, person := range []*viewer.Viewer{w.zoe, w.nadia} {
		asked, err := w.rights.Enter(t.Context(), w.hugo, privacy.Written{Channel: privacy.ByPost, ReceivedOn: bookingtest.Start.Truncate(24 * time.Hour), Details: privacy.Details{Name: person.Name}})
		must(t, err)
		must(t, w.rights.Match(t.Context(), w.hugo, asked, person.ID))
		must(t, w.rights.CarryOut(t.Context(), w.hugo, asked, person.ID))
	}
	for _, r := range all {
		for _, person := range []*viewer.Viewer{w.zoe, w.nadia} {
			if n := w.count(t, `select count(*) from `+r.Table+` where `+r.Column+` = $1`, person.ID); n != 0 && kept(r) == "" {
				t.Errorf("%d rows of %s still refer to the %s in %s", n, r.Table, person.Role, r.Column)
			}
		}
	}
}

// reference is a column that refers to people.
type reference struct{ Table, Column string }

func (w *world) references(t testing.TB) []reference {
	t.Helper()
	rows, err := w.DB.Pool.Query(t.Context(), `
		select c.conrelid::regclass::text, a.attname from pg_constraint c
		join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
		where c.contype = 'f' and c.confrelid in ('accounts'::regclass, 'social_workers'::regclass)`)
	must(t, err)
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[reference])
	must(t, err)
	return all
}

func kept(r reference) string { return cmp.Or(keptRows[r.Table], keptRows[r.Table+"."+r.Column]) }

// anyOf is some value of each type, for columns that must not be null.
var anyOf = map[string]string{
	"uuid": "gen_random_uuid()", "text": "'x'", "bytea": "decode(md5(random()::text), 'hex')", "interval": "'1 hour'", "timestamptz": "now()", "date": "current_date",
	"int2": "1", "int4": "1", "int8": "1", "bool": "false", "jsonb": "'{}'", "_text": "'{}'", "tstzrange": "tstzrange(now(), now() + interval '1 hour')",
}

// fill inserts a row for each person who will be erased and has none in the table, so that an
// empty table afterwards proves something.
func (w *world) fill(t testing.TB, r reference) {
	t.Helper()
	for _, person := range []*viewer.Viewer{w.zoe, w.nadia} {
		if w.count(t, `select count(*) from `+r.Table+` where `+r.Column+` = $1`, person.ID) > 0 {
			continue
		}
		rows, err := w.DB.Pool.Query(t.Context(), `
			select a.attname, y.typname from pg_attribute a join pg_type y on y.oid = a.atttypid
			where a.attrelid = $1::regclass and a.attnum > 0 and a.attname <> $2
			and (a.attnotnull and not a.atthasdef and a.attidentity = '' or $1 || '.' || a.attname = any($3))`, r.Table, r.Column, slices.Collect(maps.Keys(checked)))
		must(t, err)
		required, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Name, Type string }])
		must(t, err)
		names, values := []string{r.Column}, []string{"'" + person.ID.String() + "'"}
		for _, c := range required {
			names = append(names, c.Name)
			values = append(values, cmp.Or(checked[r.Table+"."+c.Name], anyOf[c.Type]))
		}
		err = w.DB.InTx(t.Context(), func(tx postgres.Tx) error {
			if _, err := tx.Exec(t.Context(), `set local session_replication_role = replica`); err != nil { // the references to other tables are invented
				return err
			}
			_, err := tx.Exec(t.Context(), `insert into `+r.Table+` (`+strings.Join(names, ", ")+`) values (`+strings.Join(values, ", ")+`)`)
			return err
		})
		if err != nil {
			t.Errorf("%s cannot be filled: %v", r.Table, err)
		}
	}
}

// checked are values for columns with a check constraint.
var checked = map[string]string{
	"account_tokens.purpose": "'validation'", "agenda_feeds.shows": "'nothing'", "contact_choices.call_until": "1200",
	"rebookings.state": "'open'", "credentials.kind": "'diploma'", "credentials.register": "'rpps'", "credentials.checked_on": "current_date",
	"openings.weekday": "1", "openings.ends_minute": "60", "openings.modes": "'{video}'", "uploads.object_key": "gen_random_uuid()::text",

	"weekly_absences.ends_minute": "60", "callbacks.wanted": "'soon'", "callbacks.proved": "true", "callbacks.taken_at": "now()",
	"call_invitations.kind": "'relative'", "interpreter_searches.state": "'found'",
}

// There is no person left to decide about, and the error says so to the worker.
func TestR7_AnErasedPersonCannotBeReported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	must(t, w.rights.CarryOut(t.Context(), w.hugo, w.ask(t, w.zoe).ID, uuid.Nil))
	wants(t, "a report", w.Bookings.Report(t.Context(), w.nadia, w.coming, booking.Report{Kind: report.Dispute, Text: "Elle n’est pas venue."}), fault.Conflict)
}

// A booking with a worker who is being erased either commits before the erasure, which then
// cancels it, or is refused. No beneficiary is left with an appointment without a worker.
func TestR7_ABookingDuringItsWorkersErasureIsCancelledWithTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	paul := w.Beneficiary(t, "Paul", "Roux")
	written, err := w.rights.Enter(ctx, w.hugo, privacy.Written{Channel: privacy.ByPost, ReceivedOn: bookingtest.Start.Truncate(24 * time.Hour), Details: privacy.Details{Name: "Nadia"}})
	must(t, err)
	must(t, w.rights.Match(ctx, w.hugo, written, w.nadia.ID))
	held, err := w.DB.Pool.Begin(ctx)
	must(t, err)
	_, err = held.Exec(ctx, `select from accounts where id = $1 for no key update`, paul.ID)
	must(t, err)
	var all sync.WaitGroup
	for i, act := range []func() error{
		func() error {
			_, err := w.Bookings.Book(ctx, paul, appointment.Request{SocialWorkerID: w.nadia.ID, StartsAt: bookingtest.Start.Add(72 * time.Hour), Mode: slot.Video, Reason: "money"})
			return err
		},
		func() error { return w.rights.CarryOut(ctx, w.hugo, written, uuid.Nil) },
	} {
		all.Go(func() {
			if err := act(); err != nil {
				t.Errorf("act %d: %v", i, err)
			}
		})
		for waiting := 0; waiting <= i; time.Sleep(time.Millisecond) {
			waiting = w.count(t, `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
		}
	}
	must(t, held.Commit(ctx))
	all.Wait()
	if n := w.count(t, `select count(*) from appointments where social_worker_id = $1 and status = 'confirmed'`, w.nadia.ID); n != 0 {
		t.Errorf("%d appointments have no worker", n)
	}
}

// A dispute must not vanish with the account of the person who caused it.
func TestR7_TheOfficerSeesDisputesFirstAndTheirTextsStayWithTheArchive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	if e, err := w.Accounts.Evidence(ctx, w.hugo, w.zoe.ID); err != nil || e.Any() {
		t.Errorf("before anything: %+v, %v", e, err)
	}
	must(t, w.DB.InTx(ctx, func(tx postgres.Tx) error {
		_, err := w.Accounts.Reports.Report(ctx, tx, w.nadia, report.NewReport{AboutID: w.zoe.ID, AppointmentID: w.coming, Kind: report.Dispute, Text: "Elle a crié."})
		return err
	}))
	admin := w.Member(t, viewer.Administrator, "Claire")
	must(t, w.Accounts.Decisions.Decide(ctx, admin, w.zoe.ID, decision.Decision{Act: decision.Refuse, Reason: "Après ce litige.", Refuse: []string{"email"}}))
	e, err := w.Accounts.Evidence(ctx, w.hugo, w.zoe.ID)
	if err != nil || len(e.Reports) != 1 || e.Reports[0].HandledAt != nil || e.Reports[0].Text != "" || len(e.Decisions) != 1 || e.Decisions[0].Reason != "" || e.RefusedUntil == nil {
		t.Fatalf("shown: %+v, %v", e, err)
	}
	if _, err := w.Accounts.Evidence(ctx, admin, w.zoe.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an administrator: %v", err)
	}
	asked := w.ask(t, w.zoe)
	must(t, w.rights.CarryOut(ctx, w.hugo, asked.ID, uuid.Nil))
	texts := func() (report, reason string) {
		t.Helper()
		reports, err := w.Accounts.Reports.ReportsAbout(ctx, admin, w.zoe.ID)
		must(t, err)
		decisions, _, err := w.Accounts.Decisions.About(ctx, admin, w.zoe.ID)
		must(t, err)
		return reports[0].Text, decisions[0].Reason
	}
	if report, reason := texts(); report != "Elle a crié." || reason != "Après ce litige." {
		t.Errorf("after the erasure: %q, %q", report, reason)
	}
	must(t, w.DB.InTx(ctx, func(tx postgres.Tx) error { return w.Vault.DestroyArchive(ctx, tx, w.zoe.ID) }))
	if report, reason := texts(); report != "" || reason != "" {
		t.Errorf("after the archive's end: %q, %q", report, reason)
	}
}

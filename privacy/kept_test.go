package privacy_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"socialdirect/booking/bookingtest"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/privacy"
)

// keptIn is, for each table about people, the title under which the page of one's data names
// it.
var keptIn = map[string]string{
	"accounts": "Qui vous êtes", "assisted_signups": "Qui vous êtes",
	"account_tokens": "Vos moyens de connexion", "totp": "Vos moyens de connexion", "passkeys": "Vos moyens de connexion", "passkey_challenges": "Vos moyens de connexion",
	"recovery_sets": "Vos moyens de connexion", "recovery_codes": "Vos moyens de connexion", "reset_codes": "Vos moyens de connexion", "sms_challenges": "Vos moyens de connexion",
	"sessions": "Vos connexions", "known_devices": "Vos connexions", "throttles": "Vos connexions", "interrupted_forms": "Vos connexions",
	"legal_acceptances": "Votre accord", "legal_seen": "Votre accord",
	"contact_choices": "Ce que vous voulez recevoir", "notification_choices": "Ce que vous voulez recevoir",
	"notifications": "Les messages partis vers vous",
	"appointments":  "Vos rendez-vous", "rebookings": "Vos rendez-vous", "interpreter_searches": "Vos besoins et le motif", "late_marks": "Vos rendez-vous", "booking_acts": "Vos rendez-vous", "sheet_views": "Vos rendez-vous",
	"waitlist_entries": "Votre liste d’attente", "waitlist_releases": "Votre liste d’attente", "waitlist_slots": "Votre liste d’attente",
	"search_choices": "Ce que vous cherchez", "callbacks": "Votre demande d’appel",
	"messages": "Vos messages et vos documents", "documents": "Vos messages et vos documents", "handed_documents": "Vos messages et vos documents", "uploads": "Vos messages et vos documents",
	"read_marks": "Vos messages et vos documents", "message_rates": "Vos messages et vos documents", "document_days": "Vos messages et vos documents",
	"call_admissions": "Vos appels", "call_attendances": "Vos appels", "call_invitations": "Vos appels", "call_tests": "Vos tests d’appel",
	"account_reports":   "Les signalements",
	"account_decisions": "Les décisions sur votre compte", "refused_sign_ups": "Les décisions sur votre compte", "age_checks": "Les décisions sur votre compte", "second_factor_resets": "Les décisions sur votre compte",
	"audit_entries": "Qui a ouvert votre compte", "shown_days": "Qui a ouvert votre compte", "people_shown": "Qui a ouvert votre compte",
	"rights_requests": "Vos demandes", "rights_steps": "Vos demandes", "identity_archives": "Vos demandes", "archive_keys": "Vos demandes",
	"counted_people": "Les statistiques",
	"social_workers": "Votre fiche et vos justificatifs", "portraits": "Votre fiche et vos justificatifs", "places": "Votre fiche et vos justificatifs",
	"credentials": "Votre fiche et vos justificatifs", "credential_announcements": "Votre fiche et vos justificatifs",
	"openings": "Votre agenda", "opening_skips": "Votre agenda", "absences": "Votre agenda", "weekly_absences": "Votre agenda", "open_holidays": "Votre agenda",
	"calendar_subscriptions": "Votre agenda", "external_busy": "Votre agenda", "agenda_feeds": "Votre agenda", "available_slots": "Votre agenda",
	"available_slots_refreshes": "Votre agenda", "agenda_changes": "Votre agenda", "bulk_cancels": "Votre agenda",
	"person_keys": "Vos clés",
}

// ofNobody are the tables that are about no person, each with what it is about.
var ofNobody = map[string]string{
	"clients": "companies", "contract_changes": "their contracts", "connection_codes": "codes of companies", "client_tokens": "keys of companies' systems",
	"client_figures": "counts", "published_figures": "counts", "noise_keys": "the digest of a key", "index_key": "the digest of a key", "hours_counted": "an instant",
	"sign_up_browsers": "a sign-up of the last hour, sealed by its browser's cookie",
	"legal_texts":      "texts", "reasons": "the list of reasons",
	"goose_db_version": "the schema", "river_migration": "the queue's schema", "river_job": "jobs, which name accounts by their identifier and are deleted once done",
	"river_leader": "the queue", "river_queue": "the queue", "river_client": "the queue", "river_client_queue": "the queue", "river_notification": "the queue",
}

func titles(kept []privacy.Kept) (all []string) {
	for _, k := range kept {
		all = append(all, k.Title)
	}
	return all
}

func everyTitle() (all []string) {
	for _, role := range viewer.Roles {
		all = append(all, titles(privacy.KeptOf(role))...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// A table that is added must be named on the page of one's data, or be of nobody.
func TestR43_ThePageOfOnesDataNamesEveryTable(t *testing.T) {
	t.Parallel()
	w := bookingtest.New(t)
	tables, err := postgres.All[struct{ Name string }](t.Context(), w.DB.Pool, `
		select table_name::text as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'`)
	if err != nil {
		t.Fatal(err)
	}
	all, seen := everyTitle(), map[string]bool{}
	for _, table := range tables {
		title, about := keptIn[table.Name], ofNobody[table.Name]
		seen[table.Name] = true
		if (title == "") == (about == "") || title != "" && !slices.Contains(all, title) {
			t.Errorf("the table %s: add what it stores to everythingKept (kept.go), to the policy that comes with the platform, and to keptIn here; or to ofNobody", table.Name)
		}
	}
	for table := range keptIn {
		if !seen[table] {
			t.Errorf("there is no table %s any more", table)
		}
	}
}

// The policy that comes with the platform says the same as the page.
func TestR43_ThePolicySaysWhatIsKeptInTheSameWords(t *testing.T) {
	t.Parallel()
	policy, err := os.ReadFile("../legal/texts/privacy.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, role := range viewer.Roles {
		for _, k := range privacy.KeptOf(role) {
			for _, words := range []string{"- **" + k.Title + ".**", k.What, k.Until} {
				if !strings.Contains(string(policy), words) && !seen[words] {
					seen[words] = true
					t.Errorf("the policy does not say %q", words)
				}
			}
		}
	}
	for _, subject := range []string{"passerelle de SMS", "clauses contractuelles types", "Les statistiques", "Après la suppression de votre compte", "/vos-droits", "/profil/donnees"} {
		if !strings.Contains(string(policy), subject) {
			t.Errorf("the policy says nothing of %s", subject)
		}
	}
}

func TestR43_EachPersonReadsWhatIsAboutThem(t *testing.T) {
	t.Parallel()
	for role, c := range map[viewer.Role]struct {
		reads, not string
	}{
		viewer.Beneficiary:  {"Vos besoins et le motif", "Votre agenda"},
		viewer.SocialWorker: {"Votre agenda", "Vos besoins et le motif"},
		viewer.Switchboard:  {"Qui vous êtes", "Vos rendez-vous"},
	} {
		if got := titles(privacy.KeptOf(role)); !slices.Contains(got, c.reads) || slices.Contains(got, c.not) {
			t.Errorf("%s: %v", role, got)
		}
	}
}

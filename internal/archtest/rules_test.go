package archtest

import (
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// domains are the domains of the product, with those that each may import: downward only.
var domains = map[string][]string{
	"legal":        {},
	"company":      {},
	"notification": {},
	"account":      {"notification", "company", "legal"},
	"callback":     {"account"},
	"booking":      {"account", "callback", "company", "notification"},
	"messaging":    {"booking", "account", "notification"},
	"signaling":    {"booking", "account", "notification"},
	"privacy":      {"messaging", "signaling", "booking", "account", "callback", "company", "legal", "notification"},
}

// rooms are the other folders with Go code, with those that each may import; "domains" stands
// for every domain.
var rooms = map[string][]string{
	"cmd":      {"server", "domains", "web", "internal"},
	"server":   {"domains", "web", "internal"},
	"web":      {"internal/viewer", "internal/form", "internal/fault", "internal/hours"},
	"internal": {"internal"},
	"e2e":      {"internal"},
	"bench":    {"server", "domains", "web", "internal"},
	"tools":    {},
}

// webFrameworks are imports for a domain's http*.go files only; websockets are for
// internal/socket only.
var webFrameworks = []string{"net/http", websockets}

const websockets = "github.com/gorilla/websocket"

// owned are the tables of each package. A table of the migrations that is missing here fails
// the test.
var owned = map[string][]string{
	"company": {
		"clients", "connection_codes", "contract_changes", "client_figures", "client_tokens", "noise_keys", "published_figures",
	},
	"legal": {
		"legal_texts", "legal_acceptances", "legal_seen",
	},
	"account": {
		"accounts", "sessions", "account_tokens", "totp", "throttles", "passkeys", "passkey_challenges", "recovery_sets",
		"recovery_codes", "second_factor_resets", "reset_codes", "account_decisions", "refused_sign_ups", "account_reports",
		"known_devices", "assisted_signups", "interrupted_forms", "age_checks", "sms_challenges", "contact_choices", "shown_days", "people_shown",
		"sign_up_browsers",
	},
	"internal/vault": {
		"person_keys", "archive_keys", "index_key",
	},
	"privacy": {
		"identity_archives", "rights_requests", "rights_steps",
	},
	"notification": {
		"notifications",
		"notification_choices",
	},
	"callback": {
		"callbacks",
	},
	"internal/audit": {
		"audit_entries",
	},
	"booking": {
		"rebookings", "bulk_cancels", "reasons", "social_workers", "openings", "absences", "appointments", "portraits", "credentials",
		"credential_announcements", "sheet_views", "weekly_absences", "open_holidays", "opening_skips", "places", "late_marks",
		"calendar_subscriptions", "external_busy", "agenda_feeds",
		"hours_counted", "counted_people", "interpreter_searches",
		"available_slots", "available_slots_refreshes", "agenda_changes", "search_choices", "waitlist_entries", "waitlist_releases", "waitlist_slots", "booking_acts",
	},
	"messaging": {
		"handed_documents", "messages", "documents", "uploads", "read_marks", "message_rates", "document_days",
	},
	"signaling": {
		"call_admissions", "call_attendances", "call_invitations", "call_tests",
	},
}

// owners is the owner of each table.
var owners = func() map[string]string {
	by := map[string]string{}
	for owner, names := range owned {
		for _, table := range names {
			by[table] = owner
		}
	}
	return by
}()

// machineClock are the files of domains that may read the machine's clock, with the reason.
var machineClock = map[string]string{
	"messaging/http_patience.go": "it computes deadlines of a connection",
	"signaling/turn.go":          "it is the relay's clock unless a test hands in another",
}

// violations returns the broken rules of one file, each with its reason.
func violations(src source) []string {
	rules := []func(source) []string{foreignImports, webOutsideHTTP, mediaOutsideEcho, testCodeInProduct, foreignTables, clockInRules, zonesReadAnew, clockInSQL, daysInTests}
	var broken []string
	for _, rule := range rules {
		for _, what := range rule(src) {
			broken = append(broken, src.path+" "+what)
		}
	}
	return broken
}

// foreignImports checks who imports whom.
func foreignImports(src source) (broken []string) {
	room := topFolder(src.path)
	if _, known := allowed(room); !known {
		return []string{"is in a folder that has no place in the house: add the folder to the rules, with whom it may import"}
	}
	for _, imported := range src.imports {
		if reason := refuse(src.path, imported); reason != "" {
			broken = append(broken, fmt.Sprintf("imports %s: %s", imported, reason))
		}
	}
	return broken
}

func allowed(room string) ([]string, bool) {
	if below, ok := domains[room]; ok {
		return append([]string{"web", "internal"}, below...), true
	}
	may, ok := rooms[room]
	if slices.Contains(may, "domains") {
		may = append(slices.Sorted(maps.Keys(domains)), may...)
	}
	return may, ok
}

// refuse returns why a file may not import something of this repository, or an empty text if
// it may.
func refuse(file, imported string) string {
	from, to := topFolder(file), topFolder(imported)
	if from == to && from != "internal" {
		return ""
	}
	if _, ours := allowed(to); !ours {
		return "" // not part of this repository
	}
	may, _ := allowed(from)
	if ofTests(file) {
		may = append(may, reached(from)...)
	}
	switch {
	case domains[from] != nil && ofTests(file) && ofTests(imported):
		return "" // tests of domains use a world with all of the platform's roles
	case slices.ContainsFunc(may, func(room string) bool { return imported == room || strings.HasPrefix(imported, room+"/") }):
		return onlyInCommands(file, imported)
	case from == "internal":
		return "internal is plumbing that knows nothing of the product"
	case from == "web":
		return "web draws pages and knows of no domain"
	case domains[from] != nil && domains[to] != nil:
		return fmt.Sprintf("%s asks only the domains below it %v; what stands above hands it a small function through cmd", from, domains[from])
	}
	return fmt.Sprintf("%s may import %v and nothing else: imports point downward", from, may)
}

// reached returns the domains that a domain's tests may import: all below it, at any depth,
// because they set up its world.
func reached(domain string) []string {
	var all []string
	for _, below := range domains[domain] {
		all = append(append(all, below), reached(below)...)
	}
	return all
}

// onlyInCommands: only commands and tests may start other programs.
func onlyInCommands(file, imported string) string {
	if imported == "internal/embedded" && topFolder(file) != "cmd" && !ofTests(file) {
		return "the embedded parts are started by the commands and the tests alone, so that a domain runs on any parts"
	}
	return ""
}

// webOutsideHTTP: net/http is only for a domain's http*.go files, and WebSockets only for
// internal/socket, which decides on origins, limits and closing once for all.
func webOutsideHTTP(src source) (broken []string) {
	domain := topFolder(src.path)
	if ofTests(src.path) {
		return nil
	}
	if slices.Contains(src.imports, websockets) && src.folder() != "internal/socket" {
		broken = append(broken, "imports "+websockets+": internal/socket alone talks over WebSockets")
	}
	if domains[domain] == nil {
		return broken
	}
	for _, framework := range webFrameworks {
		if slices.Contains(src.imports, framework) && !strings.HasPrefix(path.Base(src.path), "http") {
			broken = append(broken, fmt.Sprintf("imports %s: an act knows nothing of the web, only http*.go files do", framework))
		}
	}
	return broken
}

// mediaEngines are the imports of whoever can answer a call, decrypt it, or write its media into
// a file.
var mediaEngines = []string{
	"github.com/pion/webrtc", "github.com/pion/mediadevices", "github.com/pion/srtp", "github.com/pion/dtls", "github.com/pion/rtp", "github.com/pion/interceptor",
	"github.com/pion/sctp", "github.com/pion/datachannel",
}

// mediaReaders are the names by which received media is read.
var mediaReaders = []string{"OnTrack", "TrackRemote", "ReadRTP", "OnMessage", "Detach", "DetachWithDeadline", "OnDataChannel"}

// mediaKeepers are what a file could keep media with.
var mediaKeepers = []string{"os", "bufio", "log", "log/slog", "net", "net/http", "internal/postgres", "internal/blob", "internal/vault", "internal/jobs", "internal/mail"}

// mediaOutsideEcho: nothing but the echo of the test page answers a call, and what reads media
// there has nothing to keep it with, so that no code can record what people say (R23).
func mediaOutsideEcho(src source) (broken []string) {
	if ofTests(src.path) {
		return nil
	}
	reads := slices.ContainsFunc(mediaReaders, func(name string) bool { return src.named[name] })
	for _, imported := range src.imports {
		engine := slices.ContainsFunc(mediaEngines, func(its string) bool { return strings.HasPrefix(imported, its) })
		switch {
		case engine && strings.Contains(imported, "/pkg/media"):
			broken = append(broken, fmt.Sprintf("imports %s: no code writes media", imported))
		case engine && src.folder() != "signaling/echo":
			broken = append(broken, fmt.Sprintf("imports %s: signaling/echo alone answers calls, and only those of a test; nothing reads the media of others", imported))
		case reads && src.folder() == "signaling/echo" && slices.Contains(mediaKeepers, imported):
			broken = append(broken, fmt.Sprintf("reads media and imports %s: what reads media keeps nothing", imported))
		}
	}
	return broken
}

// testCodeInProduct: code for tests is never linked into the product.
func testCodeInProduct(src source) (broken []string) {
	if ofTests(src.path) {
		return nil
	}
	for _, imported := range src.imports {
		_, ours := allowed(topFolder(imported))
		if imported == "testing" || ours && ofTests(imported) {
			broken = append(broken, fmt.Sprintf("imports %s: test helpers are never part of the product", imported))
		}
	}
	if src.cheap {
		broken = append(broken, "makes the hashes of passwords cheap: tests alone may")
	}
	return broken
}

var tableNames = regexp.MustCompile(`(?i)\b(?:from|join|into|update|using|table|only|references)\s+([a-z_]+(?:\s+(?:as\s+)?[a-z_]+)?(?:\s*,\s*[a-z_]+(?:\s+(?:as\s+)?[a-z_]+)?)*)`)

// tablesIn returns the platform's tables that a text names in SQL.
func tablesIn(text string) []string {
	var named []string
	for _, match := range tableNames.FindAllStringSubmatch(text, -1) {
		for item := range strings.SplitSeq(match[1], ",") {
			name, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(item)), " ")
			if _, ok := owners[name]; ok {
				named = append(named, name)
			}
		}
	}
	return named
}

// foreignTables: only its owner's store may name a table: store.go, or files that it was split
// into (store_session.go).
func foreignTables(src source) (broken []string) {
	if ofTests(src.path) {
		return nil
	}
	domain := topFolder(src.path)
	for _, text := range src.texts {
		for _, table := range tablesIn(text) {
			switch owner := owners[table]; {
			case owner != domain && owner != src.folder():
				broken = append(broken, fmt.Sprintf("names the table %s: it is %s's, ask that package through an exported function", table, owner))
			case domains[domain] != nil && !strings.HasPrefix(path.Base(src.path), "store"):
				broken = append(broken, fmt.Sprintf("names the table %s: all of a domain's SQL is in its store*.go", table))
			}
		}
	}
	return broken
}

// clockInRules: a rule uses the instant of its transaction.
func clockInRules(src source) (broken []string) {
	if domains[topFolder(src.path)] == nil || ofTests(src.path) || machineClock[src.path] != "" {
		return nil
	}
	for _, use := range src.clock {
		broken = append(broken, "uses "+use+": a rule takes its instant from postgres.DB or its transaction, so that a test can stand at any moment")
	}
	return broken
}

var machineNow = regexp.MustCompile(`(?i)(^|[^_a-z])now\(\)`)

// clockInSQL: a domain's SQL uses the platform's clock.
func clockInSQL(src source) []string {
	if domains[topFolder(src.path)] == nil || ofTests(src.path) || !slices.ContainsFunc(src.texts, machineNow.MatchString) {
		return nil
	}
	return []string{"uses now() in SQL, which is the machine's clock: hand the instant in, or use platform_now(), so that the platform can stand at any moment"}
}

// daysInTests: tests that run the program must pass at any instant.
func daysInTests(src source) []string {
	through := src.folder() == "cmd/socialdirect" && ofTests(src.path) || src.folder() == "e2e" && src.path != "e2e/serve_test.go" // serve runs with the machine's clock
	if src.days == 0 || !through {
		return nil
	}
	return []string{"works a day or an hour out of time.Now: the platform may stand elsewhere in time, internal/clocktest says where"}
}

// zonesReadAnew: time zones are loaded through internal/zone, once each.
func zonesReadAnew(src source) []string {
	if src.zones == 0 || src.folder() == "internal/zone" || ofTests(src.path) {
		return nil
	}
	return []string{"uses time.LoadLocation, which reads a file each time and was half of the cost of a page: internal/zone keeps what it read"}
}

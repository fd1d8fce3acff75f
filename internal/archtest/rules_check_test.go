package archtest

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestTheRepositoryFollowsItsRules(t *testing.T) {
	t.Parallel()
	for _, src := range readTree(t) {
		if strings.HasPrefix(src.path, "internal/embedded/objectstore/") {
			continue // a module of its own, which cannot import this one
		}
		for _, broken := range violations(src) {
			t.Error(broken)
		}
	}
}

// made returns a source of the given text, without a file.
func made(t *testing.T, path, text string) source {
	t.Helper()
	src, err := parseSource(path, text)
	if err != nil {
		t.Fatal(err)
	}
	return src
}

func TestBrokenRulesAreFoundWithTheirReason(t *testing.T) {
	t.Parallel()
	importing := func(path string) string { return "package p\n\nimport _ \"" + path + "\"\n" }
	cases := []struct{ path, text, reason string }{
		{"booking/book.go", importing("socialdirect/messaging"), "asks only the domains below it"},
		{"company/company.go", importing("socialdirect/account"), "asks only the domains below it"},
		{"booking/booking_test.go", importing("socialdirect/messaging"), "asks only the domains below it"},
		{"account/account.go", importing("socialdirect/server"), "imports point downward"},
		{"internal/mail/mail.go", importing("socialdirect/account"), "knows nothing of the product"},
		{"internal/mail/mail_test.go", importing("socialdirect/booking/bookingtest"), "knows nothing of the product"},
		{"internal/form/form.go", importing("socialdirect/web"), "knows nothing of the product"},
		{"web/words.go", importing("socialdirect/booking"), "knows of no domain"},
		{"web/words.go", importing("socialdirect/internal/postgres"), "knows of no domain"},
		{"server/routes.go", importing("socialdirect/cmd/socialdirect"), "imports point downward"},
		{"billing/billing.go", importing("fmt"), "no place in the house"},
		{"messaging/upload.go", importing("socialdirect/internal/embedded"), "started by the commands"},
		{"booking/book.go", importing("net/http"), "only http*.go"},
		{"signaling/room.go", importing("github.com/gorilla/websocket"), "only http*.go"},
		{"booking/http_live.go", importing("github.com/gorilla/websocket"), "talks over WebSockets"},
		{"signaling/http_socket.go", importing("github.com/gorilla/websocket"), "talks over WebSockets"},
		{"server/server.go", importing("github.com/gorilla/websocket"), "talks over WebSockets"},
		{"signaling/room.go", importing("github.com/pion/webrtc/v4"), "nothing reads the media of others"},
		{"internal/record/record.go", importing("github.com/pion/webrtc/v4/pkg/media/oggwriter"), "no code writes media"},
		{"signaling/echo/keep.go", importing("github.com/pion/webrtc/v4/pkg/media/ivfwriter"), "no code writes media"},
		{"signaling/relay.go", importing("github.com/pion/srtp/v3"), "nothing reads the media of others"},
		{"signaling/turn_ports.go", importing("github.com/pion/rtp"), "nothing reads the media of others"},
		{"signaling/echo/peer.go", "package p\n\nimport _ \"os\"\n\nfunc f() { pc.OnTrack(func(track *webrtc.TrackRemote) {}) }\n", "keeps nothing"},
		{"signaling/echo/keep.go", "package p\n\nimport _ \"socialdirect/internal/postgres\"\n\nfunc f() { track.ReadRTP() }\n", "keeps nothing"},
		{"signaling/echo/channels.go", "package p\n\nimport _ \"socialdirect/internal/blob\"\n\nfunc f() { channel.OnMessage(nil) }\n", "keeps nothing"},
		{"booking/book.go", importing("socialdirect/internal/dbtest"), "never part of the product"},
		{"cmd/socialdirect/demo.go", importing("socialdirect/booking/bookingtest"), "never part of the product"},
		{"account/hasher.go", "package p\n\nfunc init() { passhash.Cheapen() }\n", "tests alone may"},
		{"messaging/store.go", "package p\n\nconst q = `select 1 from messages m join accounts a on true`\n", "names the table accounts: it is account's"},
		{"messaging/store.go", "package p\n\nconst q = `select 1 from messages m, Appointments`\n", "names the table appointments: it is booking's"},
		{"messaging/store.go", "package p\n\nvar q = `update ` + `accounts set x = 1`\n", "names the table accounts"},
		{"server/server.go", "package p\n\nconst q = `delete from sessions`\n", "names the table sessions"},
		{"booking/book.go", "package p\n\nconst q = `delete from openings`\n", "all of a domain's SQL is in its store*.go"},
		{"booking/book.go", "package p\n\nvar now = time.Now()\n", "takes its instant from postgres.DB"},
		{"booking/book.go", "package p\n\nvar clock = time.Now\n", "takes its instant from postgres.DB"},
		{"booking/book.go", "package p\n\nvar line = `at ` + f(time.Now())\n", "takes its instant from postgres.DB"},
		{"booking/store.go", "package p\n\nconst q = `update absences set at = now() where id = $1`\n", "uses now() in SQL"},
		{"cmd/socialdirect/path_test.go", "package p\n\nvar day = time.Now().AddDate(0, 0, 1)\n", "internal/clocktest says where"},
		{"e2e/path_test.go", "package p\n\nvar day = time.Now().In(zone)\n", "internal/clocktest says where"},
		{"internal/mail/mail.go", "package p\n\nvar paris, _ = time.LoadLocation(\"Europe/Paris\")\n", "reads a file each time"},
	}
	for _, c := range cases {
		t.Run(c.path, func(t *testing.T) {
			if got := strings.Join(violations(made(t, c.path, c.text)), "\n"); !strings.Contains(got, c.reason) {
				t.Errorf("%s with\n%s\nis broken for %q, want %q", c.path, c.text, got, c.reason)
			}
		})
	}
}

func TestAllowedCodeIsNotReported(t *testing.T) {
	t.Parallel()
	allowed := map[string]string{
		"booking/book.go":             "package p\n\nimport _ \"socialdirect/account\"\nimport _ \"socialdirect/internal/postgres\"\n",
		"booking/http.go":             "package p\n\nimport _ \"net/http\"\nimport _ \"socialdirect/web\"\n",
		"messaging/http_socket.go":    "package p\n\nimport _ \"socialdirect/internal/socket\"\n",
		"internal/socket/socket.go":   "package p\n\nimport _ \"github.com/gorilla/websocket\"\n\nvar now = time.Now()\n",
		"messaging/messaging_test.go": "package p\n\nimport _ \"socialdirect/booking/bookingtest\"\nimport _ \"socialdirect/company\"\n\nvar now = time.Now()\n",
		"booking/store_book.go":       "package p\n\nconst q = `update absences set at = platform_now() where id = $1`\n",
		"e2e/program_test.go":         "package p\n\nvar deadline = time.Now().Add(time.Minute)\n",
		"account/account_test.go":     "package p\n\nimport _ \"socialdirect/booking/bookingtest\"\n",
		"booking/store.go":            "package p\n\nconst q = `select reasons from openings, absences where messages > 1`\n",
		"signaling/echo/peer.go":      "package p\n\nimport _ \"github.com/pion/webrtc/v4\"\n",
		"bench/call_test.go":          "package p\n\nimport _ \"github.com/pion/webrtc/v4\"\n",
		"internal/dbtest/dbtest.go":   "package p\n\nfunc init() { passhash.Cheapen() }\n",
		"internal/vault/vault.go":     "package p\n\nconst q = `delete from person_keys`\n",
		"cmd/socialdirect/demo.go":    "package p\n\nimport _ \"socialdirect/internal/embedded\"\nimport _ \"socialdirect/legal\"\n",
	}
	for path, text := range allowed {
		t.Run(path, func(t *testing.T) {
			if broken := violations(made(t, path, text)); broken != nil {
				t.Errorf("%s: %v", path, broken)
			}
		})
	}
}

// Every table that the migrations create has an owner, every owned table exists, and each file
// creates tables of one owner only.
func TestEveryTableHasAnOwner(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(root + "/internal/postgres/migrations/*.sql")
	if err != nil || files == nil {
		t.Fatalf("no migrations: %v", err)
	}
	var there []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		ofFile := map[string]bool{}
		for _, match := range regexp.MustCompile(`(?im)^create (?:unlogged )?table (?:if not exists )?([a-z_]+)`).FindAllStringSubmatch(string(text), -1) {
			there = append(there, match[1])
			ofFile[owners[match[1]]] = true
			if owners[match[1]] == "" {
				t.Errorf("%s makes the table %s: say in owned whose it is", filepath.Base(file), match[1])
			}
		}
		if len(ofFile) > 1 {
			t.Errorf("%s makes tables of several owners, %v: a file each", filepath.Base(file), slices.Sorted(maps.Keys(ofFile)))
		}
	}
	for table := range owners {
		if !slices.Contains(there, table) {
			t.Errorf("owned names %s, which no migration makes", table)
		}
	}
}

// Exceptions and rules for code that no longer exists must be removed.
func TestRulesAreNotStale(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, src := range readTree(t) {
		used[topFolder(src.path)] = true
		if src.clock != nil {
			used[src.path] = true
		}
	}
	for domain := range domains {
		if !used[domain] {
			t.Errorf("domains names %s, which is not there", domain)
		}
	}
	for file := range machineClock {
		if !used[file] {
			t.Errorf("machineClock names %s, which reads no clock", file)
		}
	}
}

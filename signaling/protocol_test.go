package signaling

import (
	"errors"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// fieldsOf returns the JSON names of a struct's fields, without "type".
func fieldsOf(v any) (names []string) {
	for f := range reflect.TypeOf(v).Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "type" {
			names = append(names, name)
		}
	}
	return names
}

// PROTOCOL.md describes every message with each of its members, and no others.
func TestTheProtocolDescribesEveryMessage(t *testing.T) {
	t.Parallel()
	both := func(relayed any) []string { return append(fieldsOf(relayed), "to") }
	messages := map[string][]string{
		"waiting": fieldsOf(waiting{}), "leave": nil, "welcome": fieldsOf(welcome{}), "ice": fieldsOf(renewal{}),
		"joined": {"participant"}, "knocking": {"participant"}, "left": {"id"}, "ending": {"at"}, "error": {"code", "message"}, "admit": {"id"}, "consent": {"id", "granted"},
		"description": both(relayedDescription{}), "candidate": both(relayedCandidate{}),
		"commit": both(relayedCommit{}), "reveal": both(relayedReveal{}), "state": fieldsOf(relayedState{}),
	}
	said := append(slices.Concat(fieldsOf(event{}), fieldsOf(message{})), "from")
	for _, member := range said {
		if !slices.Contains(slices.Concat(slices.Collect(maps.Values(messages))...), member) {
			t.Errorf("the member %s is in no message of this test", member)
		}
	}

	page, err := os.ReadFile("PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, member := range slices.Concat(fieldsOf(participant{}), fieldsOf(ICEServer{}), fieldsOf(candidate{}), fieldsOf(description{})) {
		if !strings.Contains(string(page), "`"+member+"`") {
			t.Errorf("the inner member %s is not described", member)
		}
	}
	sections := regexp.MustCompile("(?m)^### `([a-z]+)`$").Split(string(page), -1)[1:]
	titles := regexp.MustCompile("(?m)^### `([a-z]+)`$").FindAllStringSubmatch(string(page), -1)
	seen := map[string]bool{}
	for i, title := range titles {
		name := title[1]
		seen[name] = true
		want, known := messages[name]
		if !known {
			t.Errorf("%s is no message", name)
		}
		got := membersOf(sections[i])
		for _, member := range want {
			if !slices.Contains(got, member) {
				t.Errorf("%s: the member %s is not described", name, member)
			}
		}
		for _, member := range got {
			if !slices.Contains(want, member) {
				t.Errorf("%s has no member %s", name, member)
			}
		}
	}
	for name := range messages {
		if !seen[name] {
			t.Errorf("%s is not described", name)
		}
	}
	for _, kind := range []string{"admit", "consent", "description", "candidate", "commit", "reveal", "state", "leave"} {
		if errors.Is(message{Type: kind}.check(), errType) {
			t.Errorf("%s is unknown to the server", kind)
		}
	}
}

// membersOf returns the members that the list of a section names, before the colon of each
// line.
func membersOf(section string) (members []string) {
	section, _, _ = strings.Cut(section, "\n## ")
	for line := range strings.Lines(section) {
		line, isMember := strings.CutPrefix(line, "- ")
		if !isMember {
			continue
		}
		line, _, _ = strings.Cut(line, ":")
		for _, found := range regexp.MustCompile("`([A-Za-z_]+)`").FindAllStringSubmatch(line, -1) {
			members = append(members, found[1])
		}
	}
	return members
}

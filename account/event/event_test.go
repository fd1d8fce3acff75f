package event_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Operators write rules for their log by the names in the documentation.
func TestR39_EveryEventIsInTheDocumentation(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("event.go")
	if err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile("../../docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`= "([a-z_]+\.[a-z_]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(names) < 14 {
		t.Fatalf("only %d events found", len(names))
	}
	for _, name := range names {
		if !strings.Contains(string(docs), "`"+name[1]+"`") {
			t.Errorf("docs/deploy.md does not explain %s", name[1])
		}
	}
}

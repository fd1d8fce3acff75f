package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// standard are the requirements of levels 1 and 2 of ASVS 5.0.0: for each section, their
// numbers.
const standard = `1.1:1-2 1.2:1-9 1.3:1-11 1.4:1-3 1.5:1-2 2.1:1-3 2.2:1-3 2.3:1-4 2.4:1
3.2:1-2 3.3:1-4 3.4:1-6 3.5:1-5 3.7:1-2 4.1:1-3 4.2:1 4.3:1-2 4.4:1-4
5.1:1 5.2:1-3 5.3:1-2 5.4:1-3 6.1:1-3 6.2:1-12 6.3:1-4 6.4:1-4 6.5:1-5 6.6:1-3 6.8:1-4
7.1:1-3 7.2:1-4 7.3:1-2 7.4:1-5 7.5:1-2 7.6:1-2 8.1:1-2 8.2:1-3 8.3:1 8.4:1 9.1:1-3 9.2:1-4
10.1:1-2 10.2:1-2 10.3:1-4 10.4:1-11 10.5:1-5 10.6:1-2 10.7:1-3
11.1:1-2 11.2:1-3 11.3:1-3 11.4:1-4 11.5:1 11.6:1 12.1:1-3 12.2:1-2 12.3:1-4
13.1:1 13.2:1-5 13.3:1-2 13.4:1-5 14.1:1-2 14.2:1-4 14.3:1-3 15.1:1-3 15.2:1-3 15.3:1-7
16.1:1 16.2:1-5 16.3:1-4 16.4:1-3 16.5:1-3 17.1:1 17.2:1-4 17.3:1-2`

// standardNumbers returns the numbers of the standard, one by one.
func standardNumbers() (all []string) {
	for field := range strings.FieldsSeq(standard) {
		section, span, _ := strings.Cut(field, ":")
		first, last, many := strings.Cut(span, "-")
		if !many {
			last = first
		}
		from, _ := strconv.Atoi(first)
		to, _ := strconv.Atoi(last)
		for n := from; n <= to; n++ {
			all = append(all, section+"."+strconv.Itoa(n))
		}
	}
	return all
}

var (
	securityRow = regexp.MustCompile(`(?m)^\| (\d+\.\d+\.\d+) \| (\S+) \| (.*) \|$`)
	numbered    = regexp.MustCompile(`\b\d{1,2}\.\d{1,2}\.\d{1,2}\b`)
	quotedTest  = regexp.MustCompile("`(Test\\w+)`")
)

// wrongRows returns what is wrong with the page: a requirement without a line, with two, or
// with a line that neither says why nor names tests that exist.
func wrongRows(page string, tests map[string]bool) (wrong []string) {
	table, rest, found := strings.Cut(page, "## What does not apply")
	if !found {
		return []string{"the page does not say what does not apply"}
	}
	lines := map[string]int{}
	for _, n := range numbered.FindAllString(rest, -1) {
		lines[n]++
	}
	for _, row := range securityRow.FindAllStringSubmatch(table, -1) {
		lines[row[1]]++
		if !slices.Contains([]string{"met", "deviates", "operator"}, row[2]) {
			wrong = append(wrong, row[1]+" has no verdict")
		}
		if len(strings.Fields(row[3])) < 2 && !quotedTest.MatchString(row[3]) {
			wrong = append(wrong, row[1]+" has neither a test nor a reason")
		}
	}
	for _, test := range quotedTest.FindAllStringSubmatch(page, -1) {
		if !tests[test[1]] {
			wrong = append(wrong, "there is no test "+test[1])
		}
	}
	known := standardNumbers()
	for _, n := range known {
		if lines[n] != 1 {
			wrong = append(wrong, n+" has "+strconv.Itoa(lines[n])+" lines")
		}
		delete(lines, n)
	}
	for n := range lines {
		wrong = append(wrong, n+" is no requirement of levels 1 and 2")
	}
	return wrong
}

func TestThePageOfSecurityHasEachRequirementOnceWithItsTestOrReason(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{}
	for _, src := range readTree(t) {
		for _, name := range src.tests {
			tests[name] = true
		}
	}
	page, err := os.ReadFile(filepath.Join(root, "docs/security.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range wrongRows(string(page), tests) {
		t.Error(wrong)
	}
	if n := len(standardNumbers()); n != 253 {
		t.Errorf("the standard has %d requirements, not 253", n)
	}
}

func TestAWrongLineOfThePageOfSecurityIsFound(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]string{
		"| 1.1.1 | met | `TestAbsent` |\n## What does not apply\n":     "there is no test TestAbsent",
		"| 1.1.1 | met | `TestA` |\n## What does not apply\nNo 1.1.1.": "1.1.1 has 2 lines",
		"| 1.1.1 | fine | `TestA` |\n## What does not apply\n":         "1.1.1 has no verdict",
		"| 1.1.1 | met | x |\n## What does not apply\n":                "1.1.1 has neither a test nor a reason",
		"| 1.1.9 | met | `TestA` |\n## What does not apply\n":          "1.1.9 is no requirement of levels 1 and 2",
		"## What does not apply\n":                                     "17.3.2 has 0 lines",
		"| 1.1.1 | met | `TestA` |\n":                                  "the page does not say what does not apply",
	} {
		if got := wrongRows(page, map[string]bool{"TestA": true}); !slices.Contains(got, want) {
			t.Errorf("%q: %q, want %q", page, got, want)
		}
	}
}

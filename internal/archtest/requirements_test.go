package archtest

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const requirementsPage = "docs/requirements.md"

// lastRequirement is the highest number; every lower one exists.
const lastRequirement = 49

// promised are the requirements that the path from sign-up to document covers.
var promised = []int{1, 2, 3, 8, 12, 13, 14, 17, 18, 21, 22, 23, 24, 25, 28, 29, 44}

var (
	shows     = regexp.MustCompile(`^(?:Test|Fuzz|Benchmark)((?:_?R[0-9]+)+)_`)
	number    = regexp.MustCompile(`R([0-9]+)`)
	section   = regexp.MustCompile(`^### R([0-9]+)$`)
	namedTest = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)_?R[0-9]+_\w+`)
)

// shownBy returns the numbers at the start of a test's name: TestR24_…, TestR24_R25_….
func shownBy(test string) (numbers []int) {
	if match := shows.FindStringSubmatch(test); match != nil {
		for _, n := range number.FindAllStringSubmatch(match[1], -1) {
			value, _ := strconv.Atoi(n[1])
			numbers = append(numbers, value)
		}
	}
	return numbers
}

// testsOf returns the tests of each requirement, one line per folder.
func testsOf(sources []source) map[int][]string {
	byFolder := map[int]map[string][]string{}
	for _, src := range sources {
		for _, test := range src.tests {
			for _, n := range shownBy(test) {
				if byFolder[n] == nil {
					byFolder[n] = map[string][]string{}
				}
				byFolder[n][src.folder()] = append(byFolder[n][src.folder()], test)
			}
		}
	}
	lines := map[int][]string{}
	for n, folders := range byFolder {
		for _, folder := range slices.Sorted(maps.Keys(folders)) {
			lines[n] = append(lines[n], folder+": "+strings.Join(slices.Sorted(slices.Values(folders[folder])), ", "))
		}
	}
	return lines
}

// printTests writes every requirement with its tests.
func printTests(to io.Writer, tests map[int][]string) {
	for n := 1; n <= lastRequirement; n++ {
		_, _ = fmt.Fprintf(to, "R%d\n", n) // writing to a test's output does not fail
		for _, line := range tests[n] {
			_, _ = fmt.Fprintf(to, "  %s\n", line)
		}
	}
}

// requirementTexts returns the page's text of each number.
func requirementTexts(page string) map[int]string {
	texts, current := map[int]string{}, 0
	for line := range strings.Lines(page) {
		if match := section.FindStringSubmatch(strings.TrimSpace(line)); match != nil {
			current, _ = strconv.Atoi(match[1])
			texts[current] = ""
		} else if current != 0 && !strings.HasPrefix(line, "#") {
			texts[current] += line
		}
	}
	return texts
}

// requirementsProblems reports what is wrong with the page. A requirement that says it is
// built only in part may lack tests, unless it is promised.
func requirementsProblems(page string, tests map[int][]string) (problems []string) {
	texts := requirementTexts(page)
	for n := 1; n <= lastRequirement; n++ {
		text, there := texts[n]
		switch unbuilt := strings.HasSuffix(strings.TrimSpace(text), "Not built yet."); {
		case !there || strings.TrimSpace(text) == "":
			problems = append(problems, fmt.Sprintf("R%d is not told", n))
		case unbuilt && slices.Contains(promised, n):
			problems = append(problems, fmt.Sprintf("R%d is promised and not built", n))
		case unbuilt && tests[n] != nil:
			problems = append(problems, fmt.Sprintf("R%d has tests and is said not to be built", n))
		case tests[n] == nil && (slices.Contains(promised, n) || !strings.Contains(text, "not built yet") && !unbuilt):
			problems = append(problems, fmt.Sprintf("R%d is told as built and no test's name says TestR%d_", n, n))
		}
	}
	for n := range tests {
		if n < 1 || n > lastRequirement {
			problems = append(problems, fmt.Sprintf("a test names R%d, which there is not", n))
		}
	}
	for _, name := range namedTest.FindAllString(page, -1) {
		problems = append(problems, "the page names "+name+": its tests are printed, not written down")
	}
	slices.SortFunc(problems, cmp.Compare)
	return problems
}

// With -v it prints the tests of each requirement.
func TestRequirementsAreShownByTheirTests(t *testing.T) {
	t.Parallel()
	tests := testsOf(readTree(t))
	for _, problem := range requirementsProblems(readText(t, requirementsPage), tests) {
		t.Error(problem)
	}
	if testing.Verbose() {
		printTests(t.Output(), tests)
	}
}

func TestRequirementsWithoutTestsAreFound(t *testing.T) {
	t.Parallel()
	sources := []source{{path: "a/x_test.go", tests: []string{"TestR1_A", "TestR24_R25_B", "TestOther", "TestR99_C", "FuzzR4_D"}}}
	tests := testsOf(sources)
	page := "# R\n\n### R1\nText, as `TestR1_Gone` shows.\n\n### R2\nText. More is not built yet.\n\n### R3\nNot built yet.\n\n### R4\nNot built yet.\n\n### R6\nText.\n\n### R7\nText, of which most is not built yet.\n"
	got := strings.Join(requirementsProblems(page, tests), "\n")
	for _, want := range []string{
		"the page names TestR1_Gone", "no test's name says TestR2_", "R3 is promised and not built",
		"R4 has tests and is said not to be built", "R5 is not told", "no test's name says TestR6_", "a test names R99",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not found in\n%s", want, got)
		}
	}
	if strings.Contains(got, "R7 ") {
		t.Errorf("R7 is called wrong in\n%s", got)
	}
	var printed strings.Builder
	printTests(&printed, tests)
	if !strings.Contains(printed.String(), "R24\n  a: TestR24_R25_B\nR25\n  a: TestR24_R25_B\nR26\n") {
		t.Errorf("printed:\n%s", printed.String())
	}
}

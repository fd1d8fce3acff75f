package archtest

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var refresh = flag.Bool("refresh", false, "write the lists of tests in docs/requirements.md anew")

const requirementsPage = "docs/requirements.md"

// lastRequirement is the highest number; there is one of each below.
const lastRequirement = 47

// promised are the requirements that the path from sign-up to document shows.
var promised = []int{1, 2, 3, 8, 12, 13, 14, 17, 18, 21, 22, 23, 24, 25, 28, 29, 44}

var (
	shows      = regexp.MustCompile(`^(?:Test|Fuzz|Benchmark)((?:_?R[0-9]+)+)_`)
	number     = regexp.MustCompile(`R([0-9]+)`)
	section    = regexp.MustCompile(`^### R([0-9]+)$`)
	listedTest = regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Za-z0-9_]+)`")
)

// shownBy are the numbers that a test's name begins with: TestR24_…, TestR24_R25_….
func shownBy(test string) (numbers []int) {
	if match := shows.FindStringSubmatch(test); match != nil {
		for _, n := range number.FindAllStringSubmatch(match[1], -1) {
			value, _ := strconv.Atoi(n[1])
			numbers = append(numbers, value)
		}
	}
	return numbers
}

// listsOfTests are the lines that belong under each requirement.
func listsOfTests(sources []source) map[int][]string {
	byFolder := map[int]map[string][]string{}
	for _, src := range sources {
		for _, test := range src.tests {
			for _, n := range shownBy(test) {
				if byFolder[n] == nil {
					byFolder[n] = map[string][]string{}
				}
				byFolder[n][src.folder()] = append(byFolder[n][src.folder()], "`"+test+"`")
			}
		}
	}
	lines := map[int][]string{}
	for n, folders := range byFolder {
		for folder, tests := range folders {
			slices.Sort(tests)
			lines[n] = append(lines[n], fmt.Sprintf("- `%s`: %s", folder, strings.Join(tests, ", ")))
		}
		slices.Sort(lines[n])
	}
	return lines
}

// requirementsWith is the page with its lists replaced.
func requirementsWith(page string, lists map[int][]string) string {
	var out []string
	current := 0
	flush := func() {
		if lines := lists[current]; lines != nil {
			out = append(out, lines...)
			out = append(out, "")
		}
		current = 0
	}
	for line := range strings.Lines(page) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			flush()
		}
		if match := section.FindStringSubmatch(line); match != nil {
			current, _ = strconv.Atoi(match[1])
		}
		if !strings.HasPrefix(line, "- `") && (line != "" || out[len(out)-1] != "") {
			out = append(out, line)
		}
	}
	if out[len(out)-1] != "" {
		out = append(out, "")
	}
	flush()
	return strings.TrimRight(strings.Join(out, "\n"), "\n") + "\n"
}

// requirementTexts are what the page says under each number, lists aside.
func requirementTexts(page string) map[int]string {
	texts, current := map[int]string{}, 0
	for line := range strings.Lines(page) {
		if match := section.FindStringSubmatch(strings.TrimSpace(line)); match != nil {
			current, _ = strconv.Atoi(match[1])
			texts[current] = ""
		} else if current != 0 && !strings.HasPrefix(line, "- `") && !strings.HasPrefix(line, "#") {
			texts[current] += line
		}
	}
	return texts
}

// requirementsProblems are what is wrong with the page. What is built only in
// part, and says so, may still wait for its tests unless it is promised.
func requirementsProblems(page string, lists map[int][]string) (problems []string) {
	texts := requirementTexts(page)
	for n := 1; n <= lastRequirement; n++ {
		text, there := texts[n]
		switch unbuilt := strings.HasSuffix(strings.TrimSpace(text), "Not built yet."); {
		case !there || strings.TrimSpace(text) == "":
			problems = append(problems, fmt.Sprintf("R%d is not told", n))
		case unbuilt && slices.Contains(promised, n):
			problems = append(problems, fmt.Sprintf("R%d is promised and not built", n))
		case unbuilt && lists[n] != nil:
			problems = append(problems, fmt.Sprintf("R%d has tests and is said not to be built", n))
		case lists[n] == nil && (slices.Contains(promised, n) || !strings.Contains(text, "not built yet") && !unbuilt):
			problems = append(problems, fmt.Sprintf("R%d is told as built and no test's name says TestR%d_", n, n))
		}
	}
	for n := range lists {
		if n < 1 || n > lastRequirement {
			problems = append(problems, fmt.Sprintf("a test names R%d, which there is not", n))
		}
	}
	if page != requirementsWith(page, lists) {
		problems = append(problems, "the lists of tests are not what the code holds: go test ./internal/archtest -run Requirements -refresh")
		problems = append(problems, difference(page, lists)...)
	}
	slices.SortFunc(problems, cmp.Compare)
	return problems
}

// difference names the tests that are listed or there, and not both.
func difference(page string, lists map[int][]string) (names []string) {
	there := fmt.Sprint(lists)
	for _, match := range listedTest.FindAllStringSubmatch(page, -1) {
		if !strings.Contains(there, match[0]) {
			names = append(names, match[1]+" is listed and not there")
		}
	}
	for _, match := range listedTest.FindAllStringSubmatch(there, -1) {
		if !strings.Contains(page, match[0]) {
			names = append(names, match[1]+" is there and not listed")
		}
	}
	return names
}

func TestRequirementsAreShownByTheirTests(t *testing.T) {
	t.Parallel()
	page, lists := readText(t, requirementsPage), listsOfTests(readTree(t))
	if *refresh {
		page = requirementsWith(page, lists)
		if err := os.WriteFile(path.Join(root, requirementsPage), []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, problem := range requirementsProblems(page, lists) {
		t.Error(problem)
	}
}

func TestRequirementsThatAreNotShownAreFound(t *testing.T) {
	t.Parallel()
	sources := []source{{path: "a/x_test.go", tests: []string{"TestR1_A", "TestR24_R25_B", "TestOther", "TestR99_C", "FuzzR4_D"}}}
	lists := listsOfTests(sources)
	page := "# R\n\n### R1\nText.\n\n- `a`: `TestR1_Gone`\n\n### R2\nText. More is not built yet.\n\n### R3\nNot built yet.\n\n### R4\nNot built yet.\n\n### R6\nText.\n\n### R7\nText, of which most is not built yet.\n"
	got := strings.Join(requirementsProblems(page, lists), "\n")
	for _, want := range []string{
		"TestR1_Gone is listed and not there", "TestR1_A is there and not listed", "no test's name says TestR2_", "R3 is promised and not built",
		"R4 has tests and is said not to be built", "R5 is not told", "no test's name says TestR6_", "a test names R99", "-refresh",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not found in\n%s", want, got)
		}
	}
	if strings.Contains(got, "R7 ") {
		t.Errorf("R7 is called wrong in\n%s", got)
	}
	once := requirementsWith(page, lists)
	if !strings.Contains(once, "### R1\nText.\n\n- `a`: `TestR1_A`\n\n### R2\n") || requirementsWith(once, lists) != once {
		t.Errorf("refreshed:\n%s", once)
	}
}

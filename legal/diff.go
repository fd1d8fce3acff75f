package legal

import (
	"slices"
	"strings"
)

// line is one line of a comparison of two texts.
type line struct {
	Text    string
	Added   bool // only in the new text
	Removed bool // only in the old text
}

// maxCompared limits the work of a comparison: the number of changed lines of one text, times
// those of the other.
const maxCompared = 4_000_000

// compare lists the lines of two texts that differ, in order, removed lines before the added
// ones that replace them. It returns false when there are too many to compare.
func compare(before, after string) ([]line, bool) {
	a, b := lines(before), lines(after)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a)*len(b) > maxCompared {
		return nil, false
	}
	return walk(a, b, common(a, b)), true
}

// lines returns the lines of a text that are not empty.
func lines(text string) []string {
	return slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return strings.TrimSpace(line) == "" })
}

// common returns, for each pair of suffixes of a and b, the length of their longest common
// subsequence of lines.
func common(a, b []string) [][]int32 {
	longest := make([][]int32, len(a)+1)
	for i := range longest {
		longest[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	return longest
}

func walk(a, b []string, longest [][]int32) (changed []line) {
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			changed = append(changed, line{Text: a[i], Removed: true})
			i++
		default:
			changed = append(changed, line{Text: b[j], Added: true})
			j++
		}
	}
	return changed
}

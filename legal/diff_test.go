package legal

import (
	"slices"
	"strings"
	"testing"
)

func TestComparisonListsWhatDiffers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, new, want string }{
		{"a\nb\nc", "a\nb\nc", ""},
		{"a\n\nb", "a\nb\n", ""},
		{"a\nb\nc", "a\nx\nc", "-b +x"},
		{"a\nb\nc", "a\nc", "-b"},
		{"a\nc", "a\nb\nc", "+b"},
		{"", "a\nb", "+a +b"},
		{"a\nb\nc\nd\ne", "b\nx\nd\ny", "-a -c +x -e +y"},
		{"a\na\nb", "a\nb\nb", "-a +b"},
	} {
		t.Run(c.old, func(t *testing.T) {
			changed, ok := compare(c.old, c.new)
			if got := strings.Join(signs(changed), " "); !ok || got != c.want {
				t.Errorf("%q to %q: %q, want %q", c.old, c.new, got, c.want)
			}
		})
	}
	if _, ok := compare(strings.Repeat("a\n", 50_000), strings.Repeat("b\n", 50_000)); ok {
		t.Error("a comparison without a limit")
	}
}

func signs(changed []line) (all []string) {
	for _, line := range changed {
		sign := "+"
		if line.Removed {
			sign = "-"
		}
		all = append(all, sign+line.Text)
	}
	return all
}

// Deleting the removed lines and inserting the added ones gives the new text.
func FuzzComparisonIsComplete(f *testing.F) {
	f.Add("a\nb", "b\nc")
	f.Fuzz(func(t *testing.T, old, new string) {
		changed, ok := compare(old, new)
		if !ok {
			return
		}
		counts := map[string]int{}
		for _, line := range lines(old) {
			counts[line]++
		}
		for _, line := range changed {
			if line.Added {
				counts[line.Text]++
			} else {
				counts[line.Text]--
			}
		}
		for _, line := range lines(new) {
			counts[line]--
		}
		for line, n := range counts {
			if n != 0 {
				t.Errorf("%q: %d too many", line, n)
			}
		}
		for _, line := range changed {
			if line.Added && !slices.Contains(lines(new), line.Text) {
				t.Errorf("%q is not in the new text", line.Text)
			}
		}
	})
}

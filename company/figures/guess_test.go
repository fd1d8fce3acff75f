package figures

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"socialdirect/internal/noise"
	"socialdirect/web"

	"github.com/google/uuid"
)

// chance of noise k, from the definition.
func chance(k int) float64 {
	p := math.Exp(-0.5)
	return (1 - p) / (1 + p) * math.Pow(p, math.Abs(float64(k)))
}

// exactly is the optimum that bestGuess must be, from the definition alone: half of
// one, and half of the distance between the two worlds, summed over everything that can
// be seen of so many cells whose count is one below the next step; the least is cut off.
func exactly(cells, step int) float64 {
	const most = 60
	with, without := map[int]float64{}, map[int]float64{}
	for k := -most; k <= most; k++ {
		without[max(0, step+k)] += chance(k)
		with[max(0, step+1+k)] += chance(k)
	}
	// All that is seen of a cell counts by the ratio of its two chances; cells with one
	// ratio are alike, so that the sum is over ratios.
	type pair struct{ with, without float64 }
	seen := map[int64]pair{0: {1, 1}}
	for range cells {
		next := map[int64]pair{}
		for ratio, of := range seen {
			for value := range with {
				if with[value] == 0 || without[value] == 0 {
					continue // beyond what is summed
				}
				at := ratio + int64(math.Round(1e6*math.Log(with[value]/without[value])))
				sum := next[at]
				next[at] = pair{sum.with + of.with*with[value], sum.without + of.without*without[value]}
			}
		}
		seen = next
	}
	distance := 0.0
	for _, of := range seen {
		distance += math.Abs(of.with-of.without) / 2
	}
	return 0.5 + distance/2
}

func TestR10_TheBestGuessIsTheExactOptimum(t *testing.T) {
	t.Parallel()
	for cells := 1; cells <= 12; cells++ {
		for _, step := range []int{0, 1, 2} {
			if got, want := bestGuess(cells), exactly(cells, step); math.Abs(got-want) > 1e-6 {
				t.Errorf("of %d cells at step %d it is %v, want %v", cells, step, got, want)
			}
		}
		if bestGuess(cells) > bound(cells)+1e-12 {
			t.Errorf("of %d cells it passes e^ε/(1+e^ε)", cells)
		}
	}
	if got := fmt.Sprintf("%.4f %.4f %.4f", bound(1), bound(3), bound(4)); got != "0.6225 0.8176 0.8808" {
		t.Errorf("the bounds are %s", got)
	}
}

func TestR10_HowFarAFigureMayBeOffIsComputed(t *testing.T) {
	t.Parallel()
	near, empty := 0.0, 0.0
	for k := -200; k <= 200; k++ {
		if k >= -3 && k <= 3 {
			near += chance(k)
		}
		if k >= 1 {
			empty += chance(k)
		}
	}
	if math.Abs(within(3)-near) > 1e-9 || percent(within(3)) != "83\u00a0%" {
		t.Errorf("within three steps: %v, summed %v", within(3), near)
	}
	if math.Abs(emptyShows()-empty) > 1e-9 || percent(emptyShows()) != "38\u00a0%" {
		t.Errorf("an empty line shows a number: %v, summed %v", emptyShows(), empty)
	}
}

// history is what one person does; a limited code makes one cell more.
type history struct {
	name string
	life
	limited bool
	cells   int
}

var modes = []string{"video", "phone", "in_person"}

func histories() []history {
	first := time.Date(2024, 1, 10, 9, 0, 0, 0, time.UTC)
	monthly := life{opened: first}
	for month := range 36 {
		monthly.hours = append(monthly.hours, hour{first.AddDate(0, month, 0), modes[month%3], reasonLines[month%3].Key})
	}
	one := life{opened: first, hours: []hour{{first, "phone", "money"}}}
	several := life{opened: first}
	for i, mode := range modes {
		several.hours = append(several.hours, hour{first.AddDate(0, i, 0), mode, "family"})
	}
	return []history{
		{"one hour", one, false, 3}, {"an hour a month for three years", monthly, false, 7}, {"several modes", several, false, 3},
		{"a code that is probed after each sign-up", one, true, 4},
	}
}

// A manager who controls all other accounts has brought every count beside the person
// to the edge of a step, and knows it. In 10,000 worlds, each with a key of its own and
// with the person or without, as a coin falls, their best guess is as good as the exact
// optimum for the cells that the person is in, and no better.
func TestR10_NobodyGuessesBetterThanTheOptimum(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a model with many tries")
	}
	for _, h := range histories() {
		for _, beside := range []int{9, 14, 19} {
			t.Run(fmt.Sprintf("%s beside %d", h.name, beside), func(t *testing.T) {
				t.Parallel()
				share, most := guessedRight(h, beside), exactly(h.cells, step(beside))
				if share > most+0.02 {
					t.Errorf("right %.3f of the time, more than %.3f", share, most)
				}
				if share < most-0.02 {
					t.Errorf("right %.3f of the time where %.3f can be had: the guess shows nothing", share, most)
				}
			})
		}
	}
}

// guessedRight is in what share of 10,000 worlds the best guess is right, with so many
// others in each of the person's cells.
func guessedRight(h history, beside int) float64 {
	const worlds = 10_000
	rng := rand.New(rand.NewPCG(uint64(beside), uint64(len(h.hours)+h.cells)))
	cells, right := slices.Collect(maps.Keys(h.life.cells())), 0
	for range worlds {
		key, there := testKey(rng.Uint64()), rng.IntN(2) == 0
		if guessed(evidence(key, h, cells, beside, there), rng) == there {
			right++
		}
	}
	return float64(right) / worlds
}

// evidence is how much likelier all that is seen is with the person than without, as a
// logarithm, when there are so many others in each of the person's cells.
func evidence(key noise.Key, h history, cells []cell, beside int, there bool) (sum float64) {
	one := 0
	if there {
		one = 1
	}
	for _, c := range cells {
		seen := int(publish(key, uuid.UUID{1}, c, beside+one))
		sum += likelihood(seen, step(beside+1)) - likelihood(seen, step(beside))
	}
	if h.limited {
		limit := beside + 1
		opened := probe(key, limit, one)
		sum += likelihood(opened, limit-1) - likelihood(opened, limit)
	}
	return sum
}

// probe is how many accounts of their own somebody opens with a limited code, who looks
// after each whether it still works, when others used it before.
func probe(key noise.Key, limit, others int) (own int) {
	code, uses := uuid.UUID{2}, 0
	for ; uses < others && !UsedUp(key, code, limit, uses); uses++ {
	}
	for ; !UsedUp(key, code, limit, uses); uses++ {
		own++
	}
	return own
}

// likelihood is the logarithm of the chance to see a value where noise was added to
// another one and all below zero was cut off.
func likelihood(seen, of int) float64 {
	p := math.Exp(-0.5)
	if seen == 0 { // the chances of all noise down from -of are a geometric series
		return math.Log(math.Pow(p, float64(of)) / (1 + p))
	}
	return math.Log(chance(seen - of))
}

// guessed is the best guess whether somebody is there; where nothing speaks for either,
// chance decides.
func guessed(evidence float64, rng *rand.Rand) bool {
	if math.Abs(evidence) < 1e-9 {
		return rng.IntN(2) == 0
	}
	return evidence > 0
}

func TestR10_TheOperatorReadsWhatCanBeGuessed(t *testing.T) {
	t.Parallel()
	render, err := web.New(web.Phone{})
	must(t, err)
	answer := httptest.NewRecorder()
	must(t, render.Render(answer, &web.Request{Request: httptest.NewRequest(http.MethodGet, "/administration/chiffres", nil)}, http.StatusOK, guessPage{Tables: guessTables()}))
	cells := regexp.MustCompile(`<td>([^<]*)</td>`).FindAllStringSubmatch(answer.Body.String(), -1)
	var shown []string
	for _, cell := range cells {
		shown = append(shown, strings.ReplaceAll(cell[1], "\u00a0", " "))
	}
	var want []string
	for _, limited := range []int{0, 1} {
		for _, years := range []int{1, 2, 3, 5} {
			n := 2*years + 1 + limited
			want = append(want, hundredths(exactly(n, 0)), hundredths(1/(1+math.Exp(-float64(n)/2))), strings.Replace(fmt.Sprint(float64(n)/2), ".", ",", 1))
		}
	}
	if fmt.Sprint(shown) != fmt.Sprint(want) {
		t.Errorf("the page says\n%v, want\n%v", shown, want)
	}
	for _, says := range []string{percent(within(3)), percent(emptyShows())} {
		if !strings.Contains(answer.Body.String(), says) {
			t.Errorf("the page does not say %s", says)
		}
	}
}

// hundredths writes a share as the page does.
func hundredths(share float64) string {
	return strings.Replace(fmt.Sprintf("%.1f %%", 100*share), ".", ",", 1)
}

package figures

import (
	"net/http"
	"strconv"
	"strings"

	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// guessedAfter are the numbers of years for which the page shows what can be guessed.
var guessedAfter = []int{1, 2, 3, 5}

// guessPage shows an administrator how private the figures are, computed from the rules.
type guessPage struct {
	figuresPage
	Tables []guessTable
}

func (guessPage) Template() string { return "company/guess" }

func (guessPage) Title() string { return "Ce que les chiffres laissent deviner" }

// CellEpsilon returns the ε of one cell.
func (guessPage) CellEpsilon() string { return decimal(epsilonValue()) }

// guessTable is what can be guessed of people who signed up with one kind of code.
type guessTable struct {
	Caption string
	Lines   []guessLine
}

// guessLine is what can be guessed of one person after some years.
type guessLine struct {
	Years   int
	Epsilon string
	Best    string
	Bound   string
}

func guessTables() []guessTable {
	return []guessTable{{"Avec un code sans limite", guesses(false)}, {"Avec un code limité", guesses(true)}}
}

func guesses(limited bool) (lines []guessLine) {
	for _, years := range guessedAfter {
		cells := cellsAfter(years, limited)
		lines = append(lines, guessLine{
			Years: years, Epsilon: decimal(epsilonValue() * float64(cells)),
			Best: percentWithTenths(bestGuess(cells)), Bound: percentWithTenths(bound(cells)),
		})
	}
	return lines
}

// decimal writes a number with a decimal comma, as short as possible.
func decimal(n float64) string {
	return strings.Replace(strconv.FormatFloat(n, 'f', -1, 64), ".", ",", 1)
}

func percentWithTenths(share float64) string {
	return strings.Replace(strconv.FormatFloat(100*share, 'f', 1, 64), ".", ",", 1) + "\u00a0%"
}

// showGuess shows an administrator what can be guessed from the figures (R10).
func (h *HTTP) showGuess(w http.ResponseWriter, r *web.Request) error {
	if err := viewer.Require(r.Viewer, viewer.Administrator); err != nil {
		return err
	}
	return h.render.Render(w, r, http.StatusOK, guessPage{Tables: guessTables()})
}

var _ web.Page = guessPage{}

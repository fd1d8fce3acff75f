package figures

import "math"

// How well one person's presence can be guessed despite the noise. Somebody who controls all
// other accounts of a client knows every count except for one person. What they see of a cell
// is then as good as one answer "with" or "without" that is right with probability
// e^ε/(1+e^ε), independently of other cells. The best guess is the majority of the cells.

// epsilonValue returns epsilon as a number for pages; no noise is drawn with it.
func epsilonValue() float64 { return float64(epsilon.Num) / float64(epsilon.Den) }

// cellsAfter returns how many cells contain one person at most after a number of calendar
// years: one of the accounts, one a year of the modes and of the reasons, and the limit of the
// code that they used, if limited.
func cellsAfter(years int, limited bool) int {
	if limited {
		return 2*years + 2
	}
	return 2*years + 1
}

// bestGuess returns how often the best guess of a person's presence is right, when they are in
// a number of cells: 1/2 plus half of the total variation distance between the two worlds,
// which the majority of the cells attains.
func bestGuess(cells int) float64 {
	right := bound(1)
	sum, ways := 0.0, 1.0
	for k := 0; k <= cells; k++ {
		p := ways * math.Pow(right, float64(k)) * math.Pow(1-right, float64(cells-k))
		switch {
		case 2*k > cells:
			sum += p
		case 2*k == cells:
			sum += p / 2
		}
		ways = ways * float64(cells-k) / float64(k+1)
	}
	return sum
}

// bound returns an upper bound of bestGuess from the sum of ε over the cells: e^ε/(1+e^ε).
func bound(cells int) float64 { return 1 / (1 + math.Exp(-epsilonValue()*float64(cells))) }

// within returns how often the noise is at most a number of steps (of people, in a limit).
func within(steps int) float64 {
	p := math.Exp(-epsilonValue())
	return 1 - 2*math.Pow(p, float64(steps+1))/(1+p)
}

// emptyShows returns how often a line with a count of zero shows smallest or more.
func emptyShows() float64 {
	p := math.Exp(-epsilonValue())
	return p / (1 + p)
}

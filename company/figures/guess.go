package figures

import "math"

// What noise leaves to guess. Somebody who controls all other accounts of a client
// knows every count but for one person; what they see of a cell is then as good as one
// answer "with" or "without" that is right e^ε/(1+e^ε) of the time, and cells err
// independently. The best guess is what the majority of the cells says.

// epsilonValue is epsilon as a number, for what is said of it; nothing is drawn with it.
func epsilonValue() float64 { return float64(epsilon.Num) / float64(epsilon.Den) }

// cellsAfter is in how many cells one person is at most after so many calendar years:
// once in the accounts, once a year in the modes and in the reasons, and once in the
// limit of the code that they used, if it had one.
func cellsAfter(years int, limited bool) int {
	if limited {
		return 2*years + 2
	}
	return 2*years + 1
}

// bestGuess is how often the best guess whether one person is among the people of a
// client is right, when they are in so many cells: 1/2 and half of the total variation
// distance between the two worlds, which the majority of the cells attains.
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

// bound is how often no guess can be more often right, by the sum of ε over the cells
// alone: e^ε/(1+e^ε).
func bound(cells int) float64 { return 1 / (1 + math.Exp(-epsilonValue()*float64(cells))) }

// within is how often noise is at most so many steps, or people in a limit.
func within(steps int) float64 {
	p := math.Exp(-epsilonValue())
	return 1 - 2*math.Pow(p, float64(steps+1))/(1+p)
}

// emptyShows is how often a line in which nobody was counted shows Smallest or more.
func emptyShows() float64 {
	p := math.Exp(-epsilonValue())
	return p / (1 + p)
}

package figures

import (
	"slices"
	"time"
)

type valueAnswer struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Value *int   `json:"value"` // null below the smallest
}

type monthAnswer struct {
	Month    string `json:"month"`
	Accounts *int   `json:"accounts_opened"`
}

type yearAnswer struct {
	Year     string        `json:"year"`
	ByMode   []valueAnswer `json:"by_mode"`
	ByReason []valueAnswer `json:"by_reason"`
}

func number(p Published) *int {
	if p == Suppressed {
		return nil
	}
	n := p.People()
	return &n
}

// answers returns a row's values, without lines that were added after its publication.
func (t Table) answers(row int) []valueAnswer {
	values := []valueAnswer{}
	for i, line := range t.Lines {
		if value := t.Rows[row][i]; value != Unpublished {
			values = append(values, valueAnswer{line.Key, line.Label, number(value)})
		}
	}
	return values
}

// answersOf returns the values of a table in a period, or none.
func (t Table) answersOf(period time.Time) []valueAnswer {
	if row := slices.Index(t.Periods, period); row >= 0 {
		return t.answers(row)
	}
	return []valueAnswer{}
}

// ForPrograms returns the same figures as the page, to be written as JSON.
func (f Figures) ForPrograms() any {
	accounts, modes, reasons := f.Tables[0], f.Tables[1], f.Tables[2]
	months, years := []monthAnswer{}, []yearAnswer{}
	for i, month := range accounts.Periods {
		months = append(months, monthAnswer{month.Format("2006-01"), number(accounts.Rows[i][0])})
	}
	for i, year := range modes.Periods {
		years = append(years, yearAnswer{year.Format("2006"), modes.answers(i), reasons.answersOf(year)})
	}
	return struct {
		Smallest int           `json:"smallest"`
		Step     int           `json:"step"`
		Months   []monthAnswer `json:"months"`
		Years    []yearAnswer  `json:"years"`
	}{smallest, roundTo, months, years}
}

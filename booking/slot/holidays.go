package slot

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
	"github.com/rickar/cal/v2/fr"
)

// Region is a region with its own public holidays.
type Region struct {
	Slug  string
	Label string
	Zone  string // the default for workers of that zone
	local []*cal.Holiday
}

// NoRegion is the region of workers who work on every holiday.
const NoRegion = "aucune"

// Regions are all regions, in the order in which they are offered. Besides the national
// days each has those of its own law: local law in Alsace-Moselle, the Code du travail (L.
// 3422-2) for the abolition of slavery, the collectivities' own laws in the Pacific; and
// 21 July, kept in Guadeloupe and Martinique by local agreements.
var Regions = []Region{
	{Slug: "metropole", Label: "France hexagonale et Corse", Zone: "Europe/Paris"},
	{Slug: "alsace-moselle", Label: "Alsace et Moselle", local: []*cal.Holiday{goodFriday, fixed("Saint-Étienne", time.December, 26)}},
	{Slug: "guadeloupe", Label: "Guadeloupe", Zone: "America/Guadeloupe", local: []*cal.Holiday{abolition(time.May, 27), schoelcher}},
	{Slug: "martinique", Label: "Martinique", Zone: "America/Martinique", local: []*cal.Holiday{abolition(time.May, 22), schoelcher}},
	{Slug: "guyane", Label: "Guyane", Zone: "America/Cayenne", local: []*cal.Holiday{abolition(time.June, 10)}},
	{Slug: "reunion", Label: "La Réunion", Zone: "Indian/Reunion", local: []*cal.Holiday{abolition(time.December, 20)}},
	{Slug: "mayotte", Label: "Mayotte", Zone: "Indian/Mayotte", local: []*cal.Holiday{abolition(time.April, 27)}},
	{Slug: "saint-martin", Label: "Saint-Martin", local: []*cal.Holiday{abolition(time.May, 28)}},
	{Slug: "saint-barthelemy", Label: "Saint-Barthélemy", local: []*cal.Holiday{abolition(time.October, 9)}},
	{Slug: "saint-pierre-et-miquelon", Label: "Saint-Pierre-et-Miquelon", Zone: "America/Miquelon"},
	{Slug: "nouvelle-caledonie", Label: "Nouvelle-Calédonie", Zone: "Pacific/Noumea", local: []*cal.Holiday{fixed("Fête de la citoyenneté", time.September, 24)}},
	{Slug: "polynesie-francaise", Label: "Polynésie française", Zone: "Pacific/Tahiti", local: []*cal.Holiday{
		fixed("Arrivée de l’Évangile", time.March, 5), goodFriday, fixed("Fête de l’autonomie", time.June, 29)}},
	{Slug: "wallis-et-futuna", Label: "Wallis-et-Futuna", Zone: "Pacific/Wallis", local: []*cal.Holiday{
		fixed("Saint-Pierre-Chanel", time.April, 28), fixed("Saints Pierre et Paul", time.June, 29), fixed("Fête du territoire", time.July, 29)}},
	{Slug: NoRegion, Label: "Aucune : je travaille les jours fériés"},
}

var (
	goodFriday = aa.GoodFriday.Clone(&cal.Holiday{Name: "Vendredi saint"})
	schoelcher = fixed("Fête Victor Schœlcher", time.July, 21)
)

func abolition(month time.Month, day int) *cal.Holiday {
	return fixed("Abolition de l’esclavage", month, day)
}

func fixed(name string, month time.Month, day int) *cal.Holiday {
	return &cal.Holiday{Name: name, Month: month, Day: day, Func: cal.CalcDayOfMonth}
}

// RegionNamed returns the region of a slug.
func RegionNamed(slug string) (Region, bool) {
	i := slices.IndexFunc(Regions, func(r Region) bool { return r.Slug == slug })
	if i < 0 {
		return Region{}, false
	}
	return Regions[i], true
}

// RegionOf returns the default region of a zone.
func RegionOf(zone string) string {
	for _, r := range Regions {
		if r.Zone == zone {
			return r.Slug
		}
	}
	return Regions[0].Slug
}

// Holiday is a public holiday of a worker's region.
type Holiday struct {
	Day  time.Time // midnight UTC of the calendar day
	Name string
	Open bool // the worker can be booked on it
}

// HolidaysOf returns the region's holidays from one calendar day to another, both
// included, in order. An unknown region has none.
func HolidaysOf(region string, first, last time.Time) []Holiday {
	r, known := RegionNamed(region)
	if !known || region == NoRegion {
		return nil
	}
	var days []Holiday
	for year := first.Year(); year <= last.Year(); year++ {
		for _, h := range slices.Concat(fr.Holidays, r.local) {
			actual, _ := h.Calc(year)
			if day := CalendarDay(actual); !day.Before(first) && !day.After(last) {
				days = append(days, Holiday{Day: day, Name: h.Name})
			}
		}
	}
	slices.SortFunc(days, func(a, b Holiday) int { return a.Day.Compare(b.Day) })
	return slices.CompactFunc(days, func(a, b Holiday) bool { return a.Day.Equal(b.Day) }) // Ascension may fall on 8 May
}

package worker

import (
	"fmt"
	"strconv"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/form"
)

// Settings are the settings of a worker's agenda. Each numeric one has an entry in
// Numbers, from which form, page and SQL are made.
type Settings struct {
	HolidayRegion string // a slug of Regions
	BufferBefore  int    // minutes kept free before an appointment
	BufferAfter   int    // and after one; between two appointments both do
	LeadTimeHours int    // least hours between booking and start
	HorizonWeeks  int    // most weeks between booking and start
	PerDay        int    // appointments a day at most, 0 for no limit

	OverrunMinutes int    // how long a call may run over its hour, if no other appointment follows
	ShownNumber    string // what people see when the worker calls them, in E.164; empty: no number
	AwaitedMobile  string // to which an SMS says too that somebody waits in the call, in E.164; empty: none
}

// Number is a setting that is a whole number.
type Number struct {
	// Column is the column of the table, with a constraint of the same bounds, and the
	// name of the form's field.
	Column  string
	Label   string
	Hint    string
	Counted string // what is counted, as a message begins
	// Least and Most are its bounds, both included.
	Least, Most int
	// Optional says that the field may stay empty, which is 0 and no limit.
	Optional bool

	of func(*Settings) *int
}

const (
	maxBuffer  = 60
	maxOverrun = 15 // as long as the doors stay open at most
)

// Numbers are the settings that are numbers, in the order of the page.
var Numbers = []Number{
	{
		Column: "buffer_before", Label: "Minutes libres avant chaque rendez-vous", Counted: "Minutes avant",
		Hint: fromTo(0, maxBuffer), Most: maxBuffer,
		of: func(s *Settings) *int { return &s.BufferBefore },
	},
	{
		Column: "buffer_after", Label: "Minutes libres après chaque rendez-vous", Counted: "Minutes après",
		Hint: fromTo(0, maxBuffer) + " Entre deux rendez-vous, les deux s’ajoutent.", Most: maxBuffer,
		of: func(s *Settings) *int { return &s.BufferAfter },
	},
	{
		Column: "lead_time_hours", Label: "Réservable au plus tard combien d’heures avant\u00a0?", Counted: "Heures à l’avance",
		Hint: "0\u00a0: jusqu’au dernier moment.", Most: 14 * 24,
		of: func(s *Settings) *int { return &s.LeadTimeHours },
	},
	{
		Column: "horizon_weeks", Label: "Réservable combien de semaines à l’avance\u00a0?", Counted: "Semaines à l’avance",
		Hint: fromTo(1, maxWeeks), Least: 1, Most: maxWeeks,
		of: func(s *Settings) *int { return &s.HorizonWeeks },
	},
	{
		Column: "per_day", Label: "Rendez-vous par jour, au plus (facultatif)", Counted: "Rendez-vous par jour",
		Hint: "Laissez vide pour ne pas limiter.", Least: 1, Most: 24, Optional: true,
		of: func(s *Settings) *int { return &s.PerDay },
	},
	{
		Column: "overrun_minutes", Label: "Minutes dont un appel vidéo peut dépasser l’heure", Counted: "Minutes de dépassement",
		Hint: fromTo(0, maxOverrun) + " Quand un autre rendez-vous suit, l’appel ferme à son début.", Most: maxOverrun,
		of: func(s *Settings) *int { return &s.OverrunMinutes },
	},
}

const maxWeeks = int(slot.Horizon / (7 * 24 * time.Hour))

func fromTo(least, most int) string { return fmt.Sprintf("De %d à %d.", least, most) }

// Of returns the value of the setting.
func (n Number) Of(s Settings) int { return *n.of(&s) }

// Set changes the setting's value.
func (n Number) Set(s *Settings, value int) { *n.of(s) = value }

// Text is the value in the form.
func (n Number) Text(value int) string {
	if n.Optional && value == 0 {
		return ""
	}
	return strconv.Itoa(value)
}

// Parse parses the value in the form; ok is false if it is not valid.
func (n Number) Parse(text string) (value int, ok bool) {
	if n.Optional && text == "" {
		return 0, true
	}
	value, err := strconv.Atoi(text)
	return value, err == nil && n.Least <= value && value <= n.Most
}

// allows reports whether the value is within the setting's bounds.
func (n Number) allows(value int) bool {
	_, ok := n.Parse(n.Text(value))
	return ok
}

// Gap is the time kept free between two appointments.
func (s Settings) Gap() time.Duration {
	return time.Duration(s.BufferBefore+s.BufferAfter) * time.Minute
}

// LeadTime is the least time between booking and start.
func (s Settings) LeadTime() time.Duration { return time.Duration(s.LeadTimeHours) * time.Hour }

// Horizon is the most time between booking and start.
func (s Settings) Horizon() time.Duration { return time.Duration(s.HorizonWeeks) * 7 * 24 * time.Hour }

var errSettings = fault.New(fault.Invalid, "L’un de ces réglages n’est pas possible.")

// errLeadTime means that the lead time leaves nothing of the horizon.
var errLeadTime = fault.New(fault.Invalid, "Ce délai dépasse le nombre de semaines ouvertes\u00a0: personne ne pourrait réserver.")

// BesideSettings maps the faults of Settings.Check to the fields at which they appear.
var BesideSettings = form.Beside{errLeadTime: "lead_time_hours"}

// Check fails with one of BesideSettings if two settings exclude each other, or with Invalid where a setting is outside of its bounds.
func (s Settings) Check() error {
	for _, n := range Numbers {
		if !n.allows(n.Of(s)) {
			return errSettings
		}
	}
	if _, known := slot.RegionNamed(s.HolidayRegion); !known {
		return errSettings
	}
	if s.LeadTime() >= s.Horizon() {
		return errLeadTime
	}
	return nil
}

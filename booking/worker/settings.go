package worker

import (
	"time"

	"socialdirect/booking/slot"
)

// Settings are what shapes a worker's hours beside openings and absences.
type Settings struct {
	HolidayRegion string // a slug of Regions
	BufferBefore  int    // minutes that stay free before an appointment
	BufferAfter   int    // and after one; between two appointments both do
	NoticeHours   int    // an hour is booked so many hours ahead at least
	HorizonWeeks  int    // and so many weeks ahead at most
	PerDay        int    // appointments a day at most, 0 for no limit
}

// The bounds of settings; the table's constraints are the same.
const (
	MaxBuffer = 60
	MaxNotice = 14 * 24
	MaxWeeks  = int(slot.Horizon / (7 * 24 * time.Hour))
	MaxPerDay = 24
)

// Gap is how much stays free between two appointments.
func (s Settings) Gap() time.Duration {
	return time.Duration(s.BufferBefore+s.BufferAfter) * time.Minute
}

// LeadTime is how long before it an hour can be booked at the latest.
func (s Settings) LeadTime() time.Duration { return time.Duration(s.NoticeHours) * time.Hour }

// Horizon is how far ahead hours can be booked.
func (s Settings) Horizon() time.Duration { return time.Duration(s.HorizonWeeks) * 7 * 24 * time.Hour }

// Within reports whether every setting is within its bounds.
func (s Settings) Within() bool {
	_, known := slot.RegionNamed(s.HolidayRegion)
	return known && Between(s.BufferBefore, 0, MaxBuffer) && Between(s.BufferAfter, 0, MaxBuffer) &&
		Between(s.NoticeHours, 0, MaxNotice) && Between(s.HorizonWeeks, 1, MaxWeeks) && Between(s.PerDay, 0, MaxPerDay) &&
		s.LeadTime() < s.Horizon()
}

// Between reports whether n is at least least and at most most.
func Between(n, least, most int) bool { return least <= n && n <= most }

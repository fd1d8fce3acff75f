package booking

import (
	"time"

	"socialdirect/booking/search"
	"socialdirect/internal/jobs"
)

// Rounds are what comes round by itself.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{
		{Name: "appointment_release", Every: time.Minute, Do: s.ReleaseOverdue},
		{Name: "appointment_reminders", Every: remindEvery, Do: s.Remind},
		{Name: "free_hours", Every: search.RefreshEvery, Do: s.RefreshHours},
	}
}

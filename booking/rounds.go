package booking

import (
	"time"

	"socialdirect/booking/worker"
	"socialdirect/internal/jobs"
)

// Rounds are what comes round by itself.
func (s *Service) Rounds() []jobs.Round {
	return []jobs.Round{
		{Name: "appointment_release", Every: time.Minute, Do: s.ReleaseOverdue},
		{Name: "appointment_reminders", Every: remindEvery, Do: s.Remind},
		{Name: "calendars_due", Every: lookForDue, Do: s.ReadDue},
		{Name: "credential_ends", Every: worker.EndsEvery, Do: s.workers.AnnounceEnds},
		{Name: "free_hours", Every: freeEvery, Do: s.RefreshHours},
	}
}

package agenda

import (
	"context"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/viewer"
)

// Hours are a worker's openings and absences in a span, without appointments.
type Hours struct {
	Openings []slot.Opening
	Absences []Absence
	Weekly   []WeeklyAbsence
	External []slot.Period // busy in the worker's own calendars
	Holidays []slot.Holiday
	Zone     *time.Location
}

// Hours returns the viewer's openings and absences in a span (R41).
func (s *Service) Hours(ctx context.Context, v *viewer.Viewer, span slot.Period) (Hours, error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return Hours{}, err
	}
	row, err := worker.Read(ctx, s.db.Pool, v.ID)
	if err != nil {
		return Hours{}, err
	}
	hours := Hours{Zone: row.Zone()}
	first := slot.CalendarDay(span.From.In(hours.Zone))
	if hours.Openings, err = readOpeningsSince(ctx, s.db.Pool, v.ID, first); err != nil {
		return Hours{}, err
	}
	if hours.Absences, err = ReadAbsences(ctx, s.db.Pool, v.ID, span); err != nil {
		return Hours{}, err
	}
	if hours.Weekly, err = readWeeklyAbsences(ctx, s.db.Pool, v.ID, first); err != nil {
		return Hours{}, err
	}
	if hours.External, err = readExternalBusy(ctx, s.db.Pool, v.ID, span); err != nil {
		return Hours{}, err
	}
	hours.Holidays, err = readHolidays(ctx, s.db.Pool, row, span)
	return hours, err
}

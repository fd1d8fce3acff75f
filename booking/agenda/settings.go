package agenda

import (
	"context"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
)

// Settings returns the viewer's settings.
func (s *Service) Settings(ctx context.Context, v *viewer.Viewer) (worker.Settings, error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return worker.Settings{}, err
	}
	row, err := worker.Read(ctx, s.db.Pool, v.ID)
	return row.Settings, err
}

// SaveSettings stores the viewer's settings. Existing appointments do not change.
func (s *Service) SaveSettings(ctx context.Context, v *viewer.Viewer, settings worker.Settings) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	if err := settings.Check(); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := worker.Lock(ctx, tx, v.ID); err != nil {
			return err
		}
		return worker.UpdateSettings(ctx, tx, v.ID, settings)
	})
}

// Holidays lists the viewer's holidays inside span, open or closed.
func (s *Service) Holidays(ctx context.Context, v *viewer.Viewer, span slot.Period) ([]slot.Holiday, error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return nil, err
	}
	row, err := worker.Read(ctx, s.db.Pool, v.ID)
	if err != nil {
		return nil, err
	}
	return readHolidays(ctx, s.db.Pool, row, span)
}

var errNoHoliday = fault.New(fault.NotFound, "Ce jour n’est pas férié dans votre région.")

// OpenHoliday makes one of the viewer's holidays bookable.
func (s *Service) OpenHoliday(ctx context.Context, v *viewer.Viewer, day time.Time) error {
	return s.changeHours(ctx, v, false, func(tx postgres.Tx, row worker.Row) ([]appointment.Row, error) {
		if len(slot.HolidaysOf(row.HolidayRegion, day, day)) == 0 {
			return nil, errNoHoliday
		}
		return nil, insertOpenHoliday(ctx, tx, v.ID, day)
	})
}

// CloseHoliday closes it again. It fails with StillBooked if somebody is booked on it.
func (s *Service) CloseHoliday(ctx context.Context, v *viewer.Viewer, day time.Time, anyway bool) error {
	return s.changeHours(ctx, v, anyway, func(tx postgres.Tx, row worker.Row) ([]appointment.Row, error) {
		if err := deleteOpenHoliday(ctx, tx, v.ID, day); err != nil {
			return nil, err
		}
		return comingDuring(ctx, tx, row, slot.WallPeriods(day, 0, 24*60, row.Zone()))
	})
}

package booking

import (
	"context"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
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
	maxBuffer = 60
	maxNotice = 14 * 24
	maxWeeks  = int(slot.Horizon / (7 * 24 * time.Hour))
	maxPerDay = 24
)

func (s Settings) gap() time.Duration {
	return time.Duration(s.BufferBefore+s.BufferAfter) * time.Minute
}

func (s Settings) notice() time.Duration { return time.Duration(s.NoticeHours) * time.Hour }

func (s Settings) horizon() time.Duration { return time.Duration(s.HorizonWeeks) * 7 * 24 * time.Hour }

func (s Settings) within() bool {
	_, known := slot.RegionNamed(s.HolidayRegion)
	return known && between(s.BufferBefore, 0, maxBuffer) && between(s.BufferAfter, 0, maxBuffer) &&
		between(s.NoticeHours, 0, maxNotice) && between(s.HorizonWeeks, 1, maxWeeks) && between(s.PerDay, 0, maxPerDay) &&
		s.notice() < s.horizon()
}

func between(n, least, most int) bool { return least <= n && n <= most }

// Settings returns the viewer's own.
func (s *Service) Settings(ctx context.Context, v *viewer.Viewer) (Settings, error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return Settings{}, err
	}
	row, err := readWorker(ctx, s.db.Pool, v.ID)
	return row.Settings, err
}

var errSettings = fault.New(fault.Invalid, "L’un de ces réglages n’est pas possible.")

// SaveSettings changes the viewer's own for what is booked from now on; what is
// booked stays booked.
func (s *Service) SaveSettings(ctx context.Context, v *viewer.Viewer, settings Settings) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	if !settings.within() {
		return errSettings
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := lockWorker(ctx, tx, v.ID); err != nil {
			return err
		}
		return updateSettings(ctx, tx, v.ID, settings)
	})
}

// Holidays lists the viewer's holidays inside span, open or closed.
func (s *Service) Holidays(ctx context.Context, v *viewer.Viewer, span slot.Period) ([]slot.Holiday, error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return nil, err
	}
	row, err := readWorker(ctx, s.db.Pool, v.ID)
	if err != nil {
		return nil, err
	}
	return readHolidays(ctx, s.db.Pool, row, span)
}

var errNoHoliday = fault.New(fault.NotFound, "Ce jour n’est pas férié dans votre région.")

// OpenHoliday has one of the viewer's holidays booked like any other day.
func (s *Service) OpenHoliday(ctx context.Context, v *viewer.Viewer, day time.Time) error {
	return s.changeHours(ctx, v, false, func(tx postgres.Tx, row workerRow) ([]appointment.Row, error) {
		if len(slot.HolidaysOf(row.HolidayRegion, day, day)) == 0 {
			return nil, errNoHoliday
		}
		return nil, insertOpenHoliday(ctx, tx, v.ID, day)
	})
}

// CloseHoliday closes it again; StillBooked names what is booked on it.
func (s *Service) CloseHoliday(ctx context.Context, v *viewer.Viewer, day time.Time, anyway bool) error {
	return s.changeHours(ctx, v, anyway, func(tx postgres.Tx, row workerRow) ([]appointment.Row, error) {
		if err := deleteOpenHoliday(ctx, tx, v.ID, day); err != nil {
			return nil, err
		}
		return comingDuring(ctx, tx, row, slot.WallPeriods(day, 0, 24*60, row.zone()))
	})
}

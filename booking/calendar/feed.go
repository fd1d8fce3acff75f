package calendar

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	ics "github.com/arran4/golang-ical"
	"github.com/google/uuid"
)

// Shows is what the entries of a feed contain about people.
type Shows string

// The choices of a worker. The default is nothing.
const (
	ShowsNothing  Shows = "nothing"
	ShowsInitials Shows = "initials"
	ShowsNames    Shows = "names"
)

// Label is the choice on pages.
func (s Shows) Label() string {
	switch s {
	case ShowsInitials:
		return "Les initiales des personnes"
	case ShowsNames:
		return "Les noms des personnes"
	}
	return "Aucun nom"
}

// Feed is a worker's agenda for an external calendar program (R41). Its address is a
// secret; only a hash of it is stored.
type Feed struct {
	Shows  Shows
	MadeAt time.Time
	ReadAt time.Time // zero for never
}

// How far back a feed goes, and how often it may be read.
const (
	feedBehind  = 30 * 24 * time.Hour
	feedWindow  = 10 * time.Minute
	feedReads   = 30 // in one window
	feedEntries = 2000
)

var errNoFeed = fault.New(fault.NotFound, "Cette adresse d’agenda n’existe pas, ou n’est plus valable.")

// Feed returns the viewer's feed; made is false if there is none.
func (s *Service) Feed(ctx context.Context, v *viewer.Viewer) (feed Feed, made bool, err error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return Feed{}, false, err
	}
	row, err := readFeed(ctx, s.db.Pool, v.ID)
	if postgres.NoRows(err) {
		return Feed{}, false, nil
	}
	return row.feed(), err == nil, err
}

// MakeFeed creates the viewer's feed. It replaces an earlier one, whose address no longer
// works. It returns the token of the address, which cannot be read again.
func (s *Service) MakeFeed(ctx context.Context, v *viewer.Viewer, shows Shows) (token string, err error) {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return "", err
	}
	raw := make([]byte, 32)
	_, _ = rand.Read(raw) // never fails (crypto/rand)
	token = base64.RawURLEncoding.EncodeToString(raw)
	return token, s.db.InTx(ctx, func(tx postgres.Tx) error { return putFeed(ctx, tx, v.ID, hashOf(token), shows) })
}

func hashOf(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// RevokeFeed deletes the viewer's feed.
func (s *Service) RevokeFeed(ctx context.Context, v *viewer.Viewer) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	return deleteFeed(ctx, s.db.Pool, v.ID)
}

// FeedFile is the current content of a feed, and its version, which is the same as long as
// the content is.
type FeedFile struct {
	Version string
	entries []feedEntry
	zone    *time.Location
}

// feedEntry is an appointment in a feed.
type feedEntry struct {
	appointment.Appointment
	title string
}

// ReadFeed returns the feed of that token. It fails with NotFound if it is unknown or
// revoked or the worker's account is closed, and with Throttled if it is read too often.
func (s *Service) ReadFeed(ctx context.Context, token string) (FeedFile, error) {
	var row feedRow
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		row, err = countFeedRead(ctx, tx, hashOf(token))
		return err
	})
	switch {
	case postgres.NoRows(err):
		return FeedFile{}, errNoFeed
	case err != nil:
		return FeedFile{}, err
	}
	now := s.db.Now()
	if row.Reads > feedReads {
		return FeedFile{}, fault.Wait("Cet agenda est demandé trop souvent.", row.WindowBeganAt.Add(feedWindow).Sub(now))
	}
	if err := s.workers.Active(ctx, s.db.Pool, row.SocialWorkerID); err != nil {
		return FeedFile{}, errNoFeed
	}
	rows, err := readFeedEntries(ctx, s.db.Pool, row.SocialWorkerID, slot.Period{From: now.Add(-feedBehind), To: now.Add(slot.Horizon)}, now)
	if err != nil {
		return FeedFile{}, err
	}
	return s.feedFile(ctx, row, rows)
}

func (s *Service) feedFile(ctx context.Context, row feedRow, rows []appointment.Row) (FeedFile, error) {
	people := map[uuid.UUID]people.Person{}
	if row.Shows != ShowsNothing {
		ids := make([]uuid.UUID, len(rows))
		for i, r := range rows {
			ids[i] = r.BeneficiaryID
		}
		var err error
		if people, err = s.accounts.People.ByIDs(ctx, ids); err != nil {
			return FeedFile{}, err
		}
	}
	worker, err := worker.Read(ctx, s.db.Pool, row.SocialWorkerID)
	if err != nil {
		return FeedFile{}, err
	}
	file := FeedFile{zone: worker.Zone()}
	sum := sha256.New()
	for _, r := range rows {
		entry := feedEntry{r.Appointment(), feedTitle(r.Mode, row.Shows, people[r.BeneficiaryID])}
		file.entries = append(file.entries, entry)
		sum.Write([]byte(entry.ID.String() + string(entry.Status) + entry.title + entry.StartsAt.String() + entry.ChangedAt.String() + "\n"))
	}
	sum.Write([]byte(file.zone.String()))
	file.Version = hex.EncodeToString(sum.Sum(nil)[:16])
	return file, nil
}

func feedTitle(mode slot.Mode, shows Shows, person people.Person) string {
	title := calendarTitle + " " + strings.ToLower(mode.Label())
	switch who := person.Name(); {
	case shows == ShowsNames && who != "":
		return title + ", " + who
	case shows == ShowsInitials && who != "":
		return title + ", " + initial(person.FirstName) + initial(person.LastName)
	}
	return title
}

func initial(name string) string {
	first, size := utf8.DecodeRuneInString(name)
	if size == 0 {
		return ""
	}
	return strings.ToUpper(string(first)) + "."
}

// ICS writes the feed (RFC 5545), with links to the pages of appointments.
func (f FeedFile) ICS(links appointment.Links) string {
	if f.zone == nil {
		f.zone = time.UTC
	}
	span := slot.Period{From: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}
	if n := len(f.entries); n > 0 {
		span = slot.Period{From: f.entries[0].StartsAt, To: f.entries[n-1].EndsAt}
	}
	cal := newCalendar(f.zone, span)
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName("Social Direct")
	cal.SetRefreshInterval("PT30M")
	cal.SetXPublishedTTL("PT30M")
	for _, entry := range f.entries {
		event := addEvent(cal, entry.Appointment, links.Appointment(entry.ID), links.OrganizerAddress())
		event.SetSummary(entry.title)
		event.SetDtStampTime(entry.ChangedAt)
	}
	return cal.Serialize(ics.WithNewLineWindows)
}

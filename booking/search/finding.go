// Package search finds who can be booked: workers by what they offer and by their first
// available slot, and the first slots with anybody. The first slots of each worker are
// stored, and computed again when the agenda changes.
package search

import (
	"cmp"
	"context"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/agenda"
	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/company"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Search is the criteria of a search for workers.
type Search struct {
	Choice
	Page   int       // 0 is the first
	Worker uuid.UUID // this worker only; zero for anybody
	For    uuid.UUID // the person for whom the viewer searches; zero for themselves

	Modes []string // the modes of slots that count; set by the search itself
}

// maxTown is the maximum length of Town, in characters.
const maxTown = 60

// Found is a sheet with its first available slot.
type Found struct {
	worker.SocialWorker
	First     time.Time // UTC; zero if no slot is available
	FirstMode slot.Mode // a mode in which it can be booked
}

// within sets the modes of slots that count: those of the contract, or the chosen one.
func (s Search) within(allowed []slot.Mode) Search {
	modes := slices.Clone(allowed)
	if s.Mode != "" {
		modes = []slot.Mode{s.Mode}
	}
	if s.Town != "" {
		modes = []slot.Mode{slot.InPerson}
	}
	modes = slices.DeleteFunc(modes, func(m slot.Mode) bool { return !slices.Contains(allowed, m) || s.Mode != "" && m != s.Mode })
	s.Modes = names(modes)
	return s
}

func names(modes []slot.Mode) []string {
	all := make([]string, len(modes))
	for i, m := range modes {
		all[i] = string(m)
	}
	return all
}

// seeker returns the person to be booked: the viewer, or a person for whom they may book.
func (s *Service) seeker(ctx context.Context, v *viewer.Viewer, search Search) (uuid.UUID, error) {
	if search.For == uuid.Nil || search.For == v.ID {
		return v.ID, nil
	}
	person, err := s.Appointments.BookableFor(ctx, v, search.For)
	return person.ID, err
}

// Find returns one page of matching workers, each with the first slot that can be booked,
// read from the agenda, and how many match on all pages.
func (s *Service) Find(ctx context.Context, v *viewer.Viewer, search Search) (sheets []Found, total int, err error) {
	person, err := s.seeker(ctx, v, search)
	if err != nil {
		return nil, 0, err
	}
	allowed, err := s.Appointments.ModesOf(ctx, person)
	if err != nil {
		return nil, 0, err
	}
	search = search.within(allowed)
	candidates, err := s.candidates(ctx, search)
	if err != nil {
		return nil, 0, err
	}
	page := search.pageOf(candidates)
	if len(page) == 0 {
		return nil, len(candidates), nil
	}
	rows, err := worker.ReadOf(ctx, s.DB.Pool, page)
	if err != nil {
		return nil, 0, err
	}
	firsts, err := s.firstAvailable(ctx, person, rows, slot.ParseModes(search.Modes))
	if err != nil {
		return nil, 0, err
	}
	all, err := s.Workers.Sheets(ctx, rows)
	for _, sheet := range all {
		if sheet, ok := sheet.Within(allowed); ok {
			first := firsts[sheet.ID]
			sheets = append(sheets, Found{SocialWorker: sheet, First: first.StartsAt, FirstMode: firstOfModes(first.Modes)})
		}
	}
	slices.SortFunc(sheets, func(a, b Found) int {
		return cmp.Or(search.compare(a.First, b.First), worker.CompareNames(a.Person, b.Person), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	return sheets, len(candidates), err
}

// more reports whether matching workers follow the page of the search.
func (s Search) more(total int) bool { return (s.Page+1)*worker.SheetsAtOnce < total }

// spoken returns the languages that somebody speaks who can be booked in one of the modes.
func (s *Service) spoken(ctx context.Context, modes []slot.Mode) (map[string]bool, error) {
	rows, err := readSpoken(ctx, s.DB.Pool, names(modes), s.DB.Now())
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.AccountID
	}
	people, err := s.Accounts.People.ByIDs(ctx, ids)
	spoken := map[string]bool{}
	for _, row := range rows {
		for _, tag := range row.Languages {
			spoken[tag] = spoken[tag] || people[row.AccountID].Active
		}
	}
	return spoken, err
}

// compare orders candidates by their first slot, those without one last. If the order is
// by name it returns 0.
func (s Search) compare(a, b time.Time) int {
	switch {
	case s.ByName || a.Equal(b):
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}

func firstOfModes(modes []slot.Mode) slot.Mode {
	if len(modes) == 0 {
		return ""
	}
	return modes[0]
}

// candidates returns all matching workers, in the order of the search, by stored slots.
func (s *Service) candidates(ctx context.Context, search Search) ([]candidateRow, error) {
	candidates, err := readCandidates(ctx, s.DB.Pool, search, s.DB.Now())
	if err != nil {
		return nil, err
	}
	people, err := s.Accounts.People.ByIDs(ctx, accountsOf(candidates))
	candidates = slices.DeleteFunc(candidates, func(c candidateRow) bool { return !people[c.AccountID].Active })
	slices.SortFunc(candidates, func(a, b candidateRow) int {
		return cmp.Or(search.compare(postgres.OrZero(a.First), postgres.OrZero(b.First)), worker.CompareNames(people[a.AccountID], people[b.AccountID]), cmp.Compare(a.AccountID.String(), b.AccountID.String()))
	})
	return candidates, err
}

// pageOf returns the candidates of the page of the search.
func (s Search) pageOf(candidates []candidateRow) []uuid.UUID {
	from := min(s.Page*worker.SheetsAtOnce, len(candidates))
	to := min(from+worker.SheetsAtOnce, len(candidates))
	return accountsOf(candidates[from:to])
}

func accountsOf(candidates []candidateRow) []uuid.UUID {
	ids := make([]uuid.UUID, len(candidates))
	for i, c := range candidates {
		ids[i] = c.AccountID
	}
	return ids
}

// firstAvailable returns each worker's first slot that the person can book in one of the
// modes. Most have one within two weeks; more is read only for those who have none.
func (s *Service) firstAvailable(ctx context.Context, person uuid.UUID, workers []worker.Row, modes []slot.Mode) (map[uuid.UUID]slot.Slot, error) {
	t, err := s.seekerOf(ctx, person, modes)
	if err != nil {
		return nil, err
	}
	firsts := map[uuid.UUID]slot.Slot{}
	for from := time.Duration(0); from < slot.Horizon && len(workers) > 0; from = 2*from + slot.Stride {
		span := slot.Period{From: t.Now.Add(from), To: t.Now.Add(min(2*from+slot.Stride, slot.Horizon+time.Second))}
		agendas, err := agenda.ReadMany(ctx, s.DB.Pool, workers, span, t.Now)
		if err != nil {
			return nil, err
		}
		var without []worker.Row
		for _, w := range workers {
			if own := t.can(w.AccountID, agendas[w.AccountID].Available(span, t.Now)); len(own) > 0 {
				firsts[w.AccountID] = own[0]
			} else {
				without = append(without, w)
			}
		}
		workers = without
	}
	return firsts, nil
}

// Seeker is a person who looks for a slot.
type Seeker struct {
	Person uuid.UUID
	Now    time.Time
	Modes  []slot.Mode
	Marked []uuid.UUID // workers with whom their bookings are requests
}

func (s *Service) seekerOf(ctx context.Context, person uuid.UUID, modes []slot.Mode) (Seeker, error) {
	marked, err := appointment.ReadMarkedWith(ctx, s.DB.Pool, person)
	return Seeker{Person: person, Now: s.DB.Now(), Modes: modes, Marked: marked}, err
}

// can returns the slots that the seeker can book, with the modes in which they can. A
// request needs time to be answered before its start.
func (t Seeker) can(worker uuid.UUID, available []slot.Slot) []slot.Slot {
	asks := slices.Contains(t.Marked, worker)
	var own []slot.Slot
	for _, hour := range available {
		hour.Modes = slices.DeleteFunc(slices.Clone(hour.Modes), func(m slot.Mode) bool { return !slices.Contains(t.Modes, m) })
		if len(hour.Modes) > 0 && (!asks || appointment.AnswerBy(hour.StartsAt, t.Now).After(t.Now)) {
			own = append(own, hour)
		}
	}
	return own
}

// Hour is an available slot and its worker.
type Hour struct {
	slot.Slot
	Worker people.Person // in the zone of their sheet
}

// How many slots are shown; how many instants, and how many workers at each, are read from
// stored slots at a time; and the first span that is read.
const (
	soonestShown = 12
	instantsRead = 16
	choicesRead  = 3
	soonestSpan  = 12 * time.Hour
)

// Soonest returns the next slots at which the viewer can be booked with any matching
// worker, one worker for each instant, checked against the agendas, and how many workers
// match.
func (s *Service) Soonest(ctx context.Context, v *viewer.Viewer, search Search) (hours []Hour, total int, err error) {
	return s.firstSlots(ctx, v, search, uuid.Nil)
}

// FirstSlots is Soonest as if one of the viewer's appointments did not exist.
func (s *Service) FirstSlots(ctx context.Context, v *viewer.Viewer, search Search, but uuid.UUID) ([]Hour, error) {
	hours, _, err := s.firstSlots(ctx, v, search, but)
	return hours, err
}

func (s *Service) firstSlots(ctx context.Context, v *viewer.Viewer, search Search, but uuid.UUID) (hours []Hour, total int, err error) {
	person, err := s.seeker(ctx, v, search)
	if err != nil {
		return nil, 0, err
	}
	allowed, err := s.Appointments.ModesOf(ctx, person)
	if err != nil {
		return nil, 0, err
	}
	search = search.within(allowed)
	t, err := s.seekerOf(ctx, person, slot.ParseModes(search.Modes))
	if err != nil {
		return nil, 0, err
	}
	search.ByName = false
	candidates, err := s.candidates(ctx, search)
	if err == nil {
		hours, err = s.firstOf(ctx, t, candidates, but)
	}
	return hours, len(candidates), err
}

// firstOf returns the first slots that the seeker can book with any of the candidates, in
// the order of their first stored slot.
func (s *Service) firstOf(ctx context.Context, t Seeker, candidates []candidateRow, but uuid.UUID) ([]Hour, error) {
	if len(candidates) == 0 || candidates[0].First == nil {
		return nil, nil
	}
	var hours []Hour
	ids, span := accountsOf(candidates), soonestSpan
	for from, last := *candidates[0].First, t.Now.Add(slot.Horizon); from.Before(last) && len(hours) < soonestShown; span *= 4 {
		within := slot.Period{From: from, To: from.Add(span)}
		kept, err := readSoonest(ctx, s.DB.Pool, t, ids, within)
		if err != nil {
			return nil, err
		}
		if hours, err = s.verified(ctx, t, but, hours, kept); err != nil {
			return nil, err
		}
		from = within.To
		if full := instants(kept) == instantsRead; full {
			from = kept[len(kept)-1].StartsAt.Add(time.Second)
		}
	}
	return hours[:min(len(hours), soonestShown)], nil
}

// instants counts the distinct instants of ordered rows.
func instants(kept []slotRow) int {
	return len(slices.CompactFunc(slices.Clone(kept), func(a, b slotRow) bool { return a.StartsAt.Equal(b.StartsAt) }))
}

// verified adds to hours the stored slots that the agendas confirm, one for each instant,
// and none at which the seeker has an appointment.
func (s *Service) verified(ctx context.Context, t Seeker, but uuid.UUID, hours []Hour, kept []slotRow) ([]Hour, error) {
	if len(kept) == 0 {
		return hours, nil
	}
	ids := make([]uuid.UUID, len(kept))
	for i, k := range kept {
		ids[i] = k.SocialWorkerID
	}
	rows, err := worker.ReadOf(ctx, s.DB.Pool, ids)
	if err != nil {
		return nil, err
	}
	people, err := s.Accounts.People.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	span := slot.Period{From: kept[0].StartsAt, To: kept[len(kept)-1].StartsAt.Add(slot.Length)}
	agendas, err := agenda.ReadMany(ctx, s.DB.Pool, rows, span, t.Now)
	if err != nil {
		return nil, err
	}
	own, err := appointment.ReadOwnHours(ctx, s.DB.Pool, t.Person, but, span, t.Now)
	if err != nil {
		return nil, err
	}
	available := map[uuid.UUID][]slot.Slot{}
	for _, row := range rows {
		if people[row.AccountID].Active {
			available[row.AccountID] = t.can(row.AccountID, agendas[row.AccountID].Available(span, t.Now))
		}
	}
	for _, k := range kept {
		hour := slot.Slot{StartsAt: k.StartsAt.UTC(), Modes: slot.ModesAt(available[k.SocialWorkerID], k.StartsAt)}
		known := len(hours) > 0 && hours[len(hours)-1].StartsAt.Equal(hour.StartsAt)
		if hour.Modes == nil || known || slot.OverlapsAny(hour.Period(), own) {
			continue
		}
		person := people[k.SocialWorkerID]
		person.Zone = agendas[k.SocialWorkerID].Worker.Zone()
		hours = append(hours, Hour{Slot: hour, Worker: person})
	}
	return hours, nil
}

// Bookable returns those of a worker's available slots, in order, that the seeker can book
// under the contract as if one of their appointments did not exist.
func (t Seeker) Bookable(ctx context.Context, q postgres.Querier, contract company.Contract, worker uuid.UUID, available []slot.Slot, but uuid.UUID) ([]slot.Slot, error) {
	span := slot.Period{From: available[0].StartsAt, To: available[len(available)-1].StartsAt.Add(slot.Length)}
	own, err := appointment.ReadOwnHours(ctx, q, t.Person, but, span, t.Now)
	if err != nil {
		return nil, err
	}
	full, err := appointment.UsedUp(ctx, q, contract, t.Person, but, span, t.Now)
	return slices.DeleteFunc(t.can(worker, available), func(hour slot.Slot) bool {
		return slot.OverlapsAny(hour.Period(), own) || slot.StartsIn(hour.Period(), full)
	}), err
}

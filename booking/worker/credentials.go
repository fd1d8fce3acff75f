package worker

import (
	"context"
	"regexp"
	"slices"
	"time"

	"socialdirect/booking/appointment"
	"socialdirect/booking/slot"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// CredentialKind is one of the two credentials without which a worker cannot be booked (R42).
type CredentialKind string

// The kinds of credentials.
const (
	Diploma   CredentialKind = "diploma"
	Insurance CredentialKind = "insurance"
)

// credentialKinds are both kinds, in the order of the page.
var credentialKinds = []CredentialKind{Diploma, Insurance}

// Label is the French name of the kind.
func (k CredentialKind) Label() string {
	if k == Diploma {
		return "Enregistrement du diplôme"
	}
	return "Assurance professionnelle"
}

// The registers of French social workers.
const (
	RPPS  = "rpps"
	ADELI = "adeli"
)

// Credential is a recorded registration or insurance. Its days are calendar days (midnight
// UTC) in the worker's zone, both included.
type Credential struct {
	ID             uuid.UUID
	SocialWorkerID uuid.UUID
	Kind           CredentialKind
	Title          string // the diploma's
	Register       string // RPPS or ADELI, of a diploma
	Number         string // of the registration, or of the policy
	Issuer         string // the body that registered, or the insurer
	CheckedOn      time.Time
	From           time.Time // zero for a diploma
	Until          time.Time // zero for no end
	SubmittedBy    uuid.UUID
	SubmittedAt    time.Time
	ConfirmedBy    uuid.UUID
	ConfirmedAt    time.Time // zero until an administrator confirms it
	WithdrawnBy    uuid.UUID
	WithdrawnAt    time.Time // zero unless it was withdrawn
}

// confirmed reports whether the credential is confirmed and was not withdrawn, so that it
// counts on the days that it covers.
func (c Credential) confirmed() bool { return !c.ConfirmedAt.IsZero() && c.WithdrawnAt.IsZero() }

// Pending reports whether it waits for an administrator.
func (c Credential) Pending() bool { return c.ConfirmedAt.IsZero() && c.WithdrawnAt.IsZero() }

// covers reports whether the credential is valid on a day.
func (c Credential) covers(day time.Time) bool {
	return c.confirmed() && !day.Before(c.From) && (c.Until.IsZero() || !day.After(c.Until))
}

// The maximum length of the texts of a credential, in characters.
const (
	maxCredentialName   = 120
	maxCredentialNumber = 60
)

// Credentials are all credentials of one worker.
type Credentials []Credential

// covered reports whether both kinds are valid on a day.
func (all Credentials) covered(day time.Time) bool {
	return !slices.ContainsFunc(credentialKinds, func(k CredentialKind) bool { return !all.coveredBy(k, day) })
}

func (all Credentials) coveredBy(k CredentialKind, day time.Time) bool {
	return slices.ContainsFunc(all, func(c Credential) bool { return c.Kind == k && c.covers(day) })
}

// CoveredIn returns the continuous periods of span whose days, in the worker's zone, are
// covered.
func (all Credentials) CoveredIn(span slot.Period, zone *time.Location) []slot.Period {
	var covered []slot.Period
	for day := range slot.DaysOf(span, zone) {
		if !all.covered(day) {
			continue
		}
		whole := slot.Period{From: slot.WallClock(day, 0, zone), To: slot.WallClock(day.AddDate(0, 0, 1), 0, zone)}
		if last := len(covered) - 1; last >= 0 && covered[last].To.Equal(whole.From) {
			covered[last].To = whole.To
		} else {
			covered = append(covered, whole)
		}
	}
	return covered
}

// coverPeriod reports whether a period is covered from beginning to end, in the worker's zone.
func (all Credentials) coverPeriod(p slot.Period, zone *time.Location) bool {
	last := p.To.Add(-time.Nanosecond)
	return all.covered(slot.CalendarDay(p.From.In(zone))) && all.covered(slot.CalendarDay(last.In(zone)))
}

// in returns the credential with its instants in the worker's zone.
func (c Credential) in(zone *time.Location) Credential {
	for _, at := range []*time.Time{&c.SubmittedAt, &c.ConfirmedAt, &c.WithdrawnAt} {
		if !at.IsZero() {
			*at = at.In(zone)
		}
	}
	return c
}

// Cover is whether a worker's credentials of one kind are valid on a day.
type Cover struct {
	Kind  CredentialKind
	Valid bool
	Until time.Time // the last valid day without a gap; if not valid, the last valid day before; zero for no end, or for none ever
}

// Soon reports whether it ends soon enough that the end is announced.
func (c Cover) Soon(today time.Time) bool {
	return c.Valid && !c.Until.IsZero() && !c.Until.After(today.AddDate(0, 0, announceSteps[len(announceSteps)-1]))
}

// cover follows the credentials of a kind from today on, one after the other, to the last day
// without a gap.
func (all Credentials) cover(k CredentialKind, today time.Time) Cover {
	c := Cover{Kind: k, Valid: all.coveredBy(k, today)}
	if !c.Valid {
		c.Until = all.lastDay(k, today)
		return c
	}
	for day := today; all.coveredBy(k, day); day = c.Until.AddDate(0, 0, 1) {
		endless := false
		c.Until, endless = all.furthest(k, day)
		if endless {
			c.Until = time.Time{}
			return c
		}
	}
	return c
}

// furthest returns the last day of the credentials that are valid on a day; endless if one has
// no end.
func (all Credentials) furthest(k CredentialKind, day time.Time) (last time.Time, endless bool) {
	for _, c := range all {
		if c.Kind != k || !c.covers(day) {
			continue
		}
		if c.Until.IsZero() {
			return last, true
		}
		if c.Until.After(last) {
			last = c.Until
		}
	}
	return last, false
}

// lastDay returns the last day before another on which the kind was valid.
func (all Credentials) lastDay(k CredentialKind, before time.Time) (last time.Time) {
	for _, c := range all {
		if c.Kind == k && c.confirmed() && !c.Until.IsZero() && c.Until.Before(before) && c.Until.After(last) {
			last = c.Until
		}
	}
	return last
}

// Standing is the validity of a worker's credentials today.
type Standing struct {
	Worker      SocialWorker
	Today       time.Time // on the worker's calendar
	Covers      []Cover   // one for each kind
	Credentials Credentials
	Names       map[uuid.UUID]string      // of the people who submitted, confirmed or withdrew them
	Beyond      []appointment.Appointment // appointments on days that are not covered
}

// Bookable reports whether the worker can be booked today.
func (s Standing) Bookable() bool {
	return !slices.ContainsFunc(s.Covers, func(c Cover) bool { return !c.Valid })
}

// Pending reports whether a credential waits for an administrator.
func (s Standing) Pending() bool { return slices.ContainsFunc(s.Credentials, Credential.Pending) }

// Watched reports whether the credentials need the administration.
func (s Standing) Watched() bool {
	return !s.Bookable() || s.Pending() || slices.ContainsFunc(s.Covers, func(c Cover) bool { return c.Soon(s.Today) })
}

func standingOf(all Credentials, zone *time.Location, now time.Time) Standing {
	s := Standing{Today: slot.CalendarDay(now.In(zone)), Credentials: all}
	for _, kind := range credentialKinds {
		s.Covers = append(s.Covers, all.cover(kind, s.Today))
	}
	return s
}

// Standing returns the validity of a worker's credentials, to the worker and to
// administrators. Administrators see the times of appointments after an end, never the
// people.
func (s *Service) Standing(ctx context.Context, v *viewer.Viewer, worker uuid.UUID) (Standing, error) {
	if err := mayEdit(v, worker); err != nil {
		return Standing{}, err
	}
	st, err := s.standing(ctx, s.db.Pool, worker, s.db.Now())
	if err != nil {
		return Standing{}, err
	}
	if st.Names, err = s.authors(ctx, st.Credentials); err != nil {
		return Standing{}, err
	}
	if v.ID != worker {
		return st, nil
	}
	st.Beyond, err = s.withNames(ctx, st.Beyond)
	return st, err
}

// standing is Standing without names.
func (s *Service) standing(ctx context.Context, q postgres.Querier, worker uuid.UUID, now time.Time) (Standing, error) {
	row, err := Read(ctx, q, worker)
	if err != nil {
		return Standing{}, err
	}
	all, err := ReadCredentials(ctx, q, worker)
	if err != nil {
		return Standing{}, err
	}
	st := standingOf(all, row.Zone(), now)
	st.Beyond, err = s.beyond(ctx, q, row, all, now)
	for i, c := range st.Credentials {
		st.Credentials[i] = c.in(row.Zone())
	}
	return st, err
}

// beyond lists the upcoming appointments that the credentials do not cover, without names.
func (s *Service) beyond(ctx context.Context, q postgres.Querier, row Row, all Credentials, now time.Time) ([]appointment.Appointment, error) {
	booked, err := appointment.ReadWeek(ctx, q, row.AccountID, slot.Period{From: now, To: now.Add(slot.Horizon)}, now)
	var beyond []appointment.Appointment
	for _, b := range booked {
		if a := b.Appointment(); !all.coverPeriod(slot.Period{From: a.StartsAt, To: a.EndsAt}, row.Zone()) {
			a.StartsAt = a.StartsAt.In(row.Zone())
			beyond = append(beyond, a)
		}
	}
	return beyond, err
}

func (s *Service) withNames(ctx context.Context, appointments []appointment.Appointment) ([]appointment.Appointment, error) {
	ids := make([]uuid.UUID, len(appointments))
	for i, a := range appointments {
		ids[i] = a.BeneficiaryID
	}
	people, err := s.accounts.People.ByIDs(ctx, ids)
	for i, a := range appointments {
		appointments[i].BeneficiaryName = people[a.BeneficiaryID].Name()
	}
	return appointments, err
}

func (s *Service) authors(ctx context.Context, all Credentials) (map[uuid.UUID]string, error) {
	var ids []uuid.UUID
	for _, c := range all {
		ids = append(ids, c.SubmittedBy, c.ConfirmedBy, c.WithdrawnBy)
	}
	people, err := s.accounts.People.ByIDs(ctx, ids)
	names := make(map[uuid.UUID]string, len(people))
	for id, person := range people {
		names[id] = person.Name()
	}
	return names, err
}

var (
	errCredentialDays   = fault.New(fault.Invalid, "La fin vient avant le début. Corrigez l’une des deux dates.")
	errRegistration     = fault.New(fault.Invalid, "Un numéro RPPS a 11 chiffres ; un numéro ADELI a 9 signes. Vérifiez le registre et le numéro.")
	errCredential       = fault.New(fault.Invalid, "Il manque quelque chose à ce justificatif.")
	errPending          = fault.New(fault.Invalid, "L’administration n’a pas encore relu vos derniers envois. Attendez sa réponse.")
	errNoCredential     = fault.New(fault.NotFound, "Ce justificatif n’existe pas, ou a été retiré.")
	errCredentialIsDone = fault.New(fault.Conflict, "Ce justificatif est déjà confirmé.")
)

// maxPending is the maximum number of pending submissions of a worker.
const maxPending = 3

var registrations = map[string]*regexp.Regexp{RPPS: regexp.MustCompile(`^\d{11}$`), ADELI: regexp.MustCompile(`^\d[0-9AB]\d{7}$`)}

func (c Credential) check() error {
	switch {
	case c.Number == "" || c.Issuer == "":
		return errCredential
	case c.Kind == Diploma && (c.Title == "" || c.CheckedOn.IsZero()):
		return errCredential
	case c.Kind == Diploma && (registrations[c.Register] == nil || !registrations[c.Register].MatchString(c.Number)):
		return errRegistration
	case c.Kind == Insurance && (c.From.IsZero() || c.Until.IsZero()):
		return errCredential
	case !c.Until.IsZero() && c.Until.Before(c.From):
		return errCredentialDays
	}
	return nil
}

// RecordCredential records a credential that an administrator has seen: it counts at once.
func (s *Service) RecordCredential(ctx context.Context, v *viewer.Viewer, c Credential) error {
	return s.changeCredentials(ctx, v, c.SocialWorkerID, func(tx postgres.Tx) error { return record(ctx, tx, v, c) })
}

func record(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, c Credential) error {
	if err := c.check(); err != nil {
		return err
	}
	c.ID, c.SubmittedBy, c.SubmittedAt, c.ConfirmedBy, c.ConfirmedAt = uuid.New(), v.ID, tx.Now, v.ID, tx.Now
	if err := insertCredential(ctx, tx, c); err != nil {
		return err
	}
	return journalCredential(ctx, tx, v, "credential.recorded", c)
}

func journalCredential(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, act string, c Credential) error {
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: act, SubjectID: c.SocialWorkerID, ObjectID: c.ID})
}

// SubmitInsurance submits a worker's renewed insurance to the administration. It counts once
// an administrator confirms it.
func (s *Service) SubmitInsurance(ctx context.Context, v *viewer.Viewer, c Credential) error {
	if err := viewer.Require(v, viewer.SocialWorker); err != nil {
		return err
	}
	c.Kind, c.SocialWorkerID = Insurance, v.ID
	if err := c.check(); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := Lock(ctx, tx, v.ID); err != nil {
			return err
		}
		all, err := ReadCredentials(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if pending := slices.DeleteFunc(all, func(c Credential) bool { return !c.Pending() }); len(pending) >= maxPending {
			return errPending
		}
		c.ID, c.SubmittedBy, c.SubmittedAt = uuid.New(), v.ID, tx.Now
		if err := insertCredential(ctx, tx, c); err != nil {
			return err
		}
		if err := journalCredential(ctx, tx, v, "credential.submitted", c); err != nil {
			return err
		}
		return s.notifyAdministrators(ctx, tx, kindSubmitted, v.ID, details{Credential: Insurance})
	})
}

// ConfirmCredential confirms a credential that a worker submitted. Only administrators may. It
// fails with Conflict if it is already confirmed.
func (s *Service) ConfirmCredential(ctx context.Context, v *viewer.Viewer, worker, id uuid.UUID) error {
	return s.decideCredential(ctx, v, worker, id, func(tx postgres.Tx, c Credential) error {
		if !c.Pending() {
			return errCredentialIsDone
		}
		if err := confirmCredential(ctx, tx, id, v.ID); err != nil {
			return err
		}
		if err := s.notify(ctx, tx, kindConfirmed, worker, details{Credential: c.Kind}, worker); err != nil {
			return err
		}
		return journalCredential(ctx, tx, v, "credential.confirmed", c)
	})
}

// WithdrawCredential withdraws a credential that is not valid. Only administrators may. It
// stays in the history.
func (s *Service) WithdrawCredential(ctx context.Context, v *viewer.Viewer, worker, id uuid.UUID) error {
	return s.decideCredential(ctx, v, worker, id, func(tx postgres.Tx, c Credential) error {
		if err := withdrawCredential(ctx, tx, id, v.ID); err != nil {
			return err
		}
		if err := s.notify(ctx, tx, kindWithdrawn, worker, details{Credential: c.Kind}, worker); err != nil {
			return err
		}
		return journalCredential(ctx, tx, v, "credential.withdrawn", c)
	})
}

func (s *Service) decideCredential(ctx context.Context, v *viewer.Viewer, worker, id uuid.UUID, decide func(postgres.Tx, Credential) error) error {
	return s.changeCredentials(ctx, v, worker, func(tx postgres.Tx) error {
		all, err := ReadCredentials(ctx, tx, worker)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(c Credential) bool { return c.ID == id && c.WithdrawnAt.IsZero() })
		if at < 0 {
			return errNoCredential
		}
		return decide(tx, all[at])
	})
}

// changeCredentials changes a worker's credentials while the worker is locked, so that nobody
// books them at the same time. Only administrators may.
func (s *Service) changeCredentials(ctx context.Context, v *viewer.Viewer, worker uuid.UUID, change func(postgres.Tx) error) error {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := Lock(ctx, tx, worker); err != nil {
			return err
		}
		return change(tx)
	})
}

// covered fails with NotFound for a worker whose registration or insurance is not valid today
// (R42).
func (s *Service) covered(ctx context.Context, q postgres.Querier, worker uuid.UUID) error {
	valid, err := isCovered(ctx, q, worker, s.db.Now())
	if err == nil && !valid {
		return ErrNotOffered
	}
	return err
}

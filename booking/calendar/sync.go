package calendar

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/url"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/calendar"
	"socialdirect/internal/fetch"
	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/vault"
	"socialdirect/internal/zone"
	"socialdirect/notification"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// When calendars are synchronised.
const (
	dueInterval     = time.Minute
	syncInterval    = 30 * time.Minute
	maxSyncInterval = 12 * time.Hour   // of a calendar that fails
	maxExpansionAge = 24 * time.Hour   // after which an unchanged calendar is expanded again, since the horizon moves
	notifyAfter     = 72 * time.Hour   // of failures in a row
	fetchTimeout    = 30 * time.Second // of one request
	jobTimeout      = time.Minute      // of one job
	dueBatch        = 200
	maxInput        = 16 << 20
)

// Limits limits the answer of a calendar's server.
var Limits = fetch.Limits{Bytes: maxInput, Time: fetchTimeout}

// calendarArgs is the job that synchronises one calendar.
type calendarArgs struct {
	ID uuid.UUID `json:"id"`
}

// Kind names the job.
func (calendarArgs) Kind() string { return "calendar_read" }

// InsertOpts uses a queue of its own, so that slow servers do not delay other jobs. A
// failure is shown to the worker and tried again when the calendar is due.
func (calendarArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: jobs.Outbound, MaxAttempts: 3}
}

func (s *Service) readSoon(ctx context.Context, tx postgres.Tx, id uuid.UUID) error {
	return s.queue.Add(ctx, tx, calendarArgs{ID: id}, nil)
}

// ReadDue queues the synchronisation of every calendar that is due. Several instances may
// run it.
func (s *Service) ReadDue(ctx context.Context) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		due, err := dequeueDue(ctx, tx, dueBatch)
		if err != nil {
			return err
		}
		for _, id := range due {
			if err := s.readSoon(ctx, tx, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReadWorker synchronises one calendar.
type ReadWorker struct {
	river.WorkerDefaults[calendarArgs]
	calendars *Service
	client    *fetch.Client
}

// NewReadWorker returns the River worker.
func NewReadWorker(calendars *Service, client *fetch.Client) *ReadWorker {
	return &ReadWorker{calendars: calendars, client: client}
}

// Timeout limits the job.
func (w *ReadWorker) Timeout(*river.Job[calendarArgs]) time.Duration { return jobTimeout }

// Work synchronises once.
func (w *ReadWorker) Work(ctx context.Context, job *river.Job[calendarArgs]) error {
	return w.calendars.ReadCalendar(ctx, w.client, job.Args.ID)
}

// ReadCalendar fetches one calendar and stores its busy periods, or why it failed; earlier
// busy periods stay then. It does nothing for a calendar that is gone or paused, or whose
// worker's account is suspended or closed.
func (s *Service) ReadCalendar(ctx context.Context, client *fetch.Client, id uuid.UUID) error {
	row, err := readSubscription(ctx, s.db.Pool, id)
	if errors.Is(err, errNoSubscription) || err == nil && row.Paused {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.workers.Active(ctx, s.db.Pool, row.SocialWorkerID); errors.Is(err, worker.ErrNotOffered) {
		return nil // nobody can book with them
	} else if err != nil {
		return err
	}
	worker, err := worker.Read(ctx, s.db.Pool, row.SocialWorkerID)
	if err != nil {
		return err
	}
	address, err := s.vault.Unseal(ctx, s.db.Pool, row.SocialWorkerID, aboutCalendar(id), row.SealedAddress)
	if errors.Is(err, vault.ErrDestroyed) {
		return nil
	}
	if err != nil {
		return err
	}
	u, err := url.Parse(string(address))
	if err != nil {
		return errors.New("an address that was accepted is none") // the error would contain the address
	}
	found, err := s.ask(ctx, client, u, row, worker)
	if why, ours := failureOf(err); ours {
		return s.storeFailure(ctx, row, why)
	}
	if err != nil {
		return err
	}
	return s.storeBusy(ctx, row, found)
}

// answer is the answer of a calendar's server.
type answer struct {
	version   fetch.Version
	unchanged bool
	busy      calendar.Busy
}

func (s *Service) ask(ctx context.Context, client *fetch.Client, u *url.URL, row subscriptionRow, worker worker.Row) (a answer, err error) {
	now := s.db.Now()
	known := row.version()
	if row.ExpandedAt == nil || now.Sub(*row.ExpandedAt) > maxExpansionAge {
		known = fetch.Version{}
	}
	o := calendar.Options{Span: calendar.Period{From: now, To: now.Add(slot.Horizon + 2*maxExpansionAge)}, Zone: worker.Zone(), AllDay: row.AllDay, Own: ownEvents, Least: slot.Length}
	if row.AssumedZone != "" {
		o.Assumed = zone.Of(row.AssumedZone)
	}
	a.version, a.unchanged, err = client.Get(ctx, u, known, func(body io.Reader) (err error) {
		a.busy, err = calendar.Read(ctx, body, o)
		return err
	})
	return a, err
}

// failureOf returns the failure to show for an error; ours is false for errors that the
// calendar did not cause.
func failureOf(err error) (why Failure, ours bool) {
	var status fetch.Status
	if errors.As(err, &status) {
		if status == 401 || status == 403 || status == 404 || status == 410 {
			return FailureGone, true
		}
		return FailureUnreachable, true
	}
	for _, known := range []struct {
		err error
		why Failure
	}{
		{fetch.ErrAddress, FailureAddress}, {fetch.ErrInternal, FailureAddress}, {fetch.ErrUnknown, FailureUnknown}, {fetch.ErrUnreachable, FailureUnreachable},
		{fetch.ErrCertificate, FailureCertificate}, {fetch.ErrRedirects, FailureRedirects}, {fetch.ErrTooLarge, FailureTooLarge}, {calendar.ErrTooMuch, FailureTooLarge}, {fetch.ErrTooSlow, FailureTooSlow},
		{calendar.ErrNotCalendar, FailureNotCalendar}, {calendar.ErrTooComplex, FailureTooComplex}, {context.DeadlineExceeded, FailureTooComplex},
	} {
		if errors.Is(err, known.err) {
			return known.why, true
		}
	}
	return "", false
}

// store records the result of a synchronisation, unless the calendar was removed, paused
// or changed meanwhile. The worker is locked first, as in every act on slots.
func (s *Service) store(ctx context.Context, read subscriptionRow, note func(tx postgres.Tx, row subscriptionRow) error) error {
	// The deadline of the job may have passed; the result is recorded all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
	defer cancel()
	err := s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := worker.Lock(ctx, tx, read.SocialWorkerID); err != nil {
			return err
		}
		row, err := lockSubscription(ctx, tx, read.ID)
		if err != nil || row.Paused || row.AllDay != read.AllDay || row.AssumedZone != read.AssumedZone {
			return err
		}
		return note(tx, row)
	})
	if errors.Is(err, errNoSubscription) {
		return nil
	}
	return err
}

func (s *Service) storeBusy(ctx context.Context, read subscriptionRow, a answer) error {
	return s.store(ctx, read, func(tx postgres.Tx, row subscriptionRow) error {
		switch {
		case a.unchanged && row.ExpandedAt == nil:
			return nil // the unchanged content was deleted meanwhile; the calendar is due and will be read in full
		case !a.unchanged:
			if err := replaceBusy(ctx, tx, row, a.busy); err != nil {
				return err
			}
		}
		return setRead(ctx, tx, row.ID, a.version, tx.Now.Add(jittered(syncInterval)))
	})
}

func (s *Service) storeFailure(ctx context.Context, read subscriptionRow, why Failure) error {
	return s.store(ctx, read, func(tx postgres.Tx, row subscriptionRow) error {
		if err := setFailure(ctx, tx, row.ID, why, tx.Now.Add(jittered(afterFailures(row.Failures+1)))); err != nil {
			return err
		}
		if row.NotifiedAt != nil || row.FailingSince == nil || tx.Now.Sub(*row.FailingSince) < notifyAfter {
			return nil
		}
		if err := markNotified(ctx, tx, row.ID); err != nil {
			return err
		}
		return s.notifications.Queue(ctx, tx, notification.Request{Kind: failing, SubjectID: row.ID, Each: true, To: notification.ByMail(row.SocialWorkerID)})
	})
}

// afterFailures returns the interval after so many failures in a row.
func afterFailures(n int) time.Duration { return min(maxSyncInterval, syncInterval<<min(n-1, 10)) }

// jittered varies intervals, so that calendars that were added together are not always
// fetched together.
func jittered(d time.Duration) time.Duration { return d + rand.N(d/4) }

// failing is the kind of notification of a calendar that has failed for days: the name of
// its text.
const failing = "calendar_failing"

// fill names the calendar that fails, unless it no longer does.
func (s *Service) fill(ctx context.Context, tx postgres.Tx, n notification.Notification) (content notification.Content, verdict notification.Verdict, err error) {
	row, err := readSubscription(ctx, tx, n.SubjectID)
	if errors.Is(err, errNoSubscription) || err == nil && (row.FailingSince == nil || row.Paused) {
		return content, notification.Verdict{Drop: notification.Stale}, nil
	}
	if err != nil {
		return content, verdict, err
	}
	known, err := s.accounts.People.Reachable(ctx, tx, []uuid.UUID{n.AccountID})
	if err != nil {
		return content, verdict, err
	}
	person, found := known[n.AccountID]
	if !found {
		return content, notification.Verdict{Drop: notification.Unwanted}, nil
	}
	return notification.Content{To: person.Email, Data: struct{ FirstName, Name, Since, Why string }{
		FirstName: person.FirstName, Name: row.Name, Since: web.Day(row.FailingSince.In(person.Zone)), Why: row.Failure.Label(),
	}}, verdict, nil
}

// Label is the failure on pages, with what to do about it.
func (f Failure) Label() string {
	switch f {
	case FailureAddress:
		return "Cette adresse mène à un réseau privé, ou n’est pas celle d’un agenda sur internet. Copiez l’adresse publique ou secrète au format iCal."
	case FailureUnknown:
		return "Aucun serveur ne porte ce nom. Vérifiez l’adresse : il en manque peut-être une partie."
	case FailureUnreachable:
		return "Le serveur de cet agenda ne répond pas. Nous réessayons ; vous n’avez rien à faire."
	case FailureCertificate:
		return "Le serveur de cet agenda ne prouve pas son identité : son certificat n’est pas valable. Demandez à qui l’héberge."
	case FailureGone:
		return "Le lien ne marche plus : il a été renouvelé ou retiré. Copiez la nouvelle adresse, supprimez cet agenda et ajoutez-le de nouveau."
	case FailureRedirects:
		return "Cette adresse renvoie sans fin d’une page à l’autre. Copiez l’adresse directe de l’agenda."
	case FailureTooLarge:
		return "Cet agenda est trop volumineux. Partagez un agenda plus petit, ou seulement vos disponibilités."
	case FailureTooSlow:
		return "Cet agenda met trop de temps à arriver. Nous réessayons ; vous n’avez rien à faire."
	case FailureNotCalendar:
		return "Ce qui se trouve à cette adresse n’est pas un agenda au format iCal. Copiez l’adresse qui finit le plus souvent par .ics, pas celle de la page."
	case FailureTooComplex:
		return "Cet agenda contient des répétitions que nous ne pouvons pas calculer. Simplifiez-les, ou partagez un autre agenda."
	}
	return ""
}

package worker

import (
	"context"
	"fmt"
	"slices"
	"time"

	"socialdirect/account/people"
	"socialdirect/booking/appointment"
	"socialdirect/internal/fault"
	"socialdirect/internal/jobs"
	outgoing "socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// The notices about credentials: the names of their texts.
const (
	noticeEnding    = "credential_ending"
	noticeSubmitted = "credential_submitted"
	noticeConfirmed = "credential_confirmed"
	noticeWithdrawn = "credential_withdrawn"
)

// noticeSteps are how many days before a last day its end is announced; stepOver
// is the announcement that it is past.
var noticeSteps = []int{7, 30, 60}

const stepOver = -1

// stepFor is the announcement that is due: the nearest one, so that what was
// recorded late is announced once and not three times.
func stepFor(c Cover, today time.Time) (step int, due bool) {
	if c.Until.IsZero() {
		return 0, false
	}
	if !c.Valid {
		return stepOver, true
	}
	for _, step := range noticeSteps {
		if !c.Until.After(today.AddDate(0, 0, step)) {
			return step, true
		}
	}
	return 0, false
}

// Watched lists the workers whose credentials the administration has something to
// see to: missing, past, ending soon, or submitted by the worker.
func (s *Service) Watched(ctx context.Context, v *viewer.Viewer) ([]Standing, error) {
	if err := viewer.Require(v, viewer.Administrator); err != nil {
		return nil, err
	}
	rows, err := readEveryWorker(ctx, s.db.Pool)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, row := range rows {
		ids[i] = row.AccountID
	}
	people, err := s.accounts.People.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	all, err := ReadCredentials(ctx, s.db.Pool, ids...)
	var watched []Standing
	for _, row := range rows {
		own := slices.DeleteFunc(slices.Clone(all), func(c Credential) bool { return c.SocialWorkerID != row.AccountID })
		st := standingOf(own, row.Zone(), s.db.Now())
		st.Worker = row.sheet(people[row.AccountID], nil)
		if st.Worker.Active && st.Watched() {
			watched = append(watched, st)
		}
	}
	slices.SortFunc(watched, func(a, b Standing) int { return CompareNames(a.Worker.Person, b.Worker.Person) })
	return watched, err
}

// AnnounceEnds sends the announcements that are due, each once, whatever instance
// or restart asks again.
func (s *Service) AnnounceEnds(ctx context.Context) error {
	workers, err := readEveryWorker(ctx, s.db.Pool)
	if err != nil {
		return err
	}
	for _, row := range workers {
		if err := s.db.InTx(ctx, func(tx postgres.Tx) error { return s.announce(ctx, tx, row) }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) announce(ctx context.Context, tx postgres.Tx, row Row) error {
	active, err := s.accounts.People.Active(ctx, tx, row.AccountID)
	if err != nil || !active {
		return err
	}
	all, err := ReadCredentials(ctx, tx, row.AccountID)
	if err != nil {
		return err
	}
	st := standingOf(all, row.Zone(), tx.Now)
	for _, c := range st.Covers {
		step, due := stepFor(c, st.Today)
		if !due {
			continue
		}
		if first, err := markNotice(ctx, tx, row.AccountID, c, step); err != nil || !first {
			if err != nil {
				return err
			}
			continue
		}
		args := credentialNoticeArgs{SocialWorkerID: row.AccountID, Notice: noticeEnding, Credential: c.Kind, Until: c.Until.Format(time.DateOnly)}
		if err := s.tellAdministrators(ctx, tx, args); err != nil {
			return err
		}
		args.AccountID = row.AccountID
		if err := s.enqueueCredentialNotice(ctx, tx, args); err != nil {
			return err
		}
	}
	return nil
}

// credentialNoticeArgs is the job that tells one person of a worker's credentials.
type credentialNoticeArgs struct {
	AccountID      uuid.UUID      `json:"account_id"`
	SocialWorkerID uuid.UUID      `json:"social_worker_id"`
	Notice         string         `json:"notice"`
	Credential     CredentialKind `json:"credential"`
	Until          string         `json:"until,omitempty"`
}

// Kind names the job.
func (credentialNoticeArgs) Kind() string { return "credential_notice" }

// InsertOpts has what is more pressing come first.
func (credentialNoticeArgs) InsertOpts() river.InsertOpts { return jobs.ByMail(jobs.Aside) }

func (s *Service) enqueueCredentialNotice(ctx context.Context, tx postgres.Tx, args credentialNoticeArgs) error {
	return s.queue.Add(ctx, tx, args, nil)
}

func (s *Service) tellAdministrators(ctx context.Context, tx postgres.Tx, args credentialNoticeArgs) error {
	administrators, err := s.accounts.People.Administrators(ctx, tx)
	if err != nil {
		return err
	}
	for _, args.AccountID = range administrators {
		if err := s.enqueueCredentialNotice(ctx, tx, args); err != nil {
			return err
		}
	}
	return nil
}

// NoticeWorker sends the notices about credentials.
type NoticeWorker struct {
	jobs.MessageDefaults[credentialNoticeArgs]
	workers *Service
	notices *web.Notices
	sender  *outgoing.Sender
	base    string
}

// NewNoticeWorker returns the worker that River runs.
func NewNoticeWorker(workers *Service, notices *web.Notices, sender *outgoing.Sender, pages appointment.Links) *NoticeWorker {
	return &NoticeWorker{workers: workers, notices: notices, sender: sender, base: pages.Base}
}

// credentialLetter is what the texts of these notices name.
type credentialLetter struct {
	FirstName string
	Worker    string // empty for the worker's own letter
	What      string
	Until     time.Time
	Over      bool
	Page      string
	Beyond    []string // the hours that are booked beyond the end
}

// Work sends one notice, unless the end that it tells of has moved since.
func (w *NoticeWorker) Work(ctx context.Context, job *river.Job[credentialNoticeArgs]) error {
	person, err := w.workers.accounts.People.Person(ctx, job.Args.AccountID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil || person.Email == "" || !person.Active {
		return err
	}
	letter, holds, err := w.letter(ctx, person, job.Args)
	if err != nil || !holds {
		return err
	}
	subject, text, err := w.notices.Write(job.Args.Notice, letter)
	if err != nil {
		return err
	}
	err = w.sender.Send(ctx, outgoing.Message{ID: fmt.Sprintf("credential-%d", job.ID), To: person.Email, Subject: subject, Text: text})
	return jobs.SettleOne(ctx, job.JobRow, err)
}

func (w *NoticeWorker) letter(ctx context.Context, person people.Person, args credentialNoticeArgs) (letter credentialLetter, holds bool, err error) {
	st, err := w.workers.Standing(ctx, &viewer.Viewer{ID: person.ID, Role: person.Role}, args.SocialWorkerID)
	if err != nil {
		return letter, false, ignoreForbidden(err)
	}
	cover := st.Covers[slices.Index(CredentialKinds, args.Credential)]
	if args.Notice == noticeEnding && cover.Until.Format(time.DateOnly) != args.Until {
		return letter, false, nil
	}
	letter = credentialLetter{FirstName: person.FirstName, What: args.Credential.Label(), Until: cover.Until, Over: !cover.Valid, Page: w.base + "/profil/fiche"}
	for _, a := range st.Beyond {
		letter.Beyond = append(letter.Beyond, web.DayHour(a.StartsAt))
	}
	if person.ID != args.SocialWorkerID {
		about, err := w.workers.accounts.People.Person(ctx, args.SocialWorkerID)
		if err != nil {
			return letter, false, err
		}
		letter.Worker, letter.Page = about.Name(), w.base+"/administration/assistants/"+about.ID.String()
	}
	return letter, true, nil
}

// ignoreForbidden: who lost the role in the meantime is told nothing.
func ignoreForbidden(err error) error {
	if fault.Is(err, fault.Forbidden) {
		return nil
	}
	return err
}

// endsEvery is how often ends are looked for.
const endsEvery = time.Hour

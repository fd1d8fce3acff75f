package worker

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"socialdirect/internal/jobs"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"
	"socialdirect/notification"
	"socialdirect/web"

	"github.com/google/uuid"
)

// The kinds of notification about credentials: the names of their texts.
const (
	kindEnding    = "credential_ending"
	kindSubmitted = "credential_submitted"
	kindConfirmed = "credential_confirmed"
	kindWithdrawn = "credential_withdrawn"
)

// announceSteps are how many days before the last day its end is announced; stepOver is the
// announcement after it.
var announceSteps = []int{7, 30, 60}

const stepOver = -1

// stepFor returns the announcement that is due: only the latest one, so that a credential
// that was recorded late is announced once and not three times.
func stepFor(c Cover, today time.Time) (step int, due bool) {
	if c.Until.IsZero() {
		return 0, false
	}
	if !c.Valid {
		return stepOver, true
	}
	for _, step := range announceSteps {
		if !c.Until.After(today.AddDate(0, 0, step)) {
			return step, true
		}
	}
	return 0, false
}

// Watched lists the workers whose credentials need the administration: missing, past, ending
// soon, or submitted by the worker.
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

// AnnounceEnds queues the announcements that are due, each once, however often it runs.
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
		if first, err := markAnnounced(ctx, tx, row.AccountID, c, step); err != nil || !first {
			if err != nil {
				return err
			}
			continue
		}
		ending := details{Credential: c.Kind, Until: c.Until.Format(time.DateOnly)}
		if err := s.notifyAdministrators(ctx, tx, kindEnding, row.AccountID, ending); err != nil {
			return err
		}
		if err := s.notify(ctx, tx, kindEnding, row.AccountID, ending, row.AccountID); err != nil {
			return err
		}
	}
	return nil
}

// details are the stored parameters of a notification, in addition to the worker.
type details struct {
	Credential CredentialKind `json:"credential"`
	Until      string         `json:"until,omitempty"` // of kindEnding, the end that it announces
}

// topic lets workers and administrators stop these notifications.
var topic = notification.Topic{
	Name: "credentials", Label: "les justificatifs des fiches, reçus, vérifiés ou qui se terminent", Roles: []viewer.Role{viewer.SocialWorker, viewer.Administrator},
}

// kinds are the notifications of this package. They have the lowest priority.
func (s *Service) kinds() (kinds []notification.Kind) {
	for _, name := range []string{kindEnding, kindSubmitted, kindConfirmed, kindWithdrawn} {
		kinds = append(kinds, notification.Kind{Name: name, Priority: jobs.Aside, Fill: s.fill, Topic: &topic})
	}
	return kinds
}

// notify queues a mail to people about a worker's credential.
func (s *Service) notify(ctx context.Context, tx postgres.Tx, kind string, worker uuid.UUID, d details, people ...uuid.UUID) error {
	return s.notifications.Queue(ctx, tx, notification.Request{Kind: kind, SubjectID: worker, Each: true, Details: d, To: notification.ByMail(people...)})
}

func (s *Service) notifyAdministrators(ctx context.Context, tx postgres.Tx, kind string, worker uuid.UUID, d details) error {
	administrators, err := s.accounts.People.Administrators(ctx, tx)
	if err != nil {
		return err
	}
	return s.notify(ctx, tx, kind, worker, d, administrators...)
}

// credentialLetter is the data of the texts of these notifications.
type credentialLetter struct {
	FirstName string
	Worker    string // empty in the worker's own mail
	What      string
	Until     time.Time
	Over      bool
	Page      string
	Beyond    []string // the appointments after the end
}

// fill returns the content of a notification. It drops one whose announced end has changed, or
// whose recipient may no longer see the sheet.
func (s *Service) fill(ctx context.Context, tx postgres.Tx, n notification.Notification) (content notification.Content, verdict notification.Verdict, err error) {
	var d details
	if err := json.Unmarshal(n.Details, &d); err != nil {
		return content, verdict, err
	}
	known, err := s.accounts.People.Reachable(ctx, tx, []uuid.UUID{n.AccountID, n.SubjectID})
	if err != nil {
		return content, verdict, err
	}
	person := known[n.AccountID]
	if !person.Active || mayEdit(&viewer.Viewer{ID: person.ID, Role: person.Role, Complete: true}, n.SubjectID) != nil {
		return content, notification.Verdict{Drop: notification.Unwanted}, nil
	}
	st, err := s.standing(ctx, tx, n.SubjectID, tx.Now)
	if err != nil {
		return content, verdict, err
	}
	cover := st.Covers[slices.Index(credentialKinds, d.Credential)]
	if n.Kind == kindEnding && cover.Until.Format(time.DateOnly) != d.Until {
		return content, notification.Verdict{Drop: notification.Stale}, nil
	}
	letter := credentialLetter{FirstName: person.FirstName, What: d.Credential.Label(), Until: cover.Until, Over: !cover.Valid, Page: s.base + "/profil/fiche"}
	for _, a := range st.Beyond {
		letter.Beyond = append(letter.Beyond, web.DayHour(a.StartsAt))
	}
	if person.ID != n.SubjectID {
		letter.Worker, letter.Page = known[n.SubjectID].Name(), s.base+"/administration/assistants/"+n.SubjectID.String()
	}
	return notification.Content{To: person.Email, Data: letter}, verdict, nil
}

// endsEvery is the interval of AnnounceEnds.
const endsEvery = time.Hour

package account

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"slices"
	"time"

	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/internal/viewer"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// IssueValidation makes the link that the mail would hold.
func (s *Service) IssueValidation(ctx context.Context, id uuid.UUID) (string, error) {
	return s.issueToken(ctx, id, purposeValidation)
}

// IssueInvitation makes the link that the mail would hold.
func (s *Service) IssueInvitation(ctx context.Context, id uuid.UUID) (string, error) {
	return s.issueToken(ctx, id, purposeInvitation)
}

// IssueReset makes the link that the mail would hold.
func (s *Service) IssueReset(ctx context.Context, id uuid.UUID) (string, error) {
	return s.issueToken(ctx, id, purposePassword)
}

// SecretOf is what the application of somebody's phone holds, enrolled or about to.
func (s *Service) SecretOf(ctx context.Context, v *viewer.Viewer) (secret string, err error) {
	if enrolment, err := s.Enrol(ctx, v); err == nil {
		return enrolment.Secret, nil
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := lockTOTP(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		raw, err := s.vault.Unseal(ctx, tx, v.ID, aboutTOTP, row.SealedSecret)
		secret = base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
		return err
	})
	return secret, err
}

// Letter is a mail as a test reads it.
type Letter struct {
	To, Notice, Token string
	Links             []string // of those who wait with an address
}

// Deliver makes the mails that a job sends, and counts them.
func (s *Service) Deliver(ctx context.Context, job []byte) ([]Letter, error) {
	var args noticeArgs
	if err := json.Unmarshal(job, &args); err != nil {
		return nil, err
	}
	due, err := s.due(ctx, args, 1)
	return asLetters(due), err
}

func asLetters(made []letter) (all []Letter) {
	for _, l := range made {
		read := Letter{To: l.to, Notice: l.notice, Token: l.Token}
		for _, line := range l.Waiting {
			read.Links = append(read.Links, line.Token)
		}
		all = append(all, read)
	}
	return all
}

// Letters makes the mails of a notice.
func (s *Service) Letters(ctx context.Context, id uuid.UUID, notice string) ([]Letter, error) {
	person, err := s.Person(ctx, id)
	if err != nil {
		return nil, err
	}
	made, err := s.letters(ctx, person, notice)
	return asLetters(made), err
}

// HashingWaits is how many wait for a place.
func (s *Service) HashingWaits() (n int) {
	for i := range s.passwords.lines {
		n += int(s.passwords.lines[i].waiting.Load())
	}
	return n
}

// PasswordProblem is all that may be wrong with a password.
func PasswordProblem(password string, about ...string) string {
	if problem := plainProblem(password); problem != "" {
		return problem
	}
	return guessProblem(password, about)
}

// HashesWaiting is how many may wait.
const HashesWaiting = hashesWaiting

// FreeTries is how many tries cost nothing.
const FreeTries = freeTries

// MaxWaiting is how many wait for the proof of one address.
const MaxWaiting = maxWaiting

// MaxDelay is the longest wait.
const MaxDelay = maxDelay

// Networks are what tries from a place are counted for.
func Networks(place string) (names []string) {
	for _, n := range networks(place) {
		names = append(names, n.name)
	}
	return names
}

// CommonPasswords are the commonest ones, in order.
func CommonPasswords() []string {
	var words []string
	for word := range common {
		words = append(words, word)
	}
	slices.Sort(words)
	return words
}

// SendTexts works every waiting job that sends an SMS, once, and takes it off the
// queue when it is done.
func (s *Service) SendTexts(ctx context.Context, sender sms.Sender) error {
	notices, err := web.NewNotices("https://rdv.exemple.fr", web.Phone{})
	if err != nil {
		return err
	}
	rows, err := s.db.Pool.Query(ctx, `select id, args from river_job where kind = 'account_text' order by id`)
	if err != nil {
		return err
	}
	waiting := map[int64]textArgs{}
	for rows.Next() {
		var id int64
		var args []byte
		if err := rows.Scan(&id, &args); err != nil {
			return err
		}
		var decoded textArgs
		if err := json.Unmarshal(args, &decoded); err != nil {
			return err
		}
		waiting[id] = decoded
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for id, args := range waiting {
		job := &river.Job[textArgs]{JobRow: &rivertype.JobRow{ID: id}, Args: args}
		if err := NewTextWorker(s, notices, sender).Work(ctx, job); err != nil {
			return err
		}
		if _, err := s.db.Pool.Exec(ctx, `delete from river_job where id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}

// The bounds of what strangers cause (R47).
const (
	MailsOfKindInHour = mailsOfKindInHour
	MailsOfKindInDay  = mailsOfKindInDay
	MailsInHour       = mailsInHour
	MailsInDay        = mailsInDay
	SignUpsFromPlace  = signUpsFromPlace
	SignUpsInAll      = signUpsInAll
	CodesFromPlace    = codesFromPlace
)

// Refuses reports whether sign-up is refused to an address or a number.
func (s *Service) Refuses(ctx context.Context, email, mobile string) (bool, error) {
	return s.refused(ctx, s.db.Pool, email, mobile)
}

// What is sent by SMS in a day at most: codes that prove a number, to one number and
// for one account, and links to one number.
const (
	ProofsByNumber  = proofsByNumber
	ProofsByAccount = proofsByAccount
	LinksByNumber   = linksByNumber
)

// CountSignUp counts a sign-up from a place.
func (s *Service) CountSignUp(ctx context.Context, place string) error {
	return s.spend(ctx, tooManySignUps, append(signUpsFrom(place), signUpsOfAll(place)...)...)
}

// HashingPlaces are how many passwords may be hashed at once for each lane and those
// before it.
func (s *Service) HashingPlaces() (places [lanes]int) {
	for i := range places {
		places[i] = cap(s.passwords.lines[i].slots)
	}
	return places
}

// HashWithin bounds how long somebody waits for a place.
func (s *Service) HashWithin(wait time.Duration) { s.passwords.patience = wait }

// OccupySignUps takes the places of sign-ups, and OccupySignIns those that are left to
// sign-ins beside them.
func (s *Service) OccupySignUps(ctx context.Context) (free func(), err error) {
	return s.occupy(ctx, forSignUp, cap(s.passwords.lines[forSignUp].slots))
}

// OccupySignIns does so.
func (s *Service) OccupySignIns(ctx context.Context) (free func(), err error) {
	return s.occupy(ctx, forSignIn, 1)
}

// OccupyHashing takes every place where passwords are hashed.
func (s *Service) OccupyHashing(ctx context.Context) (free func(), err error) {
	return s.occupy(ctx, forKnown, cap(s.passwords.lines[forKnown].slots))
}

func (s *Service) occupy(ctx context.Context, l lane, n int) (free func(), err error) {
	var leaves []func()
	for range n {
		leave, err := s.passwords.turn(ctx, l)
		if err != nil {
			return nil, err
		}
		leaves = append(leaves, leave)
	}
	return func() {
		for _, leave := range leaves {
			leave()
		}
	}, nil
}

// CheckMoving reports whether a link still moves an account.
func (s *Service) CheckMoving(ctx context.Context, token string) error {
	_, err := s.Moving(ctx, token)
	return err
}

package account

import (
	"context"
	"encoding/base32"
	"encoding/json"
	"slices"

	"socialdirect/internal/sms"
	"socialdirect/web"

	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/alexedwards/argon2id"
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
type Letter struct{ To, Notice, Token string }

// Letters makes the mails of a notice.
func (s *Service) Letters(ctx context.Context, id uuid.UUID, notice string) ([]Letter, error) {
	person, err := s.Person(ctx, id)
	if err != nil {
		return nil, err
	}
	made, err := s.letters(ctx, person, notice)
	var all []Letter
	for _, l := range made {
		all = append(all, Letter{l.to, l.notice, l.Token})
	}
	return all, err
}

// CheapHashes has passwords hashed for next to nothing, for tests of what
// surrounds the hashing; those hashed before still take their time.
func (s *Service) CheapHashes() error {
	cheap, err := newHasher(&argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	s.passwords = cheap
	return err
}

// OccupyHashing takes every place where passwords are hashed.
func (s *Service) OccupyHashing(ctx context.Context) (free func(), err error) {
	var leaves []func()
	for range hashesAtOnce {
		leave, err := s.passwords.turn(ctx)
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

// HashingWaits is how many wait for a place.
func (s *Service) HashingWaits() int { return int(s.passwords.waiting.Load()) }

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

// SignUpLetters is signUpLetters.
const SignUpLetters = signUpLetters

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

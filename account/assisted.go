package account

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/account/smscode"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Assisted is what a person says on the phone to be signed up (R4). The operator
// types it and nothing more: the password, the declaration of age and the
// acceptance of the texts are the person's own.
type Assisted struct {
	Code      string // the connection code as typed
	FirstName string
	LastName  string
	Email     string // empty for somebody without an address
	Mobile    string // E.164
	// DespiteDoubles says that the operator saw the likely doubles and that this is
	// somebody else.
	DespiteDoubles bool
	// EmailConfirmed says that the person was told of their client's own address, and
	// keeps it.
	EmailConfirmed bool
}

// The faults of assisted sign-up. Only a switchboard operator, signed in, meets
// them: they tell what no public page does (R5).
var (
	ErrKnown    = fault.New(fault.Invalid, "Un compte a déjà cette adresse e-mail. La personne peut se connecter, ou demander un autre mot de passe.")
	ErrTaken    = fault.New(fault.Invalid, "Un compte sans adresse e-mail a déjà ce numéro. La personne peut se connecter avec un code reçu par SMS.")
	ErrDoubles  = fault.New(fault.Invalid, "Un compte ressemble à celui-ci. Vérifiez avec la personne, puis cochez la case si c’est quelqu’un d’autre.")
	ErrRefused  = fault.New(fault.Invalid, "L’administration n’ouvre plus de compte avec cette adresse ou ce numéro. Transmettez-lui la demande.")
	ErrFinished = fault.New(fault.Conflict, "Cette personne a déjà ouvert son compte : elle n’a plus besoin du lien.")
)

// Assist opens an account for somebody on the phone, by a switchboard operator,
// and sends them the link with which they go on alone: by mail, or by SMS to
// somebody without an address. The connection code counts as it does at sign-up.
//
// It fails with company.ErrCode, ErrRefused, ErrKnown, ErrTaken, ErrNoSMS, with ErrDoubles
// until the operator says that the likely doubles are somebody else, and with
// ErrWorkAddress until they say that the person keeps an address of the client's own.
func (s *Service) Assist(ctx context.Context, v *viewer.Viewer, in Assisted) (uuid.UUID, error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return uuid.Nil, err
	}
	if in.Email == "" && !s.People.Texts() {
		return uuid.Nil, smscode.ErrNoSMS
	}
	// Its refusals tell what a comparison does, and are bounded and journaled as one.
	if _, err := s.LikelyDoubles(ctx, v, in.probe()); err != nil {
		return uuid.Nil, err
	}
	own, err := s.WorkAddress(ctx, v, in.Code, in.Email)
	if err != nil {
		return uuid.Nil, err
	}
	if own && !in.EmailConfirmed {
		return uuid.Nil, people.ErrWorkAddress
	}
	var id uuid.UUID
	err = s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if id, err = s.insertAssisted(ctx, tx, in); err != nil {
			return err
		}
		if err := insertAssistance(ctx, tx, id, v.ID); err != nil {
			return err
		}
		if err := s.sendLink(ctx, tx, id, in.Email, in.Mobile); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.assisted", SubjectID: id})
	})
	return id, err
}

func (s *Service) insertAssisted(ctx context.Context, tx postgres.Tx, in Assisted) (uuid.UUID, error) {
	code, err := s.companies.Redeem(ctx, tx, in.Code)
	if err != nil {
		return uuid.Nil, err
	}
	refused, err := s.refused(ctx, tx, in.Email, in.Mobile)
	if err != nil {
		return uuid.Nil, err
	}
	if refused {
		return uuid.Nil, ErrRefused
	}
	doubles, err := readDoubles(ctx, tx, in.probe(), uuid.Nil)
	if err != nil {
		return uuid.Nil, err
	}
	id, known, err := people.Insert(ctx, tx, people.NewAccount{
		Role: viewer.Beneficiary, Email: in.Email, FirstName: in.FirstName, LastName: in.LastName,
		Mobile: in.Mobile, ClientID: code.ClientID, CodeID: code.CodeID, Zone: zoneOf(in.Mobile),
	})
	switch {
	case err != nil:
		return uuid.Nil, err
	case known && in.Email != "":
		return uuid.Nil, ErrKnown
	case known:
		return uuid.Nil, ErrTaken
	case len(doubles) > 0 && !in.DespiteDoubles:
		return uuid.Nil, ErrDoubles
	}
	return id, s.vault.Create(ctx, tx, id)
}

func (in Assisted) probe() Probe {
	return Probe{FirstName: in.FirstName, LastName: in.LastName, Email: in.Email, Mobile: in.Mobile}
}

// linksByNumber is how many links go to one number in a day: it may be a stranger's,
// heard wrong on the phone (R47).
const linksByNumber = 5

const tooManyLinks = "Trop de liens sont partis à ce numéro aujourd’hui. Vérifiez-le avec la personne, ou recommencez demain."

// sendLink sends the link by mail, or by SMS to somebody without an address; Throttled
// after too many SMS to the number.
func (s *Service) sendLink(ctx context.Context, tx postgres.Tx, id uuid.UUID, email, mobile string) error {
	if email != "" {
		return s.Outbox.SendOnce(ctx, tx, id, outbox.Assisted)
	}
	refused, err := s.Limits.SpendIn(ctx, tx, tooManyLinks, limit.Quota{Kind: "link-number", Value: mobile, Most: linksByNumber, Window: 24 * time.Hour})
	if err := errors.Join(refused, err); err != nil {
		return err
	}
	return s.Outbox.SendText(ctx, tx, outbox.SMS{AccountID: id, Text: outbox.TextInvitation})
}

// ResendLink sends the link again to somebody whom the viewer signed up and who
// has not opened their account: NotFound for anybody else's, ErrFinished after.
func (s *Service) ResendLink(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		row, err := lockAssisted(ctx, tx, v.ID, id)
		if postgres.NoRows(err) {
			return fault.New(fault.NotFound, "Ce compte n’est pas un de ceux que vous avez ouverts.")
		}
		if err != nil {
			return err
		}
		if row.progress() != LinkSent {
			return ErrFinished
		}
		if row.Email == "" && !s.People.Texts() {
			return smscode.ErrNoSMS
		}
		if err := s.Limits.SpendInvitation(ctx, tx, row.Email); err != nil {
			return err
		}
		if err := s.sendLink(ctx, tx, id, row.Email, row.Mobile); err != nil {
			return err
		}
		if err := noteLinkSent(ctx, tx, id); err != nil {
			return err
		}
		return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.link_resent", SubjectID: id})
	})
}

// Progress is how far somebody signed up by phone has come.
type Progress string

// The steps, in order.
const (
	LinkSent Progress = "sent"   // the link was not followed yet
	Opened   Progress = "opened" // followed; age and texts are still to come
	Finished Progress = "finished"
)

// Assistance is an account that an operator opened, with what they may see of it:
// who it is and how far it has come, nothing of what the person does with it.
type Assistance struct {
	ID        uuid.UUID
	Name      string
	Mobile    string // masked
	ByText    bool   // the link went by SMS
	CreatedAt time.Time
	Progress  Progress
}

// assistancesShown bounds the list.
const assistancesShown = 30

// Assistances are the accounts that the viewer opened, latest first.
func (s *Service) Assistances(ctx context.Context, v *viewer.Viewer) ([]Assistance, error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return nil, err
	}
	rows, err := readAssisted(ctx, s.db.Pool, v.ID, assistancesShown)
	all := make([]Assistance, len(rows))
	for i, row := range rows {
		person := people.Person{FirstName: row.FirstName, LastName: row.LastName}
		all[i] = Assistance{
			ID: row.ID, Name: person.Name(), Mobile: people.MaskMobile(row.Mobile), ByText: row.Email == "",
			CreatedAt: row.CreatedAt, Progress: row.progress(),
		}
	}
	return all, err
}

// Probe is what is known of somebody who may have an account already. Empty
// fields find nothing.
type Probe struct{ FirstName, LastName, Email, Mobile string }

// Likeness is why an account may be the same person's.
type Likeness string

// The likenesses, the strongest first.
const (
	SameEmail         Likeness = "email" // but for case and dots
	SameNameAndMobile Likeness = "name_and_mobile"
	SameMobile        Likeness = "mobile"
)

// Double is an account that may be the same person's: enough to ask about it on
// the phone, no more.
type Double struct {
	ID       uuid.UUID
	Name     string
	Mobile   string // masked
	Likeness Likeness
}

// resultsShown bounds what one search or comparison shows.
const resultsShown = 5

// How often an operator may search or compare.
const (
	searchesAllowed = 60
	searchWindow    = 10 * time.Minute
)

const tooManySearches = "Cela fait beaucoup de recherches en peu de temps."

func (s *Service) spendSearch(ctx context.Context, v *viewer.Viewer) error {
	return s.Limits.Spend(ctx, tooManySearches, limit.Quota{Kind: "search", Value: v.ID.String(), Most: searchesAllowed, Window: searchWindow})
}

// LikelyDoubles lists the beneficiaries' accounts that may be the same person's
// (R5), for the switchboard and the administration alone; Throttled after too
// many. Whom it shows is journaled.
func (s *Service) LikelyDoubles(ctx context.Context, v *viewer.Viewer, p Probe) ([]Double, error) {
	if v == nil || v.Role != viewer.Switchboard && v.Role != viewer.Administrator {
		return nil, viewer.Denied(viewer.Switchboard)
	}
	if err := s.spendSearch(ctx, v); err != nil {
		return nil, err
	}
	var found []Double
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if found, err = readDoubles(ctx, tx, p, uuid.Nil); err != nil {
			return err
		}
		found, err = s.showFound(ctx, tx, v, found)
		return err
	})
	return found, err
}

// minSearch keeps a search from listing everybody.
const minSearch = 3

// ErrSearch says that a search is too short to mean somebody.
var ErrSearch = fault.New(fault.Invalid, "Écrivez au moins trois lettres du nom, ou le numéro de portable entier, ou l’adresse e-mail entière.")

// Search finds beneficiaries by the beginning of a name, by a whole mobile number
// or by a whole address, for a switchboard operator; ErrSearch when it says too
// little, Throttled after too many. At most resultsShown are shown, fewer where the day
// has room for no more (R47), and journaled; more reports that there are others.
func (s *Service) Search(ctx context.Context, v *viewer.Viewer, words, mobile string) (found []Double, more bool, err error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return nil, false, err
	}
	words = strings.TrimSpace(words)
	letters := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, words)
	if mobile == "" && utf8.RuneCountInString(letters) < minSearch {
		return nil, false, ErrSearch
	}
	if err := s.spendSearch(ctx, v); err != nil {
		return nil, false, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if found, err = searchBeneficiaries(ctx, tx, words, mobile, resultsShown+1); err != nil {
			return err
		}
		matches := len(found)
		if found, err = s.showFound(ctx, tx, v, found[:min(len(found), resultsShown)]); err != nil {
			return err
		}
		more = matches > len(found)
		return nil
	})
	return found, more, err
}

// noteShown journals whom an operator was shown (R39).
func noteShown(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, shown []Double) error {
	for _, double := range shown {
		if err := audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "account.looked_up", SubjectID: double.ID}); err != nil {
			return err
		}
	}
	return nil
}

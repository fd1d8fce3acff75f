package signup

import (
	"context"
	"errors"
	"time"

	"socialdirect/account/limit"
	"socialdirect/account/lookup"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/account/smscode"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Assisted is what a person says on the phone to be signed up (R4). The switchboard agent
// types nothing else: the person alone chooses the password, declares their age and accepts
// the texts.
type Assisted struct {
	Code      string // the connection code as typed
	FirstName string
	LastName  string
	Email     string // empty for somebody without an address
	Mobile    string // E.164
	// DespiteDoubles says that the agent saw the likely doubles and confirms that this is
	// another person.
	DespiteDoubles bool
	// EmailConfirmed says that the person was warned that their e-mail address is at their
	// client's domain, and keeps it.
	EmailConfirmed bool
}

// The faults of assisted sign-up. They reveal who has an account, so only switchboard
// agents get them (R5).
var (
	ErrKnown    = fault.New(fault.Invalid, "Un compte a déjà cette adresse e-mail. La personne peut se connecter, ou demander un autre mot de passe.")
	ErrTaken    = fault.New(fault.Invalid, "Un compte sans adresse e-mail a déjà ce numéro. La personne peut se connecter avec un code reçu par SMS.")
	ErrDoubles  = fault.New(fault.Invalid, "Un compte ressemble à celui-ci. Vérifiez avec la personne, puis cochez la case si c’est quelqu’un d’autre.")
	ErrRefused  = fault.New(fault.Invalid, "L’administration n’ouvre plus de compte avec cette adresse ou ce numéro. Transmettez-lui la demande.")
	ErrFinished = fault.New(fault.Conflict, "Cette personne a déjà ouvert son compte : elle n’a plus besoin du lien.")
)

// Assist opens an account for a person on the phone, and sends them the link with which
// they continue alone: by mail, or by SMS to somebody without an e-mail address. The viewer
// must be a switchboard agent. The connection code counts as it does at sign-up.
//
// It fails with company.ErrCode, ErrRefused, ErrKnown, ErrTaken and smscode.ErrNoSMS; with
// ErrDoubles until the agent confirms that the likely doubles are other people; and with
// people.ErrWorkAddress until they confirm that the person keeps an address at the client's
// domain.
func (s *Service) Assist(ctx context.Context, v *viewer.Viewer, in Assisted) (uuid.UUID, error) {
	if err := viewer.Require(v, viewer.Switchboard); err != nil {
		return uuid.Nil, err
	}
	if in.Email == "" && !s.People.SMS {
		return uuid.Nil, smscode.ErrNoSMS
	}
	// A refusal reveals as much as a comparison, and is limited and journaled like one.
	if _, err := s.Lookups.LikelyDoubles(ctx, v, in.probe()); err != nil {
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
	doubles, err := lookup.ReadDoubles(ctx, tx, in.probe(), uuid.Nil)
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

func (in Assisted) probe() lookup.Probe {
	return lookup.Probe{FirstName: in.FirstName, LastName: in.LastName, Email: in.Email, Mobile: in.Mobile}
}

// linksByNumber is how many links are sent to one number in a day. The agent may have
// misheard it, so it may be a stranger's (R47).
const linksByNumber = 5

const tooManyLinks = "Trop de liens sont partis à ce numéro aujourd’hui. Vérifiez-le avec la personne, ou recommencez demain."

// sendLink sends the link by mail, or by SMS to somebody without an e-mail address. It
// fails with Throttled after too many SMS to the number.
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

// ResendLink sends the link again to a person whom the viewer signed up. It fails with
// NotFound for other accounts, and with ErrFinished once the person has opened it.
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
		if row.Email == "" && !s.People.SMS {
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
	LinkSent Progress = "sent"   // the link was not opened yet
	Opened   Progress = "opened" // the link was opened; the age and the texts are missing
	Finished Progress = "finished"
)

// Assistance is what a switchboard agent sees of an account that they opened: whose it is
// and how far the sign-up has come, but not what the person does with it.
type Assistance struct {
	ID        uuid.UUID
	Name      string
	Mobile    string // masked
	ByText    bool   // the link went by SMS
	CreatedAt time.Time
	Progress  Progress
}

// assistancesShown is the maximum length of the list.
const assistancesShown = 30

// Assistances lists the accounts that the viewer opened for others, latest first.
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

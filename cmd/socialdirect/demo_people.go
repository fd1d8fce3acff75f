package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"socialdirect/account/signup"

	"socialdirect/account/session"
	"socialdirect/company"
	"socialdirect/internal/embedded"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/pquerna/otp/totp"
)

// peopleFile keeps who the example people are; it is written last, so that where
// it exists they are all there.
const peopleFile = "people.json"

// demoPassword is everybody's.
const demoPassword = "Tilleul-phare-7-sucre"

// persona is somebody who can sign in.
type persona struct {
	Role       viewer.Role `json:"role"`
	Email      string      `json:"email"`
	Password   string      `json:"password"`
	TOTPSecret string      `json:"totp_secret,omitempty"`
}

// people is who the demo brings.
type people struct {
	ConnectionCode string    `json:"connection_code"`
	Accounts       []persona `json:"accounts"`
}

func (d *demonstration) readPeople() (people, error) {
	var p people
	content, err := os.ReadFile(d.path(peopleFile))
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(content, &p)
}

// makePeople brings the example people in through the front door: the same
// forms' acts, the same mails, the same codes as anybody.
func (d *demonstration) makePeople(ctx context.Context) error {
	d.platform.counting.Lock() // until the clients' made-up history is there
	defer d.platform.counting.Unlock()
	director, err := d.firstAdministrator(ctx)
	if err != nil {
		return err
	}
	made := people{Accounts: []persona{director.persona}}
	for i, c := range exampleClients {
		code, err := d.makeClient(ctx, director.viewer, c)
		if err != nil {
			return err
		}
		if i == 0 {
			made.ConnectionCode = code
		}
		if err := d.signUp(ctx, code, exampleBeneficiaries[i]); err != nil {
			return err
		}
		made.Accounts = append(made.Accounts, persona{Role: viewer.Beneficiary, Email: exampleBeneficiaries[i].Email, Password: demoPassword})
	}
	for _, w := range exampleWorkers {
		worker, err := d.makeWorker(ctx, director.viewer, w)
		if err != nil {
			return err
		}
		made.Accounts = append(made.Accounts, worker.persona)
	}
	office, err := d.makeOffice(ctx)
	if err != nil {
		return err
	}
	made.Accounts = append(made.Accounts, office...)
	operator, err := d.makeOperator(ctx)
	if err != nil {
		return err
	}
	made.Accounts = append(made.Accounts, operator.persona)
	if err := d.makeFigures(ctx, director.viewer); err != nil {
		return err
	}
	content, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(d.path(peopleFile), content)
}

// staff is a member of staff who has signed in.
type staff struct {
	persona
	viewer *viewer.Viewer
}

func (d *demonstration) firstAdministrator(ctx context.Context) (staff, error) {
	invitation := signup.Invitation{Role: viewer.Administrator, Email: "claire.morvan@socialdirect.example", FirstName: "Claire", LastName: "Morvan", Zone: "Europe/Paris"}
	token, _, err := d.platform.accounts.SignUps.InviteByHand(ctx, invitation)
	if err != nil {
		return staff{}, err
	}
	return d.enrol(ctx, viewer.Administrator, invitation.Email, token)
}

// enrol follows an invitation to its end: password, then second factor.
func (d *demonstration) enrol(ctx context.Context, role viewer.Role, email, token string) (staff, error) {
	accounts := d.platform.accounts
	in, err := accounts.SignUps.AcceptInvitation(ctx, token, demoPassword, session.Device{})
	if err != nil {
		return staff{}, err
	}
	half, err := accounts.Sessions.Authenticate(ctx, in.Token)
	if err != nil {
		return staff{}, err
	}
	enrolment, err := accounts.Factors.Enrol(ctx, half)
	if err != nil {
		return staff{}, err
	}
	if in, err = d.confirm(ctx, half, enrolment.Secret); err != nil {
		return staff{}, err
	}
	whole, err := accounts.Sessions.Authenticate(ctx, in.Token)
	return staff{persona{Role: role, Email: email, Password: demoPassword, TOTPSecret: enrolment.Secret}, whole}, err
}

// confirm gives the code of the period before, which is accepted and leaves the
// present one for whoever signs in next; another time when that period ended just
// then.
func (d *demonstration) confirm(ctx context.Context, half *viewer.Viewer, secret string) (in session.SignedIn, err error) {
	for range 2 {
		code, err := totp.GenerateCode(secret, time.Now().Add(-30*time.Second))
		if err != nil {
			return session.SignedIn{}, err
		}
		in, err = d.platform.accounts.Factors.ConfirmSecondFactor(ctx, half, code)
		if !fault.Is(err, fault.Invalid) {
			return in, err
		}
	}
	return in, errors.New("no code of the second factor was taken in time")
}

var exampleOperator = signup.Invitation{
	Role: viewer.Switchboard, Email: "standard@socialdirect.example", FirstName: "Yann", LastName: "Kerbrat", Zone: "Europe/Paris",
}

// makeOperator brings the switchboard's operator, invited as any staff is.
func (d *demonstration) makeOperator(ctx context.Context) (staff, error) {
	err := d.platform.db.InTx(ctx, func(tx postgres.Tx) error {
		_, _, err := d.platform.accounts.SignUps.Invite(ctx, tx, exampleOperator)
		return err
	})
	if err != nil {
		return staff{}, err
	}
	token, err := d.tokenFor(ctx, exampleOperator.Email)
	if err != nil {
		return staff{}, err
	}
	return d.enrol(ctx, exampleOperator.Role, exampleOperator.Email, token)
}

var exampleClients = []company.Client{
	{Name: "Chantiers du Ponant", Slug: "chantiers-du-ponant", MailDomains: []string{"chantiers-du-ponant.example"}},
	{Name: "Mutuelle des Estuaires", Slug: "mutuelle-des-estuaires"},
}

func (d *demonstration) makeClient(ctx context.Context, director *viewer.Viewer, c company.Client) (code string, err error) {
	c.StartsOn, c.EndsOn = firstContractDay(d.now()), closes
	id, err := d.platform.companies.At(d.platform.db.At(func() time.Time { return c.StartsOn })).Create(ctx, director, c)
	if err != nil {
		return "", err
	}
	issued, err := d.platform.companies.IssueCode(ctx, director, id, company.NewCode{ExpiresAt: c.EndsOn})
	return issued.Display(), err
}

// firstContractDay is the first day of the years that figures are made up for.
func firstContractDay(now time.Time) time.Time {
	return time.Date(now.UTC().Year()-exampleYears, 1, 1, 0, 0, 0, 0, time.UTC)
}

// renew sees that the example clients' contracts run, wherever the clock stands now.
func (d *demonstration) renew(ctx context.Context, director *viewer.Viewer) error {
	clients, err := d.platform.companies.Clients(ctx, director)
	if err != nil {
		return err
	}
	first := firstContractDay(d.now())
	for _, c := range clients {
		example := slices.ContainsFunc(exampleClients, func(e company.Client) bool { return e.Slug == c.Slug })
		if example && c.StartsOn.After(first) {
			c.StartsOn = first
			err = errors.Join(err, d.platform.companies.Edit(ctx, director, c))
		}
	}
	return err
}

var exampleBeneficiaries = []signup.SignUp{
	{Email: "zoe.vidal@exemple.fr", FirstName: "Zoé", LastName: "Vidal", Mobile: "+33612345678"},
	{Email: "paul.hoarau@exemple.re", FirstName: "Paul", LastName: "Hoarau", Mobile: "+262692123456"},
}

func (d *demonstration) signUp(ctx context.Context, code string, who signup.SignUp) error {
	who.Code, who.Password = code, demoPassword
	who.Declaration, who.Acceptance = signup.DeclarationWording, signup.AcceptanceWording
	if err := d.platform.accounts.SignUps.SignUp(ctx, who); err != nil {
		return err
	}
	token, err := d.tokenFor(ctx, who.Email)
	if err != nil {
		return err
	}
	if err := d.platform.accounts.SignUps.Validate(ctx, token); err != nil {
		return err
	}
	person, err := d.platform.accounts.People.ByEmail(ctx, who.Email)
	if err != nil {
		return err
	}
	return d.platform.accounts.ProveMobileByHand(ctx, person.ID)
}

var allReasons = []string{"money", "housing", "family", "caregiving", "disability", "retirement"}

// exampleOffice is the members of staff without a profile sheet; a client manager
// is the first client's.
var exampleOffice = []signup.Invitation{
	{Role: viewer.ClientManager, Email: "jeanne.kervella@ponant.example", FirstName: "Jeanne", LastName: "Kervella", Zone: "Europe/Paris"},
	{Role: viewer.DPO, Email: "hugo.lemaire@socialdirect.example", FirstName: "Hugo", LastName: "Lemaire", Zone: "Europe/Paris"},
}

func (d *demonstration) makeOffice(ctx context.Context) ([]persona, error) {
	client, err := d.platform.companies.BySlug(ctx, exampleClients[0].Slug)
	if err != nil {
		return nil, err
	}
	var made []persona
	for _, invitation := range exampleOffice {
		if invitation.Role.OfClient() {
			invitation.ClientID = client.ID
		}
		token, _, err := d.platform.accounts.SignUps.InviteByHand(ctx, invitation)
		if err != nil {
			return nil, err
		}
		who, err := d.enrol(ctx, invitation.Role, invitation.Email, token)
		if err != nil {
			return nil, err
		}
		made = append(made, who.persona)
	}
	return made, nil
}

var tokenPattern = regexp.MustCompile(`\?token=([A-Za-z0-9_-]+)`)

// tokenFor waits for the mail to an address and reads its link, as its owner
// would.
func (d *demonstration) tokenFor(ctx context.Context, email string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		mails, err := embedded.ReadMails(d.mail.Dir())
		if err != nil {
			return "", err
		}
		for _, m := range mails {
			if found := tokenPattern.FindStringSubmatch(m.Text); found != nil && strings.Contains(m.To, email) {
				return found[1], nil
			}
		}
		select {
		case <-ctx.Done():
			return "", errors.New("a mail of the demonstration did not arrive")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// firstOf is the first account with a role.
func (p people) firstOf(role viewer.Role) (persona, error) {
	for _, who := range p.Accounts {
		if who.Role == role {
			return who, nil
		}
	}
	return persona{}, fmt.Errorf("no %s among the example people", role)
}

// pair is the first beneficiary and the first worker, as viewers.
func (d *demonstration) pair(ctx context.Context, p people) (beneficiary, worker *viewer.Viewer, err error) {
	if beneficiary, err = d.viewerOf(ctx, p, viewer.Beneficiary); err != nil {
		return nil, nil, err
	}
	worker, err = d.viewerOf(ctx, p, viewer.SocialWorker)
	return beneficiary, worker, err
}

func (d *demonstration) viewerOf(ctx context.Context, p people, role viewer.Role) (*viewer.Viewer, error) {
	who, err := p.firstOf(role)
	if err != nil {
		return nil, err
	}
	return d.viewerAt(ctx, who.Email)
}

func (d *demonstration) viewerAt(ctx context.Context, email string) (*viewer.Viewer, error) {
	person, err := d.platform.accounts.People.ByEmail(ctx, email)
	if err != nil {
		return nil, err
	}
	return &viewer.Viewer{ID: person.ID, Role: person.Role, Name: person.Name(), Zone: person.Zone, Complete: true}, nil
}

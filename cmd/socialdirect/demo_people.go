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

// peopleFile contains the example people. It is written last: if it exists, they are complete.
const peopleFile = "people.json"

// demoPassword is the password of all example people.
const demoPassword = "Tilleul-phare-7-sucre"

// persona is an example person who can sign in.
type persona struct {
	Role       viewer.Role `json:"role"`
	Email      string      `json:"email"`
	Password   string      `json:"password"`
	TOTPSecret string      `json:"totp_secret,omitempty"`
}

// people are the example people of the demo.
type people struct {
	ConnectionCode string    `json:"connection_code"`
	Accounts       []persona `json:"accounts"`
}

// examples creates the people of a demonstration and their data.
type examples struct{ *demonstration }

// make creates the people, once, and everything about them that depends on the current day.
func (e examples) make(ctx context.Context, fresh bool) (people, error) {
	if fresh {
		if err := step("example people", func() error { return e.makePeople(ctx) }); err != nil {
			return people{}, err
		}
	}
	known, err := e.readPeople()
	if err != nil {
		return people{}, err
	}
	if err := e.restore(ctx, known); err != nil {
		return people{}, err
	}
	if err := e.makePast(ctx, known); err != nil {
		return people{}, err
	}
	return known, step("a call under way", func() error { return e.startCall(ctx, known) })
}

func (e examples) readPeople() (people, error) {
	var p people
	content, err := os.ReadFile(e.path(peopleFile))
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(content, &p)
}

// makePeople creates the example people as real ones are: with the same acts, the same mails
// and the same codes.
func (e examples) makePeople(ctx context.Context) error {
	e.platform.counting.Lock() // until the clients' example history exists
	defer e.platform.counting.Unlock()
	director, err := e.firstAdministrator(ctx)
	if err != nil {
		return err
	}
	made := people{Accounts: []persona{director.persona}}
	for i, c := range exampleClients {
		code, err := e.makeClient(ctx, director.viewer, c)
		if err != nil {
			return err
		}
		if i == 0 {
			made.ConnectionCode = code
		}
		if err := e.signUp(ctx, code, exampleBeneficiaries[i]); err != nil {
			return err
		}
		made.Accounts = append(made.Accounts, persona{Role: viewer.Beneficiary, Email: exampleBeneficiaries[i].Email, Password: demoPassword})
	}
	for _, w := range exampleWorkers {
		worker, err := e.makeWorker(ctx, director.viewer, w)
		if err != nil {
			return err
		}
		made.Accounts = append(made.Accounts, worker.persona)
	}
	office, err := e.makeOffice(ctx)
	if err != nil {
		return err
	}
	made.Accounts = append(made.Accounts, office...)
	agent, err := e.makeAgent(ctx)
	if err != nil {
		return err
	}
	made.Accounts = append(made.Accounts, agent.persona)
	if err := e.makeFigures(ctx, director.viewer); err != nil {
		return err
	}
	content, err := json.MarshalIndent(made, "", "  ")
	if err != nil {
		return err
	}
	return writeWhole(e.path(peopleFile), content)
}

// staff is a signed-in member of staff.
type staff struct {
	persona
	viewer *viewer.Viewer
}

func (e examples) firstAdministrator(ctx context.Context) (staff, error) {
	invitation := signup.Invitation{Role: viewer.Administrator, Email: "claire.morvan@socialdirect.example", FirstName: "Claire", LastName: "Morvan", Zone: "Europe/Paris"}
	token, _, err := e.platform.accounts.SignUps.InviteByHand(ctx, invitation)
	if err != nil {
		return staff{}, err
	}
	return e.enrol(ctx, viewer.Administrator, invitation.Email, token)
}

// enrol completes an invitation: password, then second factor.
func (e examples) enrol(ctx context.Context, role viewer.Role, email, token string) (staff, error) {
	accounts := e.platform.accounts
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
	if in, err = e.confirm(ctx, half, enrolment.Secret); err != nil {
		return staff{}, err
	}
	whole, err := accounts.Sessions.Authenticate(ctx, in.Token)
	return staff{persona{Role: role, Email: email, Password: demoPassword, TOTPSecret: enrolment.Secret}, whole}, err
}

// confirm gives the code of the previous period, which is accepted, so that the current one is
// left for the next sign-in. It tries again if that period has just ended.
func (e examples) confirm(ctx context.Context, half *viewer.Viewer, secret string) (in session.SignedIn, err error) {
	for range 2 {
		code, err := totp.GenerateCode(secret, time.Now().Add(-30*time.Second))
		if err != nil {
			return session.SignedIn{}, err
		}
		in, err = e.platform.accounts.Factors.ConfirmSecondFactor(ctx, half, code)
		if !fault.Is(err, fault.Invalid) {
			return in, err
		}
	}
	return in, errors.New("no code of the second factor was accepted in time")
}

var exampleAgent = signup.Invitation{
	Role: viewer.Switchboard, Email: "standard@socialdirect.example", FirstName: "Yann", LastName: "Kerbrat", Zone: "Europe/Paris",
}

// makeAgent creates the switchboard agent, by invitation like all staff.
func (e examples) makeAgent(ctx context.Context) (staff, error) {
	err := e.platform.db.InTx(ctx, func(tx postgres.Tx) error {
		_, _, err := e.platform.accounts.SignUps.Invite(ctx, tx, exampleAgent)
		return err
	})
	if err != nil {
		return staff{}, err
	}
	token, err := e.tokenFor(ctx, exampleAgent.Email)
	if err != nil {
		return staff{}, err
	}
	return e.enrol(ctx, exampleAgent.Role, exampleAgent.Email, token)
}

var exampleClients = []company.Client{
	{Name: "Chantiers du Ponant", Slug: "chantiers-du-ponant", MailDomains: []string{"chantiers-du-ponant.example"}},
	{Name: "Mutuelle des Estuaires", Slug: "mutuelle-des-estuaires"},
}

func (e examples) makeClient(ctx context.Context, director *viewer.Viewer, c company.Client) (code string, err error) {
	c.StartsOn, c.EndsOn = firstContractDay(e.now()), closes
	id, err := e.platform.companies.At(e.platform.db.At(func() time.Time { return c.StartsOn })).Create(ctx, director, c)
	if err != nil {
		return "", err
	}
	issued, err := e.platform.companies.IssueCode(ctx, director, id, company.NewCode{ExpiresAt: c.EndsOn})
	return issued.Display(), err
}

// firstContractDay returns the first day of the years with example figures.
func firstContractDay(now time.Time) time.Time {
	return time.Date(now.UTC().Year()-exampleYears, 1, 1, 0, 0, 0, 0, time.UTC)
}

// renew ensures that the example clients have a current contract, wherever the clock is.
func (e examples) renew(ctx context.Context, director *viewer.Viewer) error {
	clients, err := e.platform.companies.Clients(ctx, director)
	if err != nil {
		return err
	}
	first := firstContractDay(e.now())
	for _, c := range clients {
		example := slices.ContainsFunc(exampleClients, func(e company.Client) bool { return e.Slug == c.Slug })
		if example && c.StartsOn.After(first) {
			c.StartsOn = first
			err = errors.Join(err, e.platform.companies.Edit(ctx, director, c))
		}
	}
	return err
}

var exampleBeneficiaries = []signup.SignUp{
	{Email: "zoe.vidal@exemple.fr", FirstName: "Zoé", LastName: "Vidal", Mobile: "+33612345678"},
	{Email: "paul.hoarau@exemple.re", FirstName: "Paul", LastName: "Hoarau", Mobile: "+262692123456"},
}

func (e examples) signUp(ctx context.Context, code string, who signup.SignUp) error {
	who.Code, who.Password = code, demoPassword
	who.Declaration, who.Acceptance = signup.DeclarationWording, signup.AcceptanceWording
	if err := e.platform.accounts.SignUps.SignUp(ctx, who); err != nil {
		return err
	}
	token, err := e.tokenFor(ctx, who.Email)
	if err != nil {
		return err
	}
	if err := e.platform.accounts.SignUps.Validate(ctx, token); err != nil {
		return err
	}
	person, err := e.platform.accounts.People.ByEmail(ctx, who.Email)
	if err != nil {
		return err
	}
	return e.platform.accounts.Profiles.ProveMobileByHand(ctx, person.ID)
}

var allReasons = []string{"money", "housing", "family", "caregiving", "disability", "retirement"}

// exampleOffice are the members of staff without a profile sheet; a client manager belongs to
// the first client.
var exampleOffice = []signup.Invitation{
	{Role: viewer.ClientManager, Email: "jeanne.kervella@ponant.example", FirstName: "Jeanne", LastName: "Kervella", Zone: "Europe/Paris"},
	{Role: viewer.DPO, Email: "hugo.lemaire@socialdirect.example", FirstName: "Hugo", LastName: "Lemaire", Zone: "Europe/Paris"},
}

func (e examples) makeOffice(ctx context.Context) ([]persona, error) {
	client, err := e.platform.companies.BySlug(ctx, exampleClients[0].Slug)
	if err != nil {
		return nil, err
	}
	var made []persona
	for _, invitation := range exampleOffice {
		if invitation.Role.OfClient() {
			invitation.ClientID = client.ID
		}
		token, _, err := e.platform.accounts.SignUps.InviteByHand(ctx, invitation)
		if err != nil {
			return nil, err
		}
		who, err := e.enrol(ctx, invitation.Role, invitation.Email, token)
		if err != nil {
			return nil, err
		}
		made = append(made, who.persona)
	}
	return made, nil
}

var tokenPattern = regexp.MustCompile(`\?token=([A-Za-z0-9_-]+)`)

// tokenFor waits for the mail to an address and returns the token of its link.
func (e examples) tokenFor(ctx context.Context, email string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	for {
		mails, err := embedded.ReadMails(e.mail.Dir())
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

// firstOf returns the first account with a role.
func (p people) firstOf(role viewer.Role) (persona, error) {
	for _, who := range p.Accounts {
		if who.Role == role {
			return who, nil
		}
	}
	return persona{}, fmt.Errorf("no %s among the example people", role)
}

// pair returns the first beneficiary and the first worker, as viewers.
func (e examples) pair(ctx context.Context, p people) (beneficiary, worker *viewer.Viewer, err error) {
	if beneficiary, err = e.viewerOf(ctx, p, viewer.Beneficiary); err != nil {
		return nil, nil, err
	}
	worker, err = e.viewerOf(ctx, p, viewer.SocialWorker)
	return beneficiary, worker, err
}

func (e examples) viewerOf(ctx context.Context, p people, role viewer.Role) (*viewer.Viewer, error) {
	who, err := p.firstOf(role)
	if err != nil {
		return nil, err
	}
	return e.viewerAt(ctx, who.Email)
}

func (e examples) viewerAt(ctx context.Context, email string) (*viewer.Viewer, error) {
	person, err := e.platform.accounts.People.ByEmail(ctx, email)
	if err != nil {
		return nil, err
	}
	return &viewer.Viewer{ID: person.ID, Role: person.Role, Name: person.Name(), Zone: person.Zone, Complete: true}, nil
}

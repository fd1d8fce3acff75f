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

	"socialdirect/account"
	"socialdirect/booking"
	"socialdirect/company"
	"socialdirect/internal/embedded"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
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
	if err := d.makePast(ctx, made); err != nil {
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
	invitation := account.Invitation{Role: viewer.Administrator, Email: "claire.morvan@socialdirect.example", FirstName: "Claire", LastName: "Morvan", Zone: "Europe/Paris"}
	token, _, err := d.platform.accounts.InviteByHand(ctx, invitation)
	if err != nil {
		return staff{}, err
	}
	return d.enrol(ctx, viewer.Administrator, invitation.Email, token)
}

// enrol follows an invitation to its end: password, then second factor.
func (d *demonstration) enrol(ctx context.Context, role viewer.Role, email, token string) (staff, error) {
	accounts := d.platform.accounts
	in, err := accounts.AcceptInvitation(ctx, token, demoPassword, account.Device{})
	if err != nil {
		return staff{}, err
	}
	half, err := accounts.Authenticate(ctx, in.Token)
	if err != nil {
		return staff{}, err
	}
	enrolment, err := accounts.Enrol(ctx, half)
	if err != nil {
		return staff{}, err
	}
	if in, err = d.confirm(ctx, half, enrolment.Secret); err != nil {
		return staff{}, err
	}
	whole, err := accounts.Authenticate(ctx, in.Token)
	return staff{persona{Role: role, Email: email, Password: demoPassword, TOTPSecret: enrolment.Secret}, whole}, err
}

// confirm gives the code of the period before, which is accepted and leaves the
// present one for whoever signs in next; another time when that period ended just
// then.
func (d *demonstration) confirm(ctx context.Context, half *viewer.Viewer, secret string) (in account.SignedIn, err error) {
	for range 2 {
		code, err := totp.GenerateCode(secret, time.Now().Add(-30*time.Second))
		if err != nil {
			return account.SignedIn{}, err
		}
		in, err = d.platform.accounts.ConfirmSecondFactor(ctx, half, code)
		if !fault.Is(err, fault.Invalid) {
			return in, err
		}
	}
	return in, errors.New("no code of the second factor was taken in time")
}

var exampleOperator = account.Invitation{
	Role: viewer.Switchboard, Email: "standard@socialdirect.example", FirstName: "Yann", LastName: "Kerbrat", Zone: "Europe/Paris",
}

// makeOperator brings the switchboard's operator, invited as any staff is.
func (d *demonstration) makeOperator(ctx context.Context) (staff, error) {
	err := d.platform.db.InTx(ctx, func(tx postgres.Tx) error {
		_, _, err := d.platform.accounts.Invite(ctx, tx, exampleOperator)
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
	{Name: "Chantiers du Ponant", Slug: "chantiers-du-ponant"},
	{Name: "Mutuelle des Estuaires", Slug: "mutuelle-des-estuaires"},
}

func (d *demonstration) makeClient(ctx context.Context, director *viewer.Viewer, c company.Client) (code string, err error) {
	year := time.Now().UTC().Year()
	c.StartsOn, c.EndsOn = time.Date(year-1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(year+5, 12, 31, 0, 0, 0, 0, time.UTC)
	id, err := d.platform.companies.Create(ctx, director, c)
	if err != nil {
		return "", err
	}
	issued, err := d.platform.companies.IssueCode(ctx, director, id, company.NewCode{ExpiresAt: c.EndsOn})
	return issued.Display(), err
}

var exampleBeneficiaries = []account.SignUp{
	{Email: "zoe.vidal@exemple.fr", FirstName: "Zoé", LastName: "Vidal", Mobile: "+33612345678"},
	{Email: "paul.hoarau@exemple.re", FirstName: "Paul", LastName: "Hoarau", Mobile: "+262692123456"},
}

func (d *demonstration) signUp(ctx context.Context, code string, who account.SignUp) error {
	who.Code, who.Password = code, demoPassword
	who.Declaration, who.Acceptance = account.DeclarationWording, account.AcceptanceWording
	if err := d.platform.accounts.SignUp(ctx, who); err != nil {
		return err
	}
	token, err := d.tokenFor(ctx, who.Email)
	if err != nil {
		return err
	}
	return d.platform.accounts.Validate(ctx, token)
}

var allReasons = []string{"money", "housing", "family", "caregiving", "disability", "retirement"}

var exampleWorkers = []booking.NewSocialWorker{
	{
		Invitation: account.Invitation{Email: "nadia.legoff@socialdirect.example", FirstName: "Nadia", LastName: "Le Goff", Zone: "Europe/Paris"},
		Sheet: booking.Sheet{
			Presentation: "Assistante sociale depuis douze ans. Logement, dettes, démarches : on démêle les choses une par une.",
			Languages:    []string{"fr", "ar"}, Reasons: allReasons, Modes: booking.Modes, Place: "12 rue des Halles\n56000 Vannes",
		},
	},
	{
		Invitation: account.Invitation{Email: "marc.dupuis@socialdirect.example", FirstName: "Marc", LastName: "Dupuis", Zone: "Europe/Paris"},
		Sheet: booking.Sheet{
			Presentation: "Je connais bien la retraite et le handicap, et les formulaires ne me font pas peur.",
			Languages:    []string{"fr", "en"}, Reasons: []string{"retirement", "disability", "caregiving"}, Modes: []booking.Mode{booking.Video, booking.Phone},
		},
	},
	{
		Invitation: account.Invitation{Email: "ines.robert@socialdirect.example", FirstName: "Inès", LastName: "Robert", Zone: "Europe/Paris"},
		Sheet: booking.Sheet{
			Presentation: "Séparation, enfants, parents âgés : je prends le temps d’écouter, puis on cherche ensemble.",
			Languages:    []string{"fr", "es", "fsl"}, Reasons: []string{"family", "caregiving", "money"}, Modes: booking.Modes, Place: "3 quai de la Fosse\n44000 Nantes",
		},
	},
	{
		Invitation: account.Invitation{Email: "lea.payet@socialdirect.example", FirstName: "Léa", LastName: "Payet", Zone: "Indian/Reunion"},
		Sheet: booking.Sheet{
			Presentation: "Installée à Saint-Denis, je reçois par vidéo et par téléphone, en français et en créole.",
			Languages:    []string{"fr", "rcf"}, Reasons: allReasons, Modes: []booking.Mode{booking.Video, booking.Phone},
		},
	},
}

// A worker of the demo can be booked every day of the week between these hours.
const (
	demoOpens  = 8 * 60
	demoCloses = 20 * 60
)

// exampleCredentials are what lets a worker of the demo be booked, in the past that
// the demo shows and for years to come.
func exampleCredentials() []booking.Credential {
	today := time.Now().UTC().Truncate(24 * time.Hour)
	return []booking.Credential{
		{
			Kind: booking.Diploma, Title: "Diplôme d’État d’assistant de service social", Register: booking.RPPS, Number: "10001234567",
			Issuer: "ARS Bretagne", CheckedOn: today.AddDate(0, -1, 0),
		},
		{Kind: booking.Insurance, Number: "RCP-4418-2207", Issuer: "Mutuelle des professions sociales", From: today.AddDate(-1, 0, 0), Until: today.AddDate(5, 0, 0)},
	}
}

// certify sees that the demo's workers can be booked, whenever its data was made.
func (d *demonstration) certify(ctx context.Context, p people) error {
	director, err := d.viewerOf(ctx, p, viewer.Administrator)
	if err != nil {
		return err
	}
	for _, who := range p.Accounts {
		if who.Role != viewer.SocialWorker {
			continue
		}
		worker, err := d.platform.accounts.ByEmail(ctx, who.Email)
		if err != nil {
			return err
		}
		standing, err := d.platform.bookings.Standing(ctx, director, worker.ID)
		if err != nil {
			return err
		}
		for _, c := range exampleCredentials() {
			missing := slices.ContainsFunc(standing.Covers, func(cover booking.Cover) bool { return cover.Kind == c.Kind && !cover.Valid })
			if c.SocialWorkerID = worker.ID; missing {
				if err := d.platform.bookings.RecordCredential(ctx, director, c); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (d *demonstration) makeWorker(ctx context.Context, director *viewer.Viewer, w booking.NewSocialWorker) (staff, error) {
	w.Credentials = exampleCredentials()
	if _, err := d.platform.bookings.AddSocialWorker(ctx, director, w); err != nil {
		return staff{}, err
	}
	token, err := d.tokenFor(ctx, w.Email)
	if err != nil {
		return staff{}, err
	}
	worker, err := d.enrol(ctx, viewer.SocialWorker, w.Email, token)
	if err != nil {
		return staff{}, err
	}
	since := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -30)
	for weekday := 1; weekday <= 7; weekday++ {
		opening := booking.Opening{Weekday: weekday, FirstDay: since, Starts: demoOpens, Ends: demoCloses, Modes: w.Modes}
		if err := d.platform.bookings.AddOpening(ctx, worker.viewer, opening); err != nil {
			return staff{}, err
		}
	}
	return worker, d.workOnHolidays(ctx, worker.viewer, since)
}

// workOnHolidays opens the holidays of the next years, so that an hour is always
// free.
func (d *demonstration) workOnHolidays(ctx context.Context, worker *viewer.Viewer, since time.Time) error {
	holidays, err := d.platform.bookings.Holidays(ctx, worker, booking.Period{From: since, To: since.AddDate(3, 0, 0)})
	if err != nil {
		return err
	}
	for _, h := range holidays {
		if err := d.platform.bookings.OpenHoliday(ctx, worker, h.Day); err != nil {
			return err
		}
	}
	return nil
}

// exampleOffice is the members of staff without a profile sheet; a client manager
// is the first client's.
var exampleOffice = []account.Invitation{
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
		token, _, err := d.platform.accounts.InviteByHand(ctx, invitation)
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
	person, err := d.platform.accounts.ByEmail(ctx, who.Email)
	if err != nil {
		return nil, err
	}
	return &viewer.Viewer{ID: person.ID, Role: person.Role, Name: person.Name(), Zone: person.Zone, Complete: true}, nil
}

// makePast gives the first two a consultation of three days ago, with a short
// conversation after it.
func (d *demonstration) makePast(ctx context.Context, p people) error {
	beneficiary, worker, err := d.pair(ctx, p)
	if err != nil {
		return err
	}
	day := time.Now().In(worker.Zone).AddDate(0, 0, -3)
	start := time.Date(day.Year(), day.Month(), day.Day(), 10, 0, 0, 0, worker.Zone).UTC()
	if _, err := d.bookAsOf(ctx, start.AddDate(0, 0, -2), beneficiary, worker, start); err != nil {
		return err
	}
	conversation := booking.ConversationID(beneficiary.ID, worker.ID)
	for i, m := range []struct {
		author *viewer.Viewer
		body   string
	}{
		{worker, "Bonjour, comme convenu : pour le dossier de logement, il nous faudra votre dernier avis d’imposition. Rien ne presse."},
		{beneficiary, "Merci beaucoup pour ce matin. Je vous l’envoie dès que je le retrouve."},
	} {
		if err := d.write(ctx, start.Add(time.Duration(90+40*i)*time.Minute), m.author, conversation, m.body); err != nil {
			return err
		}
	}
	return nil
}

func (d *demonstration) write(ctx context.Context, at time.Time, author *viewer.Viewer, conversation uuid.UUID, body string) error {
	messages := d.platform.messages.At(d.platform.db.At(func() time.Time { return at }))
	draft, err := messages.Draft(ctx, author, conversation)
	if err != nil {
		return err
	}
	defer draft.Discard(ctx)
	return draft.Send(ctx, body)
}

// bookAsOf books a video hour with the clock standing at an earlier instant.
func (d *demonstration) bookAsOf(ctx context.Context, now time.Time, beneficiary, worker *viewer.Viewer, start time.Time) (uuid.UUID, error) {
	bookings := d.platform.bookings.At(d.platform.db.At(func() time.Time { return now }))
	return bookings.Book(ctx, beneficiary, booking.Request{SocialWorkerID: worker.ID, StartsAt: start, Mode: booking.Video, Reason: "housing"})
}

// startCall sees that the first two have a video appointment going on, in an
// opening made for it, so that a call can be tried at once.
func (d *demonstration) startCall(ctx context.Context, p people) error {
	beneficiary, worker, err := d.pair(ctx, p)
	if err != nil {
		return err
	}
	now := time.Now()
	running, err := d.callRunning(ctx, beneficiary, worker, now)
	if err != nil || running {
		return err
	}
	start := now.Truncate(15 * time.Minute).UTC()
	if err := d.openFor(ctx, worker, start); err != nil {
		return err
	}
	_, err = d.bookAsOf(ctx, start.AddDate(0, 0, -2), beneficiary, worker, start)
	return err
}

func (d *demonstration) callRunning(ctx context.Context, beneficiary, worker *viewer.Viewer, now time.Time) (bool, error) {
	coming, _, err := d.platform.bookings.Appointments(ctx, beneficiary)
	for _, a := range coming {
		if a.SocialWorkerID == worker.ID && a.Mode == booking.Video && !now.Before(a.StartsAt) && now.Before(a.EndsAt) {
			return true, err
		}
	}
	return false, err
}

// openFor makes the opening of one hour, in place of those of earlier starts.
func (d *demonstration) openFor(ctx context.Context, worker *viewer.Viewer, start time.Time) error {
	openings, err := d.platform.bookings.Openings(ctx, worker)
	if err != nil {
		return err
	}
	for _, o := range openings {
		if o.Weekday == 0 && o.Ends-o.Starts == 60 {
			if err := d.platform.bookings.RemoveOpening(ctx, worker, o.ID, true); err != nil {
				return err
			}
		}
	}
	local := start.In(worker.Zone)
	day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	minute := local.Hour()*60 + local.Minute()
	return d.platform.bookings.AddOpening(ctx, worker, booking.Opening{FirstDay: day, LastDay: day, Starts: minute, Ends: minute + 60, Modes: []booking.Mode{booking.Video}})
}

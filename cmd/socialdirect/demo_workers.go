package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"socialdirect/account/signup"

	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/viewer"
)

var exampleWorkers = []worker.NewSocialWorker{
	{
		Invitation: signup.Invitation{Email: "nadia.legoff@socialdirect.example", FirstName: "Nadia", LastName: "Le Goff", Zone: "Europe/Paris"},
		Sheet: worker.Sheet{
			Presentation: "Assistante sociale depuis douze ans. Logement, dettes, démarches : on démêle les choses une par une.",
			Languages:    []string{"fr", "ar"}, Reasons: allReasons, Modes: slot.Modes, Place: "12 rue des Halles\n56000 Vannes",
		},
	},
	{
		Invitation: signup.Invitation{Email: "marc.dupuis@socialdirect.example", FirstName: "Marc", LastName: "Dupuis", Zone: "Europe/Paris"},
		Sheet: worker.Sheet{
			Presentation: "Je connais bien la retraite et le handicap, et les formulaires ne me font pas peur.",
			Languages:    []string{"fr", "en"}, Reasons: []string{"retirement", "disability", "caregiving"}, Modes: []slot.Mode{slot.Video, slot.Phone},
		},
	},
	{
		Invitation: signup.Invitation{Email: "ines.robert@socialdirect.example", FirstName: "Inès", LastName: "Robert", Zone: "Europe/Paris"},
		Sheet: worker.Sheet{
			Presentation: "Séparation, enfants, parents âgés : je prends le temps d’écouter, puis on cherche ensemble.",
			Languages:    []string{"fr", "es", "fsl"}, Reasons: []string{"family", "caregiving", "money"}, Modes: slot.Modes, Place: "3 quai de la Fosse\n44000 Nantes",
		},
	},
	{
		Invitation: signup.Invitation{Email: "lea.payet@socialdirect.example", FirstName: "Léa", LastName: "Payet", Zone: "Indian/Reunion"},
		Sheet: worker.Sheet{
			Presentation: "Installée à Saint-Denis, je reçois par vidéo et par téléphone, en français et en créole.",
			Languages:    []string{"fr", "rcf"}, Reasons: allReasons, Modes: []slot.Mode{slot.Video, slot.Phone},
		},
	},
}

// Hours of each day in which the demo's workers can be booked.
const (
	demoOpens  = 8 * 60
	demoCloses = 20 * 60
)

// exampleCredentials are the credentials of the demo's workers, valid in the example past and
// for years to come.
func (e examples) exampleCredentials() []worker.Credential {
	today := e.now().UTC().Truncate(24 * time.Hour)
	return []worker.Credential{
		{
			Kind: worker.Diploma, Title: "Diplôme d’État d’assistant de service social", Register: worker.RPPS, Number: "10001234567",
			Issuer: "ARS Bretagne", CheckedOn: today.AddDate(0, -1, 0),
		},
		{Kind: worker.Insurance, Number: "RCP-4418-2207", Issuer: "Mutuelle des professions sociales", From: today.AddDate(-1, 0, 0), Until: today.AddDate(5, 0, 0)},
	}
}

// restore ensures that the demo's people can meet, wherever the clock was when they were
// created: contracts are current, and workers have their credentials and openings.
func (e examples) restore(ctx context.Context, p people) error {
	director, err := e.viewerOf(ctx, p, viewer.Administrator)
	if err != nil {
		return err
	}
	if err := e.renew(ctx, director); err != nil {
		return err
	}
	for _, who := range p.Accounts {
		if who.Role != viewer.SocialWorker {
			continue
		}
		worker, err := e.viewerAt(ctx, who.Email)
		if err != nil {
			return err
		}
		if err := errors.Join(e.certify(ctx, director, worker), e.workOnHolidays(ctx, worker)); err != nil {
			return err
		}
	}
	return e.platform.waitlist.RefreshSlots(ctx)
}

// certify records the credentials that a worker lacks for the year ahead.
func (e examples) certify(ctx context.Context, director, id *viewer.Viewer) error {
	standing, err := e.platform.workers.Standing(ctx, director, id.ID)
	if err != nil {
		return err
	}
	nextYear := e.now().AddDate(1, 0, 0)
	for _, c := range e.exampleCredentials() {
		missing := slices.ContainsFunc(standing.Covers, func(cover worker.Cover) bool {
			return cover.Kind == c.Kind && (!cover.Valid || !cover.Until.IsZero() && cover.Until.Before(nextYear))
		})
		if c.SocialWorkerID = id.ID; missing {
			if err := e.platform.workers.RecordCredential(ctx, director, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e examples) makeWorker(ctx context.Context, director *viewer.Viewer, w worker.NewSocialWorker) (staff, error) {
	w.Credentials = e.exampleCredentials()
	if _, err := e.platform.workers.AddSocialWorker(ctx, director, w); err != nil {
		return staff{}, err
	}
	token, err := e.tokenFor(ctx, w.Email)
	if err != nil {
		return staff{}, err
	}
	worker, err := e.enrol(ctx, viewer.SocialWorker, w.Email, token)
	if err != nil {
		return staff{}, err
	}
	for weekday := 1; weekday <= 7; weekday++ {
		opening := slot.Opening{Weekday: weekday, FirstDay: founded, Starts: demoOpens, Ends: demoCloses, Modes: w.Modes}
		if err := e.platform.agendas.AddOpening(ctx, worker.viewer, opening); err != nil {
			return staff{}, err
		}
	}
	return worker, e.workOnHolidays(ctx, worker.viewer)
}

// workOnHolidays opens the holidays of a worker's year, so that there are always available
// slots. If one is open already, somebody may have closed the others, and it changes nothing.
func (e examples) workOnHolidays(ctx context.Context, worker *viewer.Viewer) error {
	since := e.now().AddDate(0, 0, -10)
	holidays, err := e.platform.agendas.Holidays(ctx, worker, slot.Period{From: since, To: since.AddDate(1, 0, 0)})
	if err != nil || slices.ContainsFunc(holidays, func(h slot.Holiday) bool { return h.Open }) {
		return err
	}
	for _, h := range holidays {
		if err := e.platform.agendas.OpenHoliday(ctx, worker, h.Day); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"context"
	"fmt"

	persons "socialdirect/account/people"
	"socialdirect/booking/worker"
	"socialdirect/company"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// contractNotice is how many days before its end, and after it, a contract is shown.
const contractNotice = 60

// tasks returns what waits for the administration, for its first page.
func (p *platform) tasks(ctx context.Context, v *viewer.Viewer) (all []company.Task, err error) {
	waiting, err := p.accounts.Waiting(ctx, v)
	if err != nil {
		return nil, err
	}
	overdue, err := p.rights.CountOverdue(ctx, v)
	if err != nil {
		return nil, err
	}
	standings, err := p.workers.Watched(ctx, v)
	if err != nil {
		return nil, err
	}
	clients, err := p.companies.Ending(ctx, v, contractNotice)
	if err != nil {
		return nil, err
	}
	all = append(all, reportTasks(waiting.Reports)...)
	for _, person := range waiting.AgesDue {
		all = append(all, accountTask(person, "Preuve d’âge en retard", "/age"))
	}
	for _, standing := range standings {
		all = append(all, standingTask(standing))
	}
	for _, client := range clients {
		all = append(all, company.Task{Text: "Contrat qui finit\u00a0: " + client.Name, Detail: "Dernier jour\u00a0: " + web.Date(client.EndsOn), Path: "/administration/entreprises/" + client.ID.String()})
	}
	for _, person := range waiting.Refusals {
		all = append(all, accountTask(person, "Refus d’inscription à revoir", ""))
	}
	return append(all, rightsTasks(overdue)...), nil
}

func accountTask(person persons.Person, text, page string) company.Task {
	return company.Task{Text: text + "\u00a0: " + person.Name(), Path: "/administration/comptes/" + person.ID.String() + page}
}

func reportTasks(n int) []company.Task {
	if n == 0 {
		return nil
	}
	return []company.Task{{Text: count(n, "signalement", "signalements") + " à traiter", Path: "/administration/signalements"}}
}

// standingTask says what is to be done about a worker's diploma or insurance.
func standingTask(s worker.Standing) company.Task {
	task := company.Task{Text: "Diplôme ou assurance\u00a0: " + s.Worker.Name(), Path: "/administration/assistants/" + s.Worker.ID.String()}
	switch {
	case s.Pending():
		task.Detail = "Un justificatif envoyé attend votre confirmation."
	case !s.Bookable():
		task.Detail = "Plus rien n’est valable aujourd’hui\u00a0: on ne peut plus prendre rendez-vous."
	default:
		task.Detail = "Un justificatif finit bientôt."
	}
	return task
}

// rightsTasks tells the administration, which does not see them, of requests that are late.
func rightsTasks(overdue int) []company.Task {
	if overdue == 0 {
		return nil
	}
	return []company.Task{{Text: count(overdue, "demande de droits", "demandes de droits") + " en retard", Detail: "La personne déléguée à la protection des données doit répondre\u00a0: prévenez-la."}}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1\u00a0" + one
	}
	return fmt.Sprintf("%d\u00a0%s", n, many)
}

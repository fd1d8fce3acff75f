package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"socialdirect/company"
	"socialdirect/internal/health"
	"socialdirect/internal/jobs"
	"socialdirect/internal/viewer"
	"socialdirect/web"
)

// mailsLeave reports whether the mail server answers and accepts mails: it may answer and
// refuse everything, as when it does not know the platform.
func (p *platform) mailsLeave(ctx context.Context) error {
	found, err := p.queue.Trouble(ctx, jobs.Mail)
	if err != nil {
		return err
	}
	if found.Waiting > 0 {
		return fmt.Errorf("%d mails wait since %s: %s", found.Waiting, found.Since.UTC().Format(time.RFC3339), found.Why)
	}
	return p.mails.Answers(ctx)
}

// late is how long a due job may wait.
const late = 5 * time.Minute

// queueMoves reports whether due jobs run, and whether SMS are sent.
func (p *platform) queueMoves(ctx context.Context) error {
	waited, err := p.queue.OldestDue(ctx)
	if err != nil {
		return err
	}
	if waited > late {
		return health.Called("late", fmt.Errorf("a job that is due has waited for %v", waited.Round(time.Second)))
	}
	found, err := p.queue.Trouble(ctx, jobs.Text)
	if err == nil && found.Waiting > 0 {
		err = health.Called("late", fmt.Errorf("%d SMS wait since %s: %s", found.Waiting, found.Since.UTC().Format(time.RFC3339), found.Why))
	}
	return err
}

// alertTime is how long an administrator's page waits for the checks.
const alertTime = 2 * time.Second

// channel describes how messages of a queue are sent, in the words of an alert.
type channel struct{ queue, one, many, refuses string }

var (
	byMail = channel{jobs.Mail, "1 e-mail attend", "%d e-mails attendent", "Le serveur de messagerie ne prend pas nos e-mails"}
	byText = channel{jobs.Text, "1 SMS attend", "%d SMS attendent", "La passerelle SMS ne prend pas nos messages"}
)

const whatToDo = " Prévenez la personne qui s’occupe du serveur. Rien n’est perdu\u00a0: nous réessayons."

// alerts returns an administrator's alerts about messages that cannot be sent.
func (p *platform) alerts(ctx context.Context, v *viewer.Viewer) (all []company.Alert) {
	ctx, cancel := context.WithTimeout(ctx, alertTime)
	defer cancel()
	all = p.waiting(ctx, v.Zone, byMail)
	if len(all) == 0 {
		all = p.silentServer(ctx)
	}
	return append(all, p.waiting(ctx, v.Zone, byText)...)
}

func (p *platform) waiting(ctx context.Context, zone *time.Location, by channel) []company.Alert {
	found, err := p.queue.Trouble(ctx, by.queue)
	if err != nil {
		slog.WarnContext(ctx, "cannot check whether messages are sent", "cause", err)
	}
	if found.Waiting == 0 {
		return nil
	}
	many := by.one
	if found.Waiting > 1 {
		many = fmt.Sprintf(by.many, found.Waiting)
	}
	since := web.DayHour(found.Since.In(zone))
	return []company.Alert{{Text: by.refuses + "\u00a0: " + many + " depuis le " + since + "." + whatToDo, Detail: found.Why}}
}

func (p *platform) silentServer(ctx context.Context) []company.Alert {
	err := p.mails.Answers(ctx)
	if err == nil {
		return nil
	}
	return []company.Alert{{Text: "Le serveur de messagerie ne répond pas\u00a0: aucun e-mail ne part." + whatToDo, Detail: err.Error()}}
}

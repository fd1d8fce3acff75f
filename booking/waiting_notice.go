package booking

import (
	"context"
	"time"

	"socialdirect/account"
	outgoing "socialdirect/internal/mail"
	"socialdirect/internal/postgres"
	"socialdirect/internal/sms"
	"socialdirect/web"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
)

// waitingNoticeArgs is the job that tells somebody, by one channel, of hours that were
// freed.
type waitingNoticeArgs struct {
	NoticeID uuid.UUID `json:"notice_id"`
	Channel  Channel   `json:"channel"`
}

// Kind names the job.
func (waitingNoticeArgs) Kind() string { return "waiting_notice" }

// WaitingNoticeWorker tells those who wait.
type WaitingNoticeWorker struct {
	river.WorkerDefaults[waitingNoticeArgs]
	bookings *Service
	notices  *web.Notices
	mails    Mailer
	texts    sms.Sender
	pages    Links
}

// NewWaitingNoticeWorker returns the worker that River runs.
func NewWaitingNoticeWorker(bookings *Service, notices *web.Notices, mails Mailer, texts sms.Sender, pages Links) *WaitingNoticeWorker {
	return &WaitingNoticeWorker{bookings: bookings, notices: notices, mails: mails, texts: texts, pages: pages}
}

// Work sends one notice, while it is true: nobody is told of an hour that is taken
// again, and no SMS comes outside of the call hours.
func (w *WaitingNoticeWorker) Work(ctx context.Context, job *river.Job[waitingNoticeArgs]) error {
	return w.work(ctx, job.Args.NoticeID, job.Args.Channel)
}

func (w *WaitingNoticeWorker) work(ctx context.Context, id uuid.UUID, by Channel) error {
	return w.bookings.db.InTx(ctx, func(tx postgres.Tx) error {
		n, err := lockWaitingNotice(ctx, tx, id)
		if postgres.NoRows(err) || err == nil && n.sent(by) {
			return nil
		}
		if err != nil {
			return err
		}
		people, err := w.bookings.accounts.Reachable(ctx, tx, []uuid.UUID{n.AccountID})
		if err != nil {
			return err
		}
		person := people[n.AccountID]
		if wait := person.Callability(tx.Now, person.Zone).Sub(tx.Now); by == ByText && wait > 0 {
			return river.JobSnooze(wait)
		}
		hours, err := w.bookings.stillFree(ctx, tx, n)
		if err != nil || len(hours) == 0 || !person.Active {
			return err
		}
		if err := w.send(ctx, n, by, person, hours); err != nil {
			return err
		}
		return markWaitingSent(ctx, tx, n.ID, by)
	})
}

func (n waitingNoticeRow) sent(by Channel) bool {
	return by == ByMail && n.MailedAt != nil || by == ByText && n.TextedAt != nil
}

// stillFree are those of a notice's hours that can be had as it is sent; none when the
// wish is over.
func (s *Service) stillFree(ctx context.Context, tx postgres.Tx, n waitingNoticeRow) ([]time.Time, error) {
	wish, err := readWish(ctx, tx, n.EntryID, tx.Now)
	if postgres.NoRows(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	told, err := readToldHours(ctx, tx, n.ID)
	if err != nil || len(told) == 0 {
		return nil, err
	}
	worker, err := readWorker(ctx, tx, told[0].SocialWorkerID)
	if err != nil || s.offered(ctx, tx, worker.AccountID) != nil {
		return nil, err
	}
	span := Period{told[0].StartsAt, told[len(told)-1].StartsAt.Add(time.Second)}
	agenda, err := readAgenda(ctx, tx, worker, span, tx.Now)
	if err != nil {
		return nil, err
	}
	useful, err := s.useful(ctx, tx, worker.AccountID, wish, agenda.free(span, tx.Now))
	var hours []time.Time
	for _, t := range told {
		if modesAt(useful, t.StartsAt) != nil && len(hours) < maxToldHours {
			hours = append(hours, t.StartsAt)
		}
	}
	return hours, err
}

// freedHours is what the texts may say: when, never with whom nor why.
type freedHours struct {
	When  []string // in full, for a mail
	Plain string   // the first of them, for an SMS
	Page  string
}

func (w *WaitingNoticeWorker) send(ctx context.Context, n waitingNoticeRow, by Channel, person account.Reachable, hours []time.Time) error {
	said := freedHours{Plain: web.PlainDayHour(hours[0].In(person.Zone)), Page: w.pages.Base + "/liste-attente"}
	for _, at := range hours {
		said.When = append(said.When, web.DayHour(at.In(person.Zone))+", "+web.ZoneName(person.Zone))
	}
	name := "freed"
	if person.Discreet {
		name = "discreet"
	}
	if by == ByText {
		text, err := w.notices.Text("sms_"+name, said)
		if err != nil {
			return err
		}
		return w.texts.Send(ctx, sms.Message{To: person.Mobile, Text: text, Key: "waiting-" + n.ID.String()})
	}
	subject, text, err := w.notices.Write(name, said)
	if err != nil {
		return err
	}
	return w.mails.Send(ctx, outgoing.Message{ID: "waiting-" + n.ID.String(), To: person.Email, Subject: subject, Text: text})
}

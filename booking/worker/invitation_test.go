package worker_test

import (
	"context"
	"testing"

	"socialdirect/account/signup"
	"socialdirect/booking/bookingtest"
	"socialdirect/booking/slot"
	"socialdirect/booking/worker"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/viewer"
)

func TestR39_TheInvitationOfAWorkerIsInTheJournal(t *testing.T) {
	t.Parallel()
	w, ctx := bookingtest.New(t), context.Background()
	admin := w.Member(t, viewer.Administrator, "Claire")
	invited := worker.NewSocialWorker{
		Invitation: signup.Invitation{Email: "nadia@exemple.fr", FirstName: "Nadia", LastName: "Le Goff", Zone: "Europe/Paris"},
		Sheet:      worker.Sheet{Presentation: "Je vous écoute.", Languages: []string{"fr"}, Modes: slot.Modes, Place: "Vannes", Reasons: []string{"housing"}},
	}
	id, err := w.Workers.AddSocialWorker(ctx, admin, invited)
	must(t, err)
	lines, err := audit.About(ctx, w.DB.Pool, id, 5)
	if err != nil || len(lines) != 1 || lines[0].Act != "account.invited" || lines[0].ActorID != admin.ID {
		t.Errorf("journal: %+v, %v", lines, err)
	}
	_, err = w.Workers.AddSocialWorker(ctx, admin, invited)
	want(t, "the same address", err, fault.Invalid)
	if lines, err := audit.About(ctx, w.DB.Pool, id, 5); err != nil || len(lines) != 1 {
		t.Errorf("a refused invitation is journaled: %+v, %v", lines, err)
	}
}

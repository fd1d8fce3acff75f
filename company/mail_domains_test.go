package company_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"socialdirect/company"
	"socialdirect/internal/fault"
)

func TestR47_MailDomainsAreTheClientsOwn(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"exemple.fr": "exemple.fr", " @Exemple.FR. ": "exemple.fr", "rh.exemple.co.uk": "rh.exemple.co.uk", "métallurgie.fr": "xn--mtallurgie-b7a.fr",
	} {
		t.Run(typed, func(t *testing.T) {
			if got, err := company.ParseMailDomain(typed); err != nil || got != want {
				t.Errorf("%q: %q, %v", typed, got, err)
			}
		})
	}
	for typed, reason := range map[string]string{
		"": "n’est pas un domaine", "fr": "n’est pas un domaine", "exemple": "n’est pas un domaine", "a@exemple.fr": "n’est pas un domaine", "https://exemple.fr": "n’est pas un domaine",
		"exemple..fr": "n’est pas un domaine", strings.Repeat("a", 300) + ".fr": "n’est pas un domaine",
		"co.uk": "partagent", "asso.fr": "partagent", "github.io": "partagent",
		"gmail.com": "tout le monde", "ORANGE.fr": "tout le monde", "mail.wanadoo.fr": "tout le monde", "laposte.net": "tout le monde", "hotmail.fr": "tout le monde",
	} {
		t.Run(typed, func(t *testing.T) {
			got, err := company.ParseMailDomain(typed)
			if got != "" || !fault.Is(err, fault.Invalid) || !strings.Contains(fault.From(err).Message, reason) {
				t.Errorf("%q: %q, %v", typed, got, err)
			}
		})
	}
}

func TestR47_AnAdministratorSavesTheMailDomainsOfAClient(t *testing.T) {
	t.Parallel()
	w, ctx := newWorld(t), context.Background()
	client, err := w.Companies.BySlug(ctx, "exemple")
	must(t, err)
	client.MailDomains = []string{"exemple.fr"}
	must(t, w.Companies.Edit(ctx, w.Admin, client))
	kept, err := w.Companies.Client(ctx, w.Admin, client.ID)
	if err != nil || len(kept.MailDomains) != 1 || kept.MailDomains[0] != "exemple.fr" {
		t.Errorf("kept %v, %v", kept.MailDomains, err)
	}
	for i := range company.MaxMailDomains + 1 {
		client.MailDomains = append(client.MailDomains, fmt.Sprintf("exemple-%d.fr", i))
	}
	for name, domains := range map[string][]string{"too many": client.MailDomains, "a provider's": {"gmail.com"}, "one that is not folded": {"Exemple.fr"}} {
		t.Run(name, func(t *testing.T) {
			client.MailDomains = domains
			if err := w.Companies.Edit(ctx, w.Admin, client); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	client.MailDomains = nil
	must(t, w.Companies.Edit(ctx, w.Admin, client))
	if kept, err = w.Companies.Client(ctx, w.Admin, client.ID); err != nil || len(kept.MailDomains) != 0 {
		t.Errorf("kept %v, %v", kept.MailDomains, err)
	}
}

package company

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// An employer can read the mail of its own domain. A client therefore carries its
// domains, and whoever signs up with an address of one is told (R47).

// MaxMailDomains is how many domains a client may carry, and maxMailDomain how many
// characters each may have (RFC 1035, 2.3.4).
const (
	MaxMailDomains = 50
	maxMailDomain  = 253
)

// freeMail are the domains at which anybody has an address, one a line: those of the
// providers that people in France use most.
//
//go:embed free_mail.txt
var freeMail string

var anybodys = func() map[string]bool {
	domains := map[string]bool{}
	for domain := range strings.FieldsSeq(freeMail) {
		domains[domain] = true
	}
	return domains
}()

// ParseMailDomain reads a domain as people write it, in its one ASCII form; Invalid,
// with the reason, for what is no domain, for an ending that many share, and for a
// provider's at which anybody has an address.
func ParseMailDomain(typed string) (string, error) {
	typed = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(typed), "@"), ".")
	domain, err := idna.Lookup.ToASCII(typed)
	if err != nil || len(domain) > maxMailDomain || !strings.Contains(domain, ".") || strings.Contains("."+domain, "..") || strings.ContainsAny(domain, "@ \t/:") {
		return "", refuseDomain("« %s » n’est pas un domaine. Écrivez ce qui suit le @ dans les adresses, par exemple exemple.fr.", typed)
	}
	if suffix, _ := publicsuffix.PublicSuffix(domain); suffix == domain {
		return "", refuseDomain("« %s » est une terminaison que beaucoup d’organismes partagent. Écrivez le domaine entier.", typed)
	}
	if owned, err := publicsuffix.EffectiveTLDPlusOne(domain); err != nil || anybodys[owned] {
		return "", refuseDomain("« %s » est ouvert à tout le monde : ce n’est pas le domaine de l’entreprise.", typed)
	}
	return domain, nil
}

func refuseDomain(message, typed string) error {
	if runes := []rune(typed); len(runes) > 80 {
		typed = string(runes[:80]) + "…"
	}
	return fault.New(fault.Invalid, fmt.Sprintf(message, typed))
}

// checkMailDomains bounds the domains, whoever sends them.
func checkMailDomains(domains []string) error {
	if len(domains) > MaxMailDomains {
		return errContract
	}
	for _, domain := range domains {
		if parsed, err := ParseMailDomain(domain); err != nil || parsed != domain {
			return errContract
		}
	}
	return nil
}

// hasAddress reports whether an address is of one of the domains, or of a part of one.
func hasAddress(domains []string, email string) bool {
	_, domain, _ := strings.Cut(email[max(0, strings.LastIndex(email, "@")):], "@")
	folded, err := idna.Lookup.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(domains, func(own string) bool { return folded == own || strings.HasSuffix(folded, "."+own) })
}

// OwnAddress reports whether an address is of one of the client's own domains. It is
// for the platform itself, about somebody of that client.
func (s *Service) OwnAddress(ctx context.Context, client uuid.UUID, email string) (bool, error) {
	c, err := readClient(ctx, s.db.Pool, client)
	return hasAddress(c.MailDomains, email), err
}

// setMailDomains keeps the domains of a client, which are no terms of its contract,
// and journals that they changed.
func setMailDomains(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, client uuid.UUID, domains []string) error {
	changed, err := updateMailDomains(ctx, tx, client, domains)
	if err != nil || !changed {
		return err
	}
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "client.mail_domains", ObjectID: client})
}

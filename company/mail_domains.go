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

// An employer can read the mail at its own domain. A client's e-mail domains are therefore
// saved, and people who sign up with such an address are warned (R47).

// MaxMailDomains is how many domains a client may have, and maxMailDomain the longest domain
// in characters (RFC 1035, 2.3.4).
const (
	MaxMailDomains = 50
	maxMailDomain  = 253
)

// freeMail are the domains of public mail providers, one a line: those that people in France
// use most.
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

// ParseMailDomain returns a typed domain in its ASCII form. It fails with Invalid, with the
// reason, for what is not a domain, for a public suffix, and for the domain of a public mail
// provider.
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

// checkMailDomains fails with Invalid for too many domains or an invalid one.
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

// hasAddress reports whether an address is at one of the domains or a subdomain.
func hasAddress(domains []string, email string) bool {
	_, domain, _ := strings.Cut(email[max(0, strings.LastIndex(email, "@")):], "@")
	folded, err := idna.Lookup.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil {
		return false
	}
	return slices.ContainsFunc(domains, func(own string) bool { return folded == own || strings.HasSuffix(folded, "."+own) })
}

// OwnAddress reports whether an address is at one of the client's own domains. The platform
// calls it, about a person of that client; it checks no viewer.
func (s *Service) OwnAddress(ctx context.Context, client uuid.UUID, email string) (bool, error) {
	c, err := readClient(ctx, s.db.Pool, client)
	return hasAddress(c.MailDomains, email), err
}

// setMailDomains saves the domains of a client, which are not terms of its contract, and
// journals a change.
func setMailDomains(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, client uuid.UUID, domains []string) error {
	changed, err := updateMailDomains(ctx, tx, client, domains)
	if err != nil || !changed {
		return err
	}
	return audit.Append(ctx, tx, audit.Entry{ActorID: v.ID, Act: "client.mail_domains", ObjectID: client})
}

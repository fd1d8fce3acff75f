package config

import (
	"cmp"
	"errors"
	"net/url"
	"strconv"
)

// Operator is the company that runs the platform, as its legal notice must describe it (R43).
// The notice says which fields are missing.
type Operator struct {
	Name            string
	Address         string
	Registration    string // legal form, capital, register
	VAT             string // the VAT number, or why there is none
	Publisher       string // the person responsible for publication
	Email           string
	DPO             string // the data-protection officer's address
	Host            string
	HostAddress     string
	HostPhone       string
	HostCertificate string // the certificate for hosting health data (HDS)
	Mediator        string // the consumer mediator's name
	MediatorAddress string
	MediatorSite    string
	Insurer         string // the operator's own insurers, and where they cover it
	About           string // a text about the operator, in their own words
	CallPrice       string // what a call to the switchboard costs, such as "appel gratuit"
	Security        string // where vulnerabilities are reported: an address with https: or mailto: (RFC 9116)
}

// detail is one setting of an Operator.
type detail struct {
	setting string
	label   string // what it is, for an administrator; empty if the notice does not owe it
	field   func(*Operator) *string
	parse   func(string) (string, error) // nil: any text
	may     string                       // what it may hold, with parse
}

var details = []detail{
	{"OPERATOR_NAME", "le nom de l’exploitant", func(o *Operator) *string { return &o.Name }, nil, ""},
	{"OPERATOR_ADDRESS", "son adresse", func(o *Operator) *string { return &o.Address }, nil, ""},
	{"OPERATOR_REGISTRATION", "sa forme, son capital et son immatriculation", func(o *Operator) *string { return &o.Registration }, nil, ""},
	{"OPERATOR_VAT", "son numéro de TVA, ou pourquoi il n’en a pas", func(o *Operator) *string { return &o.VAT }, nil, ""},
	{"OPERATOR_PUBLISHER", "la personne responsable de la publication", func(o *Operator) *string { return &o.Publisher }, nil, ""},
	{"OPERATOR_EMAIL", "son adresse e-mail", func(o *Operator) *string { return &o.Email }, parseEmail, "an address such as contact@example.org"},
	{"OPERATOR_DPO", "l’adresse e-mail du délégué à la protection des données", func(o *Operator) *string { return &o.DPO }, parseEmail, "an address such as dpo@example.org"},
	{"OPERATOR_HOST", "le nom de l’hébergeur", func(o *Operator) *string { return &o.Host }, nil, ""},
	{"OPERATOR_HOST_ADDRESS", "l’adresse de l’hébergeur", func(o *Operator) *string { return &o.HostAddress }, nil, ""},
	{"OPERATOR_HOST_PHONE", "le téléphone de l’hébergeur", func(o *Operator) *string { return &o.HostPhone }, nil, ""},
	{"OPERATOR_HOST_HDS", "le certificat d’hébergeur de données de santé (HDS)", func(o *Operator) *string { return &o.HostCertificate }, nil, ""},
	{"OPERATOR_MEDIATOR", "le nom du médiateur de la consommation", func(o *Operator) *string { return &o.Mediator }, nil, ""},
	{"OPERATOR_MEDIATOR_ADDRESS", "l’adresse postale du médiateur", func(o *Operator) *string { return &o.MediatorAddress }, nil, ""},
	{"OPERATOR_MEDIATOR_SITE", "le site du médiateur", func(o *Operator) *string { return &o.MediatorSite }, addressWith("https", "http"), "the address of a site, such as https://mediateur.example.org"},
	{"OPERATOR_INSURER", "l’assureur de l’exploitant", func(o *Operator) *string { return &o.Insurer }, nil, ""},
	{"OPERATOR_ABOUT", "quelques mots sur l’exploitant", func(o *Operator) *string { return &o.About }, nil, ""},
	{"SWITCHBOARD_PRICE", "le prix d’un appel au standard", func(o *Operator) *string { return &o.CallPrice }, nil, ""},
	{"OPERATOR_SECURITY", "", func(o *Operator) *string { return &o.Security }, addressWith("https", "mailto"), "where to report vulnerabilities, such as mailto:security@example.org or https://example.org/security"},
}

func (r *reader) operator() Operator {
	var o Operator
	for _, d := range details {
		if *d.field(&o) = r.raw(d.setting); d.parse == nil {
			continue
		}
		if _, err := d.parse(*d.field(&o)); err != nil {
			r.fail(d.setting, strconv.Quote(*d.field(&o)), d.may)
		}
	}
	return o
}

// addressWith returns a parser of addresses with one of these schemes; an empty one is valid.
func addressWith(schemes ...string) func(string) (string, error) {
	return func(s string) (string, error) {
		u, err := url.Parse(s)
		if s == "" || err == nil && hasScheme(u, schemes) && cmp.Or(u.Host, u.Opaque) != "" {
			return s, nil
		}
		return s, errors.New("no such address")
	}
}

// Unset is something that the legal notice owes and that is not set.
type Unset struct {
	Setting string
	Label   string // what it is, for an administrator
}

// Unset returns what the legal notice owes and lacks. phone is the switchboard's number
// (SWITCHBOARD_PHONE).
func (o Operator) Unset(phone string) (missing []Unset) {
	if phone == "" {
		missing = append(missing, Unset{"SWITCHBOARD_PHONE", "le numéro du standard"})
	}
	for _, d := range details {
		if d.label != "" && *d.field(&o) == "" {
			missing = append(missing, Unset{d.setting, d.label})
		}
	}
	return missing
}

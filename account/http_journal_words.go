package account

// actWords says in French what a line of the journal tells. The journal keeps the
// lasting names.
var actWords = map[string]string{
	"account.age_asked":            "Preuve d’âge demandée",
	"account.age_verified":         "Âge vérifié",
	"account.assisted":             "Compte ouvert par le standard",
	"account.closed":               "Compte fermé",
	"account.invitation_withdrawn": "Invitation retirée",
	"account.invited":              "Invitation envoyée",
	"account.link_resent":          "Lien renvoyé",
	"account.looked_up":            "Compte montré au standard ou à l’administration",
	"account.reopened":             "Compte rouvert",
	"account.resumed":              "Suspension levée",
	"account.role_changed":         "Rôle changé",
	"account.sign_up_allowed":      "Inscription de nouveau permise",
	"account.sign_up_refused":      "Inscription refusée",
	"account.suspended":            "Compte suspendu",
	"agenda.cleared":               "Rendez-vous d’une assistante sociale annulés par l’administration",
	"appointment.worker_cancelled": "Rendez-vous annulé avec d’autres par l’assistante sociale, ou à sa place",
	"recall.missed":                "Personne à rappeler, pas jointe",
	"recall.reached":               "Personne à rappeler, jointe",
	"recall.shown":                 "Personne à rappeler montrée au standard",
	"appointment.booked":           "Rendez-vous pris pour quelqu’un",
	"appointment.by_phone":         "Rendez-vous passé au téléphone pour quelqu’un",
	"appointment.cancelled":        "Rendez-vous annulé pour quelqu’un",
	"appointment.mark_cleared":     "Annulation tardive effacée",
	"appointment.moved":            "Rendez-vous changé pour quelqu’un",
	"appointment.shown":            "Rendez-vous montrés au standard",
	"code.issued":                  "Code de connexion créé",
	"code.revoked":                 "Code de connexion révoqué",
	"code.rotated":                 "Code de connexion remplacé",
	"company.token_made":           "Clé pour logiciel créée",
	"company.token_revoked":        "Clé pour logiciel retirée",
	"contract.changed":             "Contrat modifié",
	"contract.created":             "Contrat créé",
	"credential.confirmed":         "Justificatif confirmé",
	"credential.recorded":          "Justificatif enregistré",
	"credential.submitted":         "Justificatif envoyé",
	"credential.withdrawn":         "Justificatif retiré",
	"legal.published":              "Texte publié",
	"legal.withdrawn":              "Publication retirée",
	"notices.called":               "Personne prévenue par téléphone de ce qui n’était pas arrivé",
	"notices.listed":               "Personne à joindre montrée au standard",
	"notices.looked_up":            "Messages envoyés montrés au standard",
	"reason.added":                 "Motif ajouté",
	"reason.moved":                 "Ordre des motifs changé",
	"reason.renamed":               "Motif renommé",
	"reason.retired":               "Motif retiré ou proposé de nouveau",
	"report.handled":               "Signalement traité",
	"report.made":                  "Signalement reçu",
	"report.reopened":              "Signalement repris",
	"rights.archive_opened":        "Archive d’une identité ouverte",
	"rights.asked":                 "Suppression demandée",
	"rights.entered":               "Demande de droits enregistrée",
	"rights.erased":                "Compte supprimé",
	"rights.matched":               "Demande de droits rattachée à un compte",
	"rights.noted":                 "Étape d’une demande de droits notée",
	"rights.refused":               "Demande de droits refusée",
	"rights.withdrawn":             "Demande de droits retirée",
	"second_factor.reset":          "Double vérification retirée",
	"sheet.changed":                "Fiche modifiée par l’administration",
	"sheet.place":                  "Lieux modifiés par l’administration",
	"sheet.portrait":               "Photo modifiée par l’administration",
}

// Words says an act in French; one without words keeps its name.
func (journalPage) Words(act string) string {
	if words, ok := actWords[act]; ok {
		return words
	}
	return act
}

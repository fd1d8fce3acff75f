package privacy

import (
	"slices"

	"socialdirect/internal/viewer"
)

// Kept is one kind of data that the platform stores about a person, as the person reads it.
type Kept struct {
	Title string // also in the privacy policy that comes with the platform
	What  string
	Until string
	Roles []viewer.Role // whom it is about; nil for everybody
	Link  string        // the page on which the person sees or changes it; empty for none
	Label string        // of the link
}

var (
	beneficiary = []viewer.Role{viewer.Beneficiary}
	worker      = []viewer.Role{viewer.SocialWorker}
	itsPeople   = []viewer.Role{viewer.Beneficiary, viewer.SocialWorker}
)

// everythingKept is the whole list. A test compares it with the tables of the database.
var everythingKept = []Kept{
	{Title: "Qui vous êtes", What: "Votre nom, votre adresse e-mail, votre numéro de portable, le lieu dont vous voyez l’heure et, si l’on vous a ouvert ce service, l’organisme qui l’a fait. Si le standard vous a inscrit, le moment où il l’a fait.", Until: "Jusqu’à la suppression du compte.", Link: "/profil", Label: "Les voir ou les corriger"},
	{Title: "Vos moyens de connexion", What: "Votre mot de passe, sous une forme qui ne permet pas de le relire, vos clés d’accès, votre application de codes et vos codes de secours. Les codes et les liens que nous vous envoyons.", Until: "Jusqu’à ce que vous les changiez\u00a0; un code 10 minutes, un lien 7 jours au plus.", Link: "/profil/securite", Label: "Les voir ou les changer"},
	{Title: "Vos connexions", What: "Vos sessions ouvertes, avec le navigateur et l’heure, et vos appareils connus. Les essais manqués, comptés par adresse et par réseau sous une forme qui ne dit pas lesquels. Le dernier formulaire envoyé après la fin d’une session, chiffré, pour vous le montrer rempli.", Until: "Une session 12 heures, un appareil 1 an, un essai 24 heures, un formulaire 30 minutes.", Link: "/profil/securite", Label: "Les voir ou les fermer"},
	{Title: "Votre accord", What: "Les textes que vous avez acceptés, les mots de la case, le jour et l’heure, et votre déclaration d’avoir 18 ans.", Until: "Jusqu’à la suppression du compte, puis 5 ans dans une archive scellée."},
	{Title: "Ce que vous voulez recevoir", What: "Vos choix de rappels, de SMS, de discrétion et d’heures d’appel, et les messages que vous avez arrêtés.", Until: "Jusqu’à la suppression du compte.", Link: "/profil/notifications/messages", Label: "Les voir ou les changer"},
	{Title: "Les messages partis vers vous", What: "Pour chaque e-mail et chaque SMS\u00a0: de quelle sorte il est, quand il est parti, s’il est arrivé, ou pourquoi non. Jamais ce qu’il disait.", Until: "30 jours, ou aussi longtemps que le rendez-vous dont il parle."},
	{Title: "Vos rendez-vous", What: "Avec qui, quand, de quelle façon, et ce qu’ils sont devenus\u00a0: tenus, annulés, déplacés, manqués. Par téléphone, si un message vocal peut être laissé, et l’heure des appels sans réponse. Combien vous en avez pris, déplacé ou annulé dans la journée, et une marque si vous avez annulé tard. Les fiches et les agendas que vous ouvrez, comptés pendant un jour.", Until: "Jusqu’à la suppression du compte. Les dates restent ensuite, sans votre nom\u00a0: elles sont aussi celles de l’autre personne.", Roles: itsPeople, Link: "/rendez-vous", Label: "Les voir"},
	{Title: "Vos besoins et le motif", What: "De quoi vous voulez parler, le mot que vous écrivez avant, et ce dont vous avez besoin\u00a0: interprète, accessibilité, langue des signes, échange par écrit, personne qui vous accompagne. Ce que vous écrivez est chiffré avec une clé qui n’est qu’à vous, et lu par l’assistante sociale seule\u00a0; le standard, qui cherche l’interprète, lit la langue et l’heure, sans votre nom.", Until: "Jusqu’à la suppression du compte.", Roles: beneficiary, Link: "/rendez-vous", Label: "Les voir"},
	{Title: "Ce que vous cherchez", What: "Votre choix sur la liste des assistants sociaux\u00a0: le motif, la façon de parler, la langue, la ville et l’ordre, chiffrés.", Until: "Jusqu’à la fin de votre session.", Roles: beneficiary, Link: "/assistants", Label: "Le voir"},
	{Title: "Votre demande d’appel", What: "Si vous demandez à être rappelé\u00a0: votre numéro, votre prénom et le moment, chiffrés, et qui du standard vous appelle.", Until: "Jusqu’à l’appel, 7 jours au plus.", Roles: beneficiary, Link: "/rappel", Label: "Demander un appel"},
	{Title: "Votre liste d’attente", What: "Les heures plus proches que vous attendez, les critères que vous avez choisis, et celles dont nous vous avons prévenu.", Until: "Jusqu’à ce que vous vous en retiriez ou que l’heure soit passée, puis 30 jours.", Roles: beneficiary, Link: "/liste-attente", Label: "La voir"},
	{Title: "Vos messages et vos documents", What: "Ce que vous écrivez et envoyez, chiffré avec la clé de la personne accompagnée et lu par vous deux seulement, jusqu’où chacun a lu, et combien vous avez envoyé, pour les limites.", Until: "Jusqu’à la suppression du compte de la personne accompagnée\u00a0; un envoi interrompu, 24 heures.", Roles: itsPeople, Link: "/messages", Label: "Les lire"},
	{Title: "Vos appels", What: "L’heure d’arrivée et de départ de chacun, et le nom des personnes que vous y invitez. Leur adresse e-mail, si vous la donnez, sert à l’envoi du lien, puis est effacée. Jamais l’image, ni le son.", Until: "1 an\u00a0; le nom des invités, jusqu’au lendemain de l’appel.", Roles: itsPeople},
	{Title: "Vos tests d’appel", What: "Si vous envoyez le résultat d’un test au standard\u00a0: le navigateur, sa version, et ce qui a été mesuré. Ni votre nom, ni votre adresse.", Until: "30 jours.", Link: "/test-appel", Label: "Faire un test"},
	{Title: "Les signalements", What: "Si une assistante sociale signale un manque de respect ou un désaccord à l’administration\u00a0: sur qui, de qui, quand, et ce qu’elle en écrit, chiffré.", Until: "Jusqu’à la suppression du compte\u00a0; ensuite scellé avec l’archive, 5 ans.", Roles: itsPeople},
	{Title: "Les décisions sur votre compte", What: "Une suspension, une fermeture, un refus, un changement de rôle ou une preuve d’âge demandée\u00a0: quand, par qui, et pourquoi, chiffré. Après un refus d’inscription, une empreinte de l’adresse et du numéro, qui ne dit pas lesquels.", Until: "Jusqu’à la suppression du compte\u00a0; ensuite scellé avec l’archive, 5 ans. L’empreinte d’un refus\u00a0: 2 ans."},
	{Title: "Qui a ouvert votre compte", What: "Un journal dit qui a fait quoi, et quand, sur votre compte\u00a0; il ne contient pas votre nom. Le nombre de comptes que chaque personne du standard ouvre dans la journée est compté.", Until: "Le journal reste, pour que personne ne puisse le changer\u00a0; le compte du standard est effacé avec le vôtre."},
	{Title: "Vos demandes", What: "Vos demandes de suppression, ce qui a été répondu et par qui. Le nom et la preuve d’accord d’un compte supprimé, dans une archive scellée.", Until: "La trace de la demande reste\u00a0; l’archive est détruite après 5 ans."},
	{Title: "Les statistiques", What: "Que vous avez consulté dans l’année, pour ne vous compter qu’une fois. Les nombres de rendez-vous et de personnes sont brouillés\u00a0: votre organisme et nous n’y lisons le nom de personne. C’est notre intérêt légitime, et celui de votre organisme, de savoir si le service sert.", Until: "Jusqu’à l’année suivante, ou la suppression du compte. Les nombres restent.", Roles: beneficiary},
	{Title: "Votre fiche et vos justificatifs", What: "Votre photo, votre présentation, vos lieux, vos langues, votre diplôme et vos assurances.", Until: "Jusqu’à la suppression du compte.", Roles: worker, Link: "/profil/fiche", Label: "La voir ou la changer"},
	{Title: "Votre agenda", What: "Vos ouvertures, vos absences, vos réglages, les adresses de vos autres agendas, chiffrées, et de ceux-ci les heures prises seulement. Les annulations de plusieurs rendez-vous, avec leur explication.", Until: "Jusqu’à la suppression du compte.", Roles: worker, Link: "/agenda", Label: "Le voir ou le changer"},
	{Title: "Vos clés", What: "La clé qui chiffre ce qui est à vous, elle-même chiffrée.", Until: "Jusqu’à la suppression du compte\u00a0: la détruire rend tout illisible."},
}

// KeptOf returns what is stored about people of a role.
func KeptOf(role viewer.Role) []Kept {
	return slices.DeleteFunc(slices.Clone(everythingKept), func(k Kept) bool { return k.Roles != nil && !slices.Contains(k.Roles, role) })
}

package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"socialdirect/internal/viewer"
)

// policy says for every route who may open it and what they get. It is written independently
// of the table of routes, so that a mistake in either is found; a missing route fails the
// test.
//
// Everybody else gets the same everywhere: signed out, a redirect to sign in (401 if the route
// is no page); with only a password, a redirect to the second factor; with another role, 403.
// An object of somebody else is answered like a missing one: 404.
var policy = map[string]rule{
	// Pages that are the same for everybody.
	"GET /{$}":                         anyone(200),
	"GET /comment-ca-marche":           anyone(200),
	"GET /mentions-legales":            anyone(200),
	"GET /accessibilite":               anyone(200),
	"GET /qui-sommes-nous":             anyone(200),
	"GET /robots.txt":                  anyone(200),
	"GET /.well-known/change-password": anyone(303),
	"GET /.well-known/security.txt":    anyone(404), // without its setting
	"GET /cookies":                     anyone(200),
	"GET /conditions":                  anyone(200),
	"GET /conditions/{version}":        anyone(200).of("version"),
	"GET /confidentialite":             anyone(200),
	"GET /confidentialite/{version}":   anyone(200).of("version"),
	"GET /desinscription":              anyone(410),
	"POST /desinscription":             anyone(410),
	"GET /rappel":                      anyone(200),
	"POST /rappel":                     anyone(422),
	"GET /rappel/code":                 anyone(303),
	"POST /rappel/code":                anyone(422),
	"GET /rappel/merci":                anyone(200),
	"GET /c/{slug}":                    anyone(200).of("client's entrance"),

	// Signing up and in. A link without its token counts as expired.
	"GET /inscription":             anyone(200),
	"POST /inscription":            anyone(422),
	"GET /inscription/validation":  anyone(200),
	"POST /inscription/validation": anyone(410),
	"POST /inscription/adresse":    anyone(422),
	"GET /inscription/renvoi":      anyone(200),
	"POST /inscription/renvoi":     anyone(422),
	"GET /inscription/code":        anyone(200),
	"POST /inscription/code":       anyone(422),
	"GET /invitation":              anyone(410),
	"POST /invitation":             anyone(410),
	"GET /connexion":               anyone(303).signedOut(200),
	"POST /connexion":              anyone(422),
	"GET /connexion/sms":           anyone(303).signedOut(200),
	"POST /connexion/sms":          anyone(422),
	"GET /connexion/sms/code":      anyone(303),
	"POST /connexion/sms/code":     anyone(422),
	"POST /connexion/cle/defi":     anyone(200).json(),
	"POST /connexion/cle":          anyone(422).json(),
	"GET /mot-de-passe/oubli":      anyone(200),
	"POST /mot-de-passe/oubli":     anyone(422),
	"GET /mot-de-passe/nouveau":    anyone(410),
	"POST /mot-de-passe/nouveau":   anyone(410),
	"GET /profil/adresse":          anyone(410),
	"POST /deconnexion":            anyone(303),
	"POST /reprise":                anyone(404), // without fields there is nothing to keep
	"POST /profil/adresse":         anyone(410),

	// The second factor: people who have given it are redirected, and nobody who has one can set up
	// another one with only the password.
	"GET /connexion/second-facteur":           signedIn(303).half(200),
	"POST /connexion/second-facteur":          signedIn(422).half(422),
	"GET /profil/securite/totp":               to(403, allStaff...).half(403), // they already have one
	"POST /profil/securite/totp":              to(403, allStaff...).half(403),
	"POST /profil/securite/cles/defi":         signedIn(200).json().half(403),
	"POST /profil/securite/cles":              signedIn(422).json().half(422),
	"POST /connexion/cle/second-facteur/defi": signedIn(200).json().of("passkey").others(422).half(422),
	"POST /connexion/cle/second-facteur":      signedIn(422).json().half(422),

	// One's own account.
	"GET /acceptation":                            signedIn(303),
	"GET /reprise":                                signedIn(303),
	"POST /acceptation":                           signedIn(303),
	"POST /textes/vu":                             signedIn(303),
	"GET /profil":                                 signedIn(200),
	"POST /profil":                                signedIn(422),
	"GET /profil/mobile":                          to(200, viewer.Beneficiary),
	"POST /profil/mobile":                         to(422, viewer.Beneficiary),
	"POST /profil/mobile/envoi":                   to(409, viewer.Beneficiary), // whose number is already confirmed
	"GET /profil/notifications":                   to(200, viewer.Beneficiary),
	"POST /profil/notifications":                  to(422, viewer.Beneficiary),
	"GET /profil/notifications/messages":          signedIn(200),
	"POST /profil/notifications/messages":         signedIn(303),
	"GET /profil/securite":                        signedIn(200),
	"POST /profil/securite/mot-de-passe":          signedIn(422),
	"POST /profil/securite/sessions/fin":          signedIn(303),
	"POST /profil/securite/sessions/{id}/fin":     signedIn(303).of("session to end"),
	"GET /profil/securite/codes":                  to(200, allStaff...),
	"POST /profil/securite/codes":                 to(422, allStaff...),
	"GET /profil/securite/cles":                   signedIn(200),
	"GET /profil/securite/cles/{id}":              signedIn(200).of("passkey"),
	"POST /profil/securite/cles/{id}":             signedIn(422).of("passkey"),
	"POST /profil/securite/cles/{id}/suppression": signedIn(303).of("passkey to remove"),
	"GET /profil/fiche":                           to(200, viewer.SocialWorker),
	"POST /profil/fiche":                          to(422, viewer.SocialWorker),
	"POST /profil/fiche/photo":                    to(422, viewer.SocialWorker),
	"POST /profil/fiche/photo/suppression":        to(303, viewer.SocialWorker),
	"POST /profil/fiche/assurance":                to(422, viewer.SocialWorker),
	"POST /profil/fiche/lieux":                    to(422, viewer.SocialWorker),
	"POST /profil/fiche/lieux/{place}":            to(422, viewer.SocialWorker).of("place"),
	"POST /profil/fiche/lieux/{place}/monter":     to(303, viewer.SocialWorker).of("place"),
	"POST /profil/fiche/lieux/{place}/retrait":    to(303, viewer.SocialWorker).of("place to remove"),

	// Booking.
	"GET /assistants":                      to(200, viewer.Beneficiary),
	"POST /assistants/choix":               to(303, viewer.Beneficiary),
	"GET /assistants/{id}":                 to(200, viewer.Beneficiary).of("worker"),
	"GET /au-plus-tot":                     to(200, viewer.Beneficiary),
	"GET /liste-attente":                   to(200, viewer.Beneficiary),
	"POST /liste-attente":                  to(303, viewer.Beneficiary),
	"POST /liste-attente/{id}/suppression": to(303, viewer.Beneficiary).of("wish"),
	"GET /assistants/{id}/photo":           signedIn(200).of("portrait"),
	"GET /rendez-vous/nouveau":             to(200, viewer.Beneficiary).of("free hour"),
	"POST /rendez-vous/nouveau":            to(422, viewer.Beneficiary),
	"POST /rendez-vous":                    to(422, viewer.Beneficiary),
	"GET /rendez-vous":                     to(200, itsPeople...),
	"GET /rendez-vous/{id}":                to(200, itsPeople...).of("appointment"),
	"GET /rendez-vous/{id}/calendrier.ics": to(200, itsPeople...).of("appointment"),
	"GET /rendez-vous/{id}/annulation":     to(200, itsPeople...).of("appointment"),
	"POST /rendez-vous/{id}/annulation":    to(422, itsPeople...).of("appointment").sends("explanation", strings.Repeat("a", 5000)),
	"GET /rendez-vous/{id}/deplacement":    to(200, itsPeople...).of("appointment"),
	"POST /rendez-vous/{id}/deplacement":   to(422, itsPeople...).of("appointment"),
	"POST /rendez-vous/{id}/telephone":     to(303, viewer.Beneficiary).of("appointment by video"),
	"GET /rendez-vous/{id}/besoins":        to(200, viewer.Beneficiary).of("appointment"),
	"POST /rendez-vous/{id}/besoins":       to(422, viewer.Beneficiary).of("appointment").sends("companion", strings.Repeat("a", 5000)),
	"POST /rendez-vous/{id}/reponse":       to(422, viewer.SocialWorker).of("appointment"),
	"POST /rendez-vous/{id}/issue":         to(422, viewer.SocialWorker).of("appointment"),
	"POST /rendez-vous/{id}/pas-jointe":    to(409, viewer.SocialWorker).of("appointment"),
	"POST /rendez-vous/{id}/message-vocal": to(303, viewer.Beneficiary).of("appointment"),
	"POST /rendez-vous/{id}/marque":        to(303, viewer.SocialWorker).of("late cancellation"),
	"GET /rendez-vous/{id}/signalement":    to(200, viewer.SocialWorker).of("appointment"),
	"POST /rendez-vous/{id}/signalement":   to(422, viewer.SocialWorker).of("appointment"),

	// A worker books for people they have met.
	"GET /beneficiaires/{id}/rendez-vous":          to(200, viewer.SocialWorker).of("person met"),
	"POST /beneficiaires/{id}/rendez-vous/nouveau": to(422, viewer.SocialWorker).of("person met"),
	"POST /beneficiaires/{id}/rendez-vous":         to(422, viewer.SocialWorker).of("person met"),

	// The call and the conversation.
	"GET /rendez-vous/{id}/appel":                             to(200, itsPeople...).of("call"),
	"GET /rendez-vous/{id}/appel/ws":                          to(101, itsPeople...).of("call").socket(),
	"POST /rendez-vous/{id}/appel/absence":                    to(409, "beneficiary").of("call"),
	"GET /rendez-vous/{id}/appel/invitation":                  to(200, itsPeople...).of("call"),
	"POST /rendez-vous/{id}/appel/invitation":                 to(422, itsPeople...).of("call"),
	"POST /rendez-vous/{id}/appel/invitation/{guest}/retrait": to(303, itsPeople...).of("invitation to a call"),
	"GET /appel/invite":                                       anyone(410),
	"POST /appel/invite":                                      anyone(410),
	"GET /appel/invite/ws":                                    anyone(410).socket(),

	// Testing a call, for everybody; the switchboard sees what was sent.
	"GET /test-appel":                     anyone(200),
	"GET /test-appel/ws":                  anyone(101).socket(),
	"GET /test-appel/attente":             anyone(204).json(),
	"POST /test-appel/rapport":            anyone(422),
	"GET /test-appel/rapport/{reference}": anyone(200).of("report of a test"),
	"GET /standard/tests":                 to(200, viewer.Switchboard),

	"GET /messages":       to(200, itsPeople...),
	"GET /messages/ws":    to(101, itsPeople...).socket(),
	"GET /messages/{id}":  to(200, itsPeople...).of("conversation"),
	"POST /messages/{id}": to(422, itsPeople...).of("conversation"),
	"GET /documents/{id}": to(200, itsPeople...).of("document"),

	// A worker's agenda.
	"GET /agenda":                              to(200, viewer.SocialWorker),
	"GET /agenda/ouvertures":                   to(200, viewer.SocialWorker),
	"POST /agenda/ouvertures":                  to(422, viewer.SocialWorker),
	"POST /agenda/ouvertures/{id}/suppression": to(303, viewer.SocialWorker).of("opening to remove"),
	"GET /agenda/ouvertures/{id}":              to(200, viewer.SocialWorker).of("opening to change"),
	"POST /agenda/ouvertures/{id}":             to(422, viewer.SocialWorker).of("opening to change"),
	"GET /agenda/aujourdhui":                   to(200, viewer.SocialWorker),
	"GET /agenda/rendez-vous":                  to(200, viewer.SocialWorker),
	"POST /agenda/rendez-vous":                 to(422, viewer.SocialWorker),
	"GET /agenda/ouvertures/copie":             to(200, viewer.SocialWorker),
	"POST /agenda/ouvertures/copie":            to(422, viewer.SocialWorker),
	"GET /agenda/absences":                     to(200, viewer.SocialWorker),
	"POST /agenda/absences":                    to(422, viewer.SocialWorker),
	"POST /agenda/absences/{id}/suppression":   to(303, viewer.SocialWorker).of("absence to remove"),
	"POST /agenda/absences/hebdomadaires":      to(422, viewer.SocialWorker),

	"POST /agenda/absences/hebdomadaires/{id}/suppression": to(303, viewer.SocialWorker).of("weekly absence to remove"),

	"GET /agenda/annulations":               to(200, viewer.SocialWorker),
	"POST /agenda/annulations/verification": to(422, viewer.SocialWorker),
	"POST /agenda/annulations":              to(422, viewer.SocialWorker),

	"GET /rendez-vous/{id}/propositions":        to(200, viewer.Beneficiary).of("appointment its worker cancelled"),
	"POST /rendez-vous/{id}/propositions":       to(422, viewer.Beneficiary).of("appointment its worker cancelled"),
	"POST /rendez-vous/{id}/propositions/refus": to(303, viewer.Beneficiary).of("appointment its worker cancelled"),

	"GET /agenda/reglages":      to(200, viewer.SocialWorker),
	"POST /agenda/reglages":     to(422, viewer.SocialWorker),
	"GET /agenda/fuseau":        to(200, viewer.SocialWorker),
	"POST /agenda/fuseau":       to(422, viewer.SocialWorker),
	"POST /agenda/jours-feries": to(404, viewer.SocialWorker),

	"GET /agenda/calendriers":                   to(200, viewer.SocialWorker),
	"POST /agenda/calendriers":                  to(422, viewer.SocialWorker),
	"POST /agenda/calendriers/{id}/lecture":     to(429, viewer.SocialWorker).of("calendar"),
	"POST /agenda/calendriers/{id}/pause":       to(303, viewer.SocialWorker).of("calendar"),
	"POST /agenda/calendriers/{id}/reprise":     to(303, viewer.SocialWorker).of("calendar"),
	"POST /agenda/calendriers/{id}/journees":    to(303, viewer.SocialWorker).of("calendar"),
	"POST /agenda/calendriers/{id}/fuseau":      to(422, viewer.SocialWorker).of("calendar"),
	"POST /agenda/calendriers/{id}/suppression": to(303, viewer.SocialWorker).of("calendar to remove"),
	"GET /agenda/abonnement":                    to(200, viewer.SocialWorker),
	"POST /agenda/abonnement":                   to(422, viewer.SocialWorker),
	"POST /agenda/abonnement/suppression":       to(303, viewer.SocialWorker),
	"GET /agenda/abonnement/{token}/agenda.ics": anyone(404).of("no feed"),

	// A client's manager, for that client only.
	"GET /entreprise":                            to(200, viewer.ClientManager),
	"GET /entreprise/qr.svg":                     to(200, viewer.ClientManager),
	"GET /entreprise/qr.png":                     to(200, viewer.ClientManager),
	"POST /entreprise/codes":                     to(422, viewer.ClientManager),
	"GET /entreprise/codes/{code}/revocation":    to(200, viewer.ClientManager).of("code"),
	"POST /entreprise/codes/{code}/revocation":   to(303, viewer.ClientManager).of("code to revoke"),
	"GET /entreprise/codes/{code}/remplacement":  to(200, viewer.ClientManager).of("code"),
	"POST /entreprise/codes/{code}/remplacement": to(422, viewer.ClientManager).of("code"),
	"GET /entreprise/codes/{code}/courriel":      to(200, viewer.ClientManager).of("code"),
	"GET /entreprise/codes/{code}/affiche":       to(200, viewer.ClientManager).of("code"),
	"GET /entreprise/codes/{code}/affiche.pdf":   to(200, viewer.ClientManager).of("code"),
	"GET /entreprise/chiffres":                   to(200, viewer.ClientManager),
	"GET /entreprise/chiffres.csv":               to(200, viewer.ClientManager),
	"GET /entreprise/gestionnaires":              to(200, viewer.ClientManager),
	"POST /entreprise/gestionnaires":             to(422, viewer.ClientManager),
	"GET /entreprise/rapport":                    to(200, viewer.ClientManager),
	"GET /entreprise/rapport.pdf":                to(200, viewer.ClientManager),
	"GET /entreprise/api":                        to(200, viewer.ClientManager),
	"POST /entreprise/api":                       to(422, viewer.ClientManager),
	"POST /entreprise/api/{key}/suppression":     to(303, viewer.ClientManager).of("key to revoke"),

	// A client's own programs, with a key; no session opens anything there.
	"GET /api/v1/codes":        withKey(200),
	"POST /api/v1/codes":       withKey(422),
	"GET /api/v1/figures":      withKey(200),
	"GET /api/v1/openapi.json": anyone(200).json(),

	// The switchboard.
	"GET /standard":                               to(200, viewer.Switchboard),
	"POST /standard/recherche":                    to(422, viewer.Switchboard),
	"GET /standard/inscription":                   to(200, viewer.Switchboard),
	"POST /standard/doublons":                     to(200, viewer.Switchboard),
	"POST /standard/inscription/verification":     to(422, viewer.Switchboard),
	"POST /standard/inscription/correction":       to(200, viewer.Switchboard),
	"POST /standard/inscription":                  to(422, viewer.Switchboard),
	"GET /standard/notifications":                 to(200, viewer.Switchboard),
	"GET /standard/notifications/{id}":            to(200, viewer.Switchboard).of("account"),
	"POST /standard/notifications/{id}":           to(303, viewer.Switchboard).of("account"),
	"GET /standard/rappels":                       to(200, viewer.Switchboard),
	"POST /standard/rappels/{id}":                 to(303, viewer.Switchboard).of("person to call").sends("outcome", "missed"),
	"POST /standard/rappels/demandes/{id}/prise":  to(303, viewer.Switchboard).of("call taken").others(409),
	"POST /standard/rappels/demandes/{id}/retour": to(303, viewer.Switchboard).of("call to put back"),
	"POST /standard/rappels/demandes/{id}/fin":    to(303, viewer.Switchboard).of("call to end").others(409),
	"GET /standard/interpretes":                   to(200, viewer.Switchboard),
	"POST /standard/interpretes/{id}":             to(422, viewer.Switchboard).of("search for an interpreter"),
	"GET /standard/interpretes/{id}/invitation":   to(200, viewer.Switchboard).of("search for an interpreter"),
	"POST /standard/interpretes/{id}/invitation":  to(422, viewer.Switchboard).of("search for an interpreter"),
	"POST /standard/comptes/{id}/lien":            to(303, viewer.Switchboard).of("account signed up by phone"),

	// The switchboard books for anybody, so nothing belongs to one agent.
	"GET /standard/beneficiaires/{id}":                      to(200, viewer.Switchboard).of("account"),
	"POST /standard/beneficiaires/{id}/choix":               to(303, viewer.Switchboard).of("account"),
	"GET /standard/beneficiaires/{id}/assistants/{worker}":  to(200, viewer.Switchboard).of("hours for somebody"),
	"POST /standard/beneficiaires/{id}/rendez-vous/nouveau": to(422, viewer.Switchboard).of("account"),
	"POST /standard/beneficiaires/{id}/rendez-vous":         to(422, viewer.Switchboard).of("account"),
	"GET /standard/rendez-vous/{id}/deplacement":            to(200, viewer.Switchboard).of("anybody's appointment"),
	"POST /standard/rendez-vous/{id}/deplacement":           to(422, viewer.Switchboard).of("anybody's appointment"),
	"GET /standard/rendez-vous/{id}/annulation":             to(200, viewer.Switchboard).of("anybody's appointment"),
	"POST /standard/rendez-vous/{id}/annulation":            to(422, viewer.Switchboard).of("anybody's appointment").sends("explanation", strings.Repeat("a", 5000)),
	"POST /standard/rendez-vous/{id}/telephone":             to(303, viewer.Switchboard).of("anybody's call by phone"),

	// The administration: no administrator owns more than
	// another, so only missing objects are tested as foreign.
	"GET /administration":                                             to(200, viewer.Administrator),
	"POST /administration/entreprises":                                to(422, viewer.Administrator),
	"GET /administration/entreprises/{id}":                            to(200, viewer.Administrator).of("client"),
	"POST /administration/entreprises/{id}":                           to(422, viewer.Administrator).of("client"),
	"POST /administration/entreprises/{id}/codes":                     to(422, viewer.Administrator).of("client"),
	"GET /administration/entreprises/{id}/codes/{code}/revocation":    to(200, viewer.Administrator).of("client's code"),
	"POST /administration/entreprises/{id}/codes/{code}/revocation":   to(303, viewer.Administrator).of("client's code to revoke"),
	"GET /administration/entreprises/{id}/codes/{code}/remplacement":  to(200, viewer.Administrator).of("client's code"),
	"POST /administration/entreprises/{id}/codes/{code}/remplacement": to(422, viewer.Administrator).of("client's code"),
	"GET /administration/entreprises/{id}/codes/{code}/courriel":      to(200, viewer.Administrator).of("client's code"),
	"GET /administration/entreprises/{id}/codes/{code}/affiche":       to(200, viewer.Administrator).of("client's code"),
	"GET /administration/entreprises/{id}/codes/{code}/affiche.pdf":   to(200, viewer.Administrator).of("client's code"),
	"GET /administration/assistants":                                  to(200, viewer.Administrator),
	"POST /administration/assistants":                                 to(422, viewer.Administrator),
	"GET /administration/assistants/{id}":                             to(200, viewer.Administrator).of("worker"),
	"POST /administration/assistants/{id}":                            to(422, viewer.Administrator).of("worker"),
	"GET /administration/assistants/{id}/annulations":                 to(200, viewer.Administrator).of("worker"),
	"POST /administration/assistants/{id}/annulations/verification":   to(422, viewer.Administrator).of("worker"),
	"POST /administration/assistants/{id}/annulations":                to(422, viewer.Administrator).of("worker"),
	"POST /administration/assistants/{id}/photo":                      to(422, viewer.Administrator).of("worker"),
	"POST /administration/assistants/{id}/photo/suppression":          to(303, viewer.Administrator).of("worker"),
	"POST /administration/assistants/{id}/lieux":                      to(422, viewer.Administrator).of("worker"),
	"POST /administration/assistants/{id}/lieux/{place}":              to(422, viewer.Administrator).of("worker's place"),
	"POST /administration/assistants/{id}/lieux/{place}/monter":       to(303, viewer.Administrator).of("worker's place"),
	"POST /administration/assistants/{id}/lieux/{place}/retrait":      to(303, viewer.Administrator).of("worker's place to remove"),
	"GET /administration/chiffres":                                    to(200, viewer.Administrator),
	"GET /administration/motifs":                                      to(200, viewer.Administrator),
	"POST /administration/motifs":                                     to(422, viewer.Administrator),
	"POST /administration/motifs/{slug}":                              to(422, viewer.Administrator).of("reason"),
	"POST /administration/motifs/{slug}/retrait":                      to(303, viewer.Administrator).of("reason"),
	"POST /administration/motifs/{slug}/retour":                       to(303, viewer.Administrator).of("reason"),
	"POST /administration/motifs/{slug}/monter":                       to(303, viewer.Administrator).of("reason"),
	"GET /administration/textes":                                      to(200, viewer.Administrator),
	"GET /administration/textes/{kind}":                               to(200, viewer.Administrator).of("draft"),
	"POST /administration/textes/{kind}":                              to(422, viewer.Administrator).of("draft"),
	"GET /administration/textes/{kind}/apercu":                        to(200, viewer.Administrator).of("draft"),
	"POST /administration/textes/{kind}/publication":                  to(422, viewer.Administrator).of("draft"),
	"POST /administration/textes/{kind}/retrait":                      to(409, viewer.Administrator).of("draft"),
	"POST /administration/textes/{kind}/suppression":                  to(409, viewer.Administrator).of("draft"),
	"POST /administration/entreprises/{id}/cles/{key}/suppression":    to(303, viewer.Administrator).of("client's key to revoke"),
	"POST /administration/comptes":                                    to(422, viewer.Administrator),
	"GET /administration/comptes":                                     to(200, viewer.Administrator),
	"GET /administration/comptes/invitation":                          to(200, viewer.Administrator),
	"POST /administration/comptes/invitation":                         to(422, viewer.Administrator),
	"GET /administration/doubles":                                     to(200, viewer.Administrator),
	"GET /administration/comptes/{id}":                                to(200, viewer.Administrator).of("account"),
	"GET /administration/comptes/{id}/decision":                       to(200, viewer.Administrator).of("account to suspend"),
	"POST /administration/comptes/{id}/decision":                      to(422, viewer.Administrator).of("account").sends("act", "suspend"),
	"POST /administration/comptes/{id}/invitation":                    to(303, viewer.Administrator).of("invited account"),
	"GET /administration/comptes/{id}/double-verification":            to(200, viewer.Administrator).of("staff account"),
	"POST /administration/comptes/{id}/double-verification":           to(422, viewer.Administrator).of("staff account"),
	"GET /administration/signalements":                                to(200, viewer.Administrator),
	"POST /administration/signalements/{id}":                          to(303, viewer.Administrator).of("report"),

	// Credentials of workers.
	"POST /administration/assistants/{id}/diplome":                                 to(422, viewer.Administrator).of("worker"),
	"POST /administration/assistants/{id}/assurance":                               to(422, viewer.Administrator).of("worker"),
	"POST /administration/assistants/{id}/justificatifs/{credential}/confirmation": to(303, viewer.Administrator).of("credential to confirm"),
	"POST /administration/assistants/{id}/justificatifs/{credential}/retrait":      to(303, viewer.Administrator).of("credential to withdraw"),

	"GET /administration/comptes/{id}/age":        to(200, viewer.Administrator).of("account"),
	"POST /administration/comptes/{id}/age":       to(422, viewer.Administrator).of("account"),
	"POST /administration/comptes/{id}/age/suite": to(422, viewer.Administrator).of("account"),

	// Rights: the public page is for everybody, people see their own requests, and
	// the DPO's pages are for the DPO.
	"GET /vos-droits":                                         anyone(200),
	"POST /vos-droits":                                        anyone(422),
	"GET /vos-droits/suite":                                   anyone(200),
	"GET /vos-droits/confirmation":                            anyone(410),
	"POST /vos-droits/confirmation":                           anyone(410),
	"GET /vos-droits/confirmation/merci":                      anyone(200),
	"GET /profil/donnees":                                     signedIn(200),
	"GET /profil/donnees/suppression":                         signedIn(200),
	"POST /profil/donnees/suppression":                        signedIn(422),
	"POST /profil/donnees/demandes/{id}/retrait":              signedIn(303).of("own rights request"),
	"GET /protection-des-donnees":                             to(200, viewer.DPO),
	"GET /protection-des-donnees/journal":                     to(200, viewer.DPO),
	"GET /protection-des-donnees/demandes/nouvelle":           to(200, viewer.DPO),
	"POST /protection-des-donnees/demandes":                   to(422, viewer.DPO),
	"GET /protection-des-donnees/demandes/{id}":               to(200, viewer.DPO).of("rights request"),
	"POST /protection-des-donnees/demandes/{id}/recherche":    to(422, viewer.DPO).of("rights request"),
	"POST /protection-des-donnees/demandes/{id}/rattachement": to(422, viewer.DPO).of("rights request"),
	"POST /protection-des-donnees/demandes/{id}/etape":        to(422, viewer.DPO).of("rights request"),
	"POST /protection-des-donnees/demandes/{id}/refus":        to(422, viewer.DPO).of("rights request"),
	"GET /protection-des-donnees/demandes/{id}/effacement":    to(200, viewer.DPO).of("rights request"),
	"POST /protection-des-donnees/demandes/{id}/effacement":   to(422, viewer.DPO).of("rights request"),
	"GET /protection-des-donnees/demandes/{id}/archive":       to(200, viewer.DPO).of("rights request"),
	"POST /protection-des-donnees/demandes/{id}/archive":      to(422, viewer.DPO).of("rights request"),
}

// endSessions are routes that end the sessions used for the other tests: they come last, in
// this order.
var endSessions = []string{"POST /profil/securite/sessions/fin", "POST /deconnexion"}

var (
	itsPeople = []viewer.Role{viewer.Beneficiary, viewer.SocialWorker}
	allStaff  = []viewer.Role{viewer.SocialWorker, viewer.Switchboard, viewer.ClientManager, viewer.Administrator, viewer.DPO}
)

// rule is the policy of one route.
type rule struct {
	roles     []viewer.Role // who may open it; nil: anybody signed in
	anybody   bool          // signed in or not
	key       bool          // only a client's own program
	kind      kind
	status    int      // status for the owner
	stranger  int      // status for somebody else's or a missing object
	noSession int      // with anybody: status for people who are signed out
	owing     int      // status for staff without the second factor yet; 0: redirected to it
	object    string   // object in the path, one of matrixWorld.objects
	fields    []string // fields of a POST
}

// kind is the protocol of a route.
type kind int

const (
	aPage kind = iota
	aScript
	aSocket
)

func anyone(status int) rule               { return rule{anybody: true, status: status, noSession: status} }
func signedIn(status int) rule             { return rule{status: status} }
func withKey(status int) rule              { return rule{key: true, status: status, kind: aScript} }
func (r rule) signedOut(status int) rule   { r.noSession = status; return r }
func (r rule) half(status int) rule        { r.owing = status; return r }
func (r rule) json() rule                  { r.kind = aScript; return r }
func (r rule) socket() rule                { r.kind = aSocket; return r }
func (r rule) of(object string) rule       { r.object, r.stranger = object, http.StatusNotFound; return r }
func (r rule) others(status int) rule      { r.stranger = status; return r }
func (r rule) sends(fields ...string) rule { r.fields = fields; return r }

func to(status int, roles ...viewer.Role) rule {
	return rule{roles: roles, status: status}
}

// outcome is the expected answer to one person: a status and, for a redirect, the beginning of
// its address.
type outcome struct {
	status int
	place  string
}

// expects returns what c gets at the route, as the owner of its object or not.
func (r rule) expects(c *caller, owner bool) outcome {
	switch {
	case r.key:
		return outcome{status: http.StatusUnauthorized}
	case r.anybody && !owner:
		return outcome{status: r.stranger}
	case r.anybody && !c.complete():
		return outcome{status: r.noSession}
	case c.owes && r.owing != 0:
		return outcome{status: r.owing}
	case !c.complete() && r.kind != aPage:
		return outcome{status: http.StatusUnauthorized}
	case c.owes:
		return outcome{http.StatusSeeOther, "/connexion/second-facteur"}
	case !c.complete():
		return outcome{http.StatusSeeOther, "/connexion"}
	case !r.anybody && r.roles != nil && !slices.Contains(r.roles, c.role):
		return outcome{status: http.StatusForbidden}
	case !owner:
		return outcome{status: r.stranger}
	}
	return outcome{status: r.status}
}

// may reports whether c may open the route at all.
func (r rule) may(c *caller) bool {
	return !r.key && (r.anybody || c.complete() && (r.roles == nil || slices.Contains(r.roles, c.role)))
}

func TestR7_EveryRouteAnswersEveryRoleByThePolicy(t *testing.T) {
	t.Parallel()
	m := newMatrixWorld(t)
	routes := m.routes(t)
	t.Run("routes", func(t *testing.T) {
		for _, route := range routes {
			if !slices.Contains(endSessions, route) {
				t.Run(route, func(t *testing.T) { t.Parallel(); m.check(t, route) })
			}
		}
	})
	for _, route := range endSessions {
		m.check(t, route)
	}
}

// routes compares the policy with the table of routes, and returns the routes in both.
func (m *matrixWorld) routes(t *testing.T) (both []string) {
	t.Helper()
	for _, r := range m.platform.server.Table() {
		if route := r.Method + " " + r.Path; policy[route].status == 0 {
			t.Errorf("%s: no entry in the policy says who may open it", route)
		} else {
			both = append(both, route)
		}
	}
	for route := range policy {
		if !slices.Contains(both, route) {
			t.Errorf("%s: the policy names a route that is not there", route)
		}
	}
	return both
}

// check requests a route as everybody: first as people who may not open it, so that what the
// route removes exists until its owner comes.
func (m *matrixWorld) check(t *testing.T, route string) {
	r := policy[route]
	o, named := m.objects[r.object]
	if r.object != "" && !named {
		t.Fatalf("%s: there is no %q", route, r.object)
	}
	method, path, _ := strings.Cut(route, " ")
	for _, owners := range []bool{false, true} {
		for _, c := range m.callers {
			if o.ownedBy(c) != owners {
				continue
			}
			for _, fields := range r.bodies(owners) {
				m.compare(t, r, c, method, o.address(path), fields, owners)
			}
			if strings.Contains(path, "{") && path != "/{$}" && r.may(c) {
				missing := r
				missing.stranger = http.StatusNotFound
				m.compare(t, missing, c, method, o.elsewhere(path), r.fields, false)
			}
		}
	}
	if r.key {
		m.checkKey(t, method, path, r.status)
	}
}

// bodies returns what is sent. For somebody else's object also an empty form, since ownership
// must be checked before the fields.
func (r rule) bodies(owner bool) [][]string {
	if owner || r.fields == nil {
		return [][]string{r.fields}
	}
	return [][]string{r.fields, nil}
}

// compare makes one request and compares the answer.
func (m *matrixWorld) compare(t *testing.T, r rule, c *caller, method, path string, fields []string, owner bool) {
	t.Helper()
	v := *c.visitor
	v.t = t
	whose := map[bool]string{true: "the owner or a role for which nothing is owned", false: "not the owner, or nothing is there"}[owner]
	who := fmt.Sprintf("%s %s as %s (%s)", method, path, c, whose)
	want := r.expects(c, owner)
	got := v.openAs(r, method, path, fields)
	if got.status != want.status {
		t.Errorf("%s: got %d to %q, want %d", who, got.status, got.location(), want.status)
		return
	}
	place, _, _ := strings.Cut(got.location(), "?")
	if want.place != "" && place != want.place {
		t.Errorf("%s: sent to %q, want %s", who, got.location(), want.place)
	}
	if want.place == "" && !r.anybody && strings.HasPrefix(place, "/connexion") {
		t.Errorf("%s: admitted, but redirected to %q", who, got.location())
	}
	if r.kind == aSocket && r.may(c) {
		for name, origin := range map[string]string{"no origin": "", "another origin": "https://evil.example"} {
			if refused := v.dial(path, origin); refused != http.StatusForbidden {
				t.Errorf("%s from %s: got %d, want 403", who, name, refused)
			}
		}
	}
}

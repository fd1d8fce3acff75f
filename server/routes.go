// Package server is the platform's HTTP server: one table of routes that says
// who may knock where, the middleware around every request, and the only place
// where an error becomes a status and a page.
package server

import (
	"net/http"
	"slices"

	"socialdirect/internal/viewer"
	"socialdirect/legal"
	"socialdirect/web"
)

// access says who may knock at a route. Whose object it is, the act decides.
type access struct {
	roles   []viewer.Role // nil with open or owing: any
	open    bool          // signed in or not
	owing   bool          // also for staff who still owe the second factor
	pending bool          // also for people who have not accepted the texts in force
	token   bool          // a client's own system, with a key; sessions do not count
}

var (
	everyone = access{open: true}
	signedIn = access{}
	owing    = access{owing: true}
	withKey  = access{token: true}
)

func only(roles ...viewer.Role) access { return access{roles: roles} }

// beforeAcceptance opens a route to people who have not accepted the texts in
// force (R33): what nobody is kept from, such as their rights and cancelling.
func (a access) beforeAcceptance() access {
	a.pending = true
	return a
}

// route is one line of the table of contents.
type route struct {
	method  string
	path    string
	access  access
	handler web.Handler
	kind    routeKind
}

// routeKind is how a route is answered and how long its body may take.
type routeKind int

const (
	page     routeKind = iota // a page or an ordinary form
	upload                    // a form with files, which may take long to arrive
	socket                    // a WebSocket: refusals are bare statuses
	script                    // asked by a page's script: refusals are JSON
	programs                  // for programs: refusals are JSON (RFC 9457)
)

// routes is the table of contents of the platform.
func (s *Server) routes() []route {
	var (
		beneficiary   = only(viewer.Beneficiary)
		worker        = only(viewer.SocialWorker)
		itsPeople     = only(viewer.Beneficiary, viewer.SocialWorker)
		administrator = only(viewer.Administrator)
		manager       = only(viewer.ClientManager)
		staff         = only(viewer.SocialWorker, viewer.Switchboard, viewer.ClientManager, viewer.Administrator, viewer.DPO)
		staffOwing    = access{owing: true, roles: staff.roles}
		switchboard   = only(viewer.Switchboard)

		dpo = only(viewer.DPO)

		figures, keys, machines = s.parts.Figures, s.parts.Keys, s.parts.API
		rights                  = s.parts.Rights

		a, c, l, workers, agendas, calendars, searches, b, waitlist, rebookings, notify, bulkCancels, m, calls = s.parts.Accounts, s.parts.Companies, s.parts.Legal, s.parts.Workers, s.parts.Agendas, s.parts.Calendars, s.parts.Searches, s.parts.Bookings, s.parts.Waitlist, s.parts.Rebookings, s.parts.Notify, s.parts.BulkCancels, s.parts.Messages, s.parts.Calls
	)
	return []route{
		{"GET", "/{$}", everyone, s.home, page},
		{"GET", "/comment-ca-marche", everyone, s.how, page},
		{"GET", "/mentions-legales", everyone, s.legalNotice, page},
		{"GET", "/accessibilite", everyone, s.accessibility, page},
		{"GET", "/qui-sommes-nous", everyone, s.about, page},
		{"GET", "/cookies", everyone, s.cookies, page},
		{"GET", "/conditions", everyone, l.Show(legal.Terms), page},
		{"GET", "/conditions/{version}", everyone, l.Show(legal.Terms), page},
		{"GET", "/confidentialite", everyone, l.Show(legal.Privacy), page},
		{"GET", "/confidentialite/{version}", everyone, l.Show(legal.Privacy), page},

		{"GET", "/c/{slug}", everyone, a.ClientPage, page},
		{"GET", "/inscription", everyone, a.SignUpPage, page},
		{"POST", "/inscription", everyone, a.SignUp, page},
		{"GET", "/inscription/code", everyone, a.CodePage, page},
		{"POST", "/inscription/code", everyone, a.CheckCode, page},
		{"GET", "/inscription/validation", everyone, a.ValidationPage, page},
		{"POST", "/inscription/validation", everyone, a.Validate, page},
		{"GET", "/inscription/renvoi", everyone, a.ResendPage, page},
		{"POST", "/inscription/renvoi", everyone, a.Resend, page},
		{"GET", "/invitation", everyone, a.InvitationPage, page},
		{"POST", "/invitation", everyone, a.AcceptInvitation, page},
		{"GET", "/connexion", everyone, a.Sessions.SignInPage, page},
		{"POST", "/connexion", everyone, a.Sessions.SignIn, page},
		{"GET", "/connexion/sms", everyone, a.Sessions.TextedPage, page},
		{"POST", "/connexion/sms", everyone, a.Sessions.RequestCode, page},
		{"GET", "/connexion/sms/code", everyone, a.Sessions.TextedCodePage, page},
		{"POST", "/connexion/sms/code", everyone, a.Sessions.SignInByCode, page},
		{"GET", "/connexion/second-facteur", owing, a.Factors.SecondFactorPage, page},
		{"POST", "/connexion/second-facteur", owing, a.Factors.SecondFactor, page},
		{"POST", "/deconnexion", owing.beforeAcceptance(), a.Sessions.SignOut, page},
		{"GET", "/acceptation", signedIn.beforeAcceptance(), a.AcceptancePage, page},
		{"POST", "/acceptation", signedIn.beforeAcceptance(), a.AcceptTexts, page},
		{"GET", "/profil", signedIn, a.ProfilePage, page},
		{"POST", "/profil", signedIn, a.UpdateProfile, page},
		{"GET", "/profil/mobile", beneficiary, a.MobilePage, page},
		{"POST", "/profil/mobile", beneficiary, a.ProveMobile, page},
		{"POST", "/profil/mobile/envoi", beneficiary, a.SendMobileCode, page},
		{"GET", "/profil/notifications", beneficiary, a.ContactPage, page},
		{"POST", "/profil/notifications", beneficiary, a.ChooseContact, page},
		{"GET", "/mot-de-passe/oubli", everyone, a.ForgottenPage, page},
		{"POST", "/mot-de-passe/oubli", everyone, a.Forgotten, page},
		{"GET", "/mot-de-passe/nouveau", everyone, a.ResetPage, page},
		{"POST", "/mot-de-passe/nouveau", everyone, a.Reset, page},
		{"GET", "/profil/adresse", everyone, a.EmailPage, page},
		{"POST", "/profil/adresse", everyone, a.ChangeEmail, page},
		{"GET", "/profil/securite", signedIn, a.Sessions.SecurityPage, page},
		{"POST", "/profil/securite/mot-de-passe", signedIn, a.Sessions.ChangePassword, page},
		{"POST", "/profil/securite/sessions/fin", signedIn, a.Sessions.EndOtherSessions, page},
		{"POST", "/profil/securite/sessions/{id}/fin", signedIn, a.Sessions.EndSession, page},
		{"GET", "/profil/securite/totp", staffOwing, a.Factors.EnrolmentPage, page},
		{"POST", "/profil/securite/totp", staffOwing, a.Factors.Enrol, page},
		{"GET", "/profil/securite/codes", staff, a.Factors.RecoveryPage, page},
		{"POST", "/profil/securite/codes", staff, a.Factors.RenewRecoveryCodes, page},
		{"GET", "/profil/securite/cles", signedIn, a.Factors.PasskeysPage, page},
		{"POST", "/profil/securite/cles/defi", owing, a.Factors.AskToAddPasskey, script},
		{"POST", "/profil/securite/cles", owing, a.Factors.AddPasskey, script},
		{"GET", "/profil/securite/cles/{id}", signedIn, a.Factors.PasskeyPage, page},
		{"POST", "/profil/securite/cles/{id}", signedIn, a.Factors.RenamePasskey, page},
		{"POST", "/profil/securite/cles/{id}/suppression", signedIn, a.Factors.RemovePasskey, page},
		{"POST", "/connexion/cle/defi", everyone, a.Factors.AskPasskeySignIn, script},
		{"POST", "/connexion/cle", everyone, a.Factors.SignInWithPasskey, script},
		{"POST", "/connexion/cle/second-facteur/defi", owing, a.Factors.AskPasskeyProof, script},
		{"POST", "/connexion/cle/second-facteur", owing, a.Factors.ProvePasskey, script},

		{"GET", "/profil/fiche", worker, workers.Sheet, page},
		{"POST", "/profil/fiche", worker, workers.UpdateSheet, page},
		{"POST", "/profil/fiche/photo", worker, workers.SetPortrait, upload},
		{"POST", "/profil/fiche/photo/suppression", worker, workers.RemovePortrait, page},
		{"POST", "/profil/fiche/lieux", worker, workers.AddPlace, page},
		{"POST", "/profil/fiche/lieux/{place}", worker, workers.UpdatePlace, page},
		{"POST", "/profil/fiche/lieux/{place}/monter", worker, workers.RaisePlace, page},
		{"POST", "/profil/fiche/lieux/{place}/retrait", worker, workers.RemovePlace, page},

		{"POST", "/profil/fiche/assurance", worker, workers.SubmitInsurance, page},
		{"GET", "/assistants", beneficiary, searches.Workers, page},
		{"GET", "/assistants/{id}", beneficiary, b.Slots, page},
		{"GET", "/au-plus-tot", beneficiary, searches.Soonest, page},
		{"GET", "/liste-attente", beneficiary, waitlist.Page, page},
		{"POST", "/liste-attente", beneficiary, waitlist.Join, page},
		{"POST", "/liste-attente/{id}/suppression", beneficiary, waitlist.Leave, page},
		{"GET", "/assistants/{id}/photo", signedIn, workers.Portrait, page},
		{"GET", "/rendez-vous/nouveau", beneficiary, b.Confirm, page},
		{"POST", "/rendez-vous/nouveau", beneficiary, b.Confirm, page},
		{"POST", "/rendez-vous", beneficiary, b.Book, page},
		{"GET", "/rendez-vous", itsPeople.beforeAcceptance(), b.Appointments, page},
		{"GET", "/rendez-vous/{id}", itsPeople.beforeAcceptance(), b.Show, page},
		{"GET", "/rendez-vous/{id}/calendrier.ics", itsPeople, b.ICS, page},
		{"GET", "/rendez-vous/{id}/annulation", itsPeople.beforeAcceptance(), b.CancelPage, page},
		{"POST", "/rendez-vous/{id}/annulation", itsPeople.beforeAcceptance(), b.Cancel, page},
		{"GET", "/rendez-vous/{id}/propositions", beneficiary, rebookings.Proposals, page},
		{"POST", "/rendez-vous/{id}/propositions", beneficiary, b.Rebook, page},
		{"POST", "/rendez-vous/{id}/propositions/refus", beneficiary, rebookings.Decline, page},
		{"GET", "/rendez-vous/{id}/deplacement", itsPeople, b.MovePage, page},
		{"POST", "/rendez-vous/{id}/deplacement", itsPeople, b.Move, page},
		{"POST", "/rendez-vous/{id}/telephone", beneficiary, b.ByPhone, page},
		{"GET", "/rendez-vous/{id}/besoins", beneficiary, b.NeedsPage, page},
		{"POST", "/rendez-vous/{id}/besoins", beneficiary, b.ChangeNeeds, page},
		{"POST", "/rendez-vous/{id}/reponse", worker, b.Answer, page},
		{"POST", "/rendez-vous/{id}/issue", worker, b.Conclude, page},
		{"POST", "/rendez-vous/{id}/marque", worker, b.ClearMark, page},
		{"GET", "/beneficiaires/{id}/rendez-vous", worker, b.ErrandHours, page},
		{"POST", "/beneficiaires/{id}/rendez-vous/nouveau", worker, b.Confirm, page},
		{"POST", "/beneficiaires/{id}/rendez-vous", worker, b.Book, page},
		{"GET", "/rendez-vous/{id}/signalement", worker, b.ReportPage, page},
		{"POST", "/rendez-vous/{id}/signalement", worker, b.Report, page},
		{"GET", "/rendez-vous/{id}/appel", itsPeople, calls.Page, page},
		{"GET", "/rendez-vous/{id}/appel/ws", itsPeople, calls.Socket, socket},

		{"GET", "/messages", itsPeople, m.List, page},
		{"GET", "/messages/ws", itsPeople, m.Socket, socket},
		{"GET", "/messages/{id}", itsPeople, m.Show, page},
		{"POST", "/messages/{id}", itsPeople, m.Send, upload},
		{"GET", "/documents/{id}", itsPeople, m.Document, page},

		{"GET", "/agenda", worker, agendas.Week, page},
		{"GET", "/agenda/ouvertures", worker, agendas.Openings, page},
		{"POST", "/agenda/ouvertures", worker, agendas.AddOpening, page},
		{"POST", "/agenda/ouvertures/{id}/suppression", worker, agendas.RemoveOpening, page},
		{"GET", "/agenda/ouvertures/{id}", worker, agendas.Opening, page},
		{"POST", "/agenda/ouvertures/{id}", worker, agendas.ChangeOpening, page},
		{"GET", "/agenda/absences", worker, agendas.Absences, page},
		{"POST", "/agenda/absences", worker, agendas.AddAbsence, page},
		{"POST", "/agenda/absences/{id}/suppression", worker, agendas.RemoveAbsence, page},
		{"POST", "/agenda/absences/hebdomadaires", worker, agendas.AddWeeklyAbsence, page},
		{"POST", "/agenda/absences/hebdomadaires/{id}/suppression", worker, agendas.RemoveWeeklyAbsence, page},
		{"GET", "/agenda/annulations", worker, bulkCancels.ClearPage, page},
		{"POST", "/agenda/annulations/verification", worker, bulkCancels.CheckClearing, page},
		{"POST", "/agenda/annulations", worker, bulkCancels.Clear, page},
		{"GET", "/agenda/reglages", worker, agendas.Settings, page},
		{"POST", "/agenda/reglages", worker, agendas.SaveSettings, page},
		{"POST", "/agenda/jours-feries", worker, agendas.SetHoliday, page},

		{"GET", "/agenda/calendriers", worker, calendars.Calendars, page},
		{"POST", "/agenda/calendriers", worker, calendars.AddCalendar, page},
		{"POST", "/agenda/calendriers/{id}/lecture", worker, calendars.RefreshCalendar, page},
		{"POST", "/agenda/calendriers/{id}/pause", worker, calendars.PauseCalendar, page},
		{"POST", "/agenda/calendriers/{id}/reprise", worker, calendars.ResumeCalendar, page},
		{"POST", "/agenda/calendriers/{id}/journees", worker, calendars.CountAllDay, page},
		{"POST", "/agenda/calendriers/{id}/suppression", worker, calendars.RemoveCalendar, page},
		{"GET", "/agenda/abonnement", worker, calendars.FeedPage, page},
		{"POST", "/agenda/abonnement", worker, calendars.MakeFeed, page},
		{"POST", "/agenda/abonnement/suppression", worker, calendars.RevokeFeed, page},
		{"GET", "/agenda/abonnement/{token}/agenda.ics", everyone, calendars.FeedICS, page},

		{"GET", "/entreprise", manager, c.ManagerPage, page},
		{"GET", "/entreprise/qr.svg", manager, c.QRSVG, page},
		{"GET", "/entreprise/qr.png", manager, c.QRPNG, page},
		{"POST", "/entreprise/codes", manager, c.IssueCode, page},
		{"GET", "/entreprise/codes/{code}/revocation", manager, c.RevokePage, page},
		{"POST", "/entreprise/codes/{code}/revocation", manager, c.Revoke, page},
		{"GET", "/entreprise/codes/{code}/remplacement", manager, c.RotatePage, page},
		{"POST", "/entreprise/codes/{code}/remplacement", manager, c.Rotate, page},
		{"GET", "/entreprise/codes/{code}/courriel", manager, c.MailPage, page},
		{"GET", "/entreprise/codes/{code}/affiche.pdf", manager, c.PosterFile, page},
		{"GET", "/standard", switchboard, a.StandardPage, page},
		{"POST", "/standard/recherche", switchboard, a.SearchPeople, page},
		{"GET", "/standard/inscription", switchboard, a.AssistPage, page},
		{"POST", "/standard/doublons", switchboard, a.CompareAssisted, page},
		{"POST", "/standard/inscription/verification", switchboard, a.CheckAssisted, page},
		{"POST", "/standard/inscription/correction", switchboard, a.CorrectAssisted, page},
		{"POST", "/standard/inscription", switchboard, a.Assist, page},
		{"GET", "/standard/notifications", switchboard, notify.Unreached, page},
		{"GET", "/standard/notifications/{id}", switchboard, notify.Deliveries, page},
		{"POST", "/standard/notifications/{id}", switchboard, notify.MarkCalled, page},
		{"GET", "/standard/rappels", switchboard, rebookings.Recalls, page},
		{"POST", "/standard/rappels/{id}", switchboard, rebookings.NoteRecall, page},
		{"POST", "/standard/comptes/{id}/lien", switchboard, a.ResendLink, page},
		{"GET", "/standard/beneficiaires/{id}", switchboard, searches.Person, page},
		{"GET", "/standard/beneficiaires/{id}/assistants/{worker}", switchboard, b.ErrandHours, page},
		{"POST", "/standard/beneficiaires/{id}/rendez-vous/nouveau", switchboard, b.Confirm, page},
		{"POST", "/standard/beneficiaires/{id}/rendez-vous", switchboard, b.Book, page},
		{"GET", "/standard/rendez-vous/{id}/deplacement", switchboard, b.MovePage, page},
		{"POST", "/standard/rendez-vous/{id}/deplacement", switchboard, b.Move, page},
		{"GET", "/standard/rendez-vous/{id}/annulation", switchboard, b.CancelPage, page},
		{"POST", "/standard/rendez-vous/{id}/annulation", switchboard, b.Cancel, page},
		{"POST", "/standard/rendez-vous/{id}/telephone", switchboard, b.ByPhone, page},

		{"GET", "/entreprise/chiffres", manager, figures.Page, page},
		{"GET", "/entreprise/chiffres.csv", manager, figures.CSV, page},
		{"GET", "/entreprise/api", manager, keys.Page, page},
		{"POST", "/entreprise/api", manager, keys.Make, page},
		{"POST", "/entreprise/api/{key}/suppression", manager, keys.Revoke, page},

		{"GET", "/api/v1/codes", withKey, machines.Codes, programs},
		{"POST", "/api/v1/codes", withKey, machines.MakeCode, programs},
		{"GET", "/api/v1/figures", withKey, machines.Figures, programs},
		{"GET", "/api/v1/openapi.json", everyone, machines.Description, programs},

		{"GET", "/administration", administrator, c.ClientsPage, page},
		{"POST", "/administration/entreprises", administrator, c.Create, page},
		{"GET", "/administration/entreprises/{id}", administrator, c.ClientPage, page},
		{"POST", "/administration/entreprises/{id}", administrator, c.Edit, page},
		{"POST", "/administration/entreprises/{id}/codes", administrator, c.IssueCode, page},
		{"GET", "/administration/entreprises/{id}/codes/{code}/revocation", administrator, c.RevokePage, page},
		{"POST", "/administration/entreprises/{id}/codes/{code}/revocation", administrator, c.Revoke, page},
		{"GET", "/administration/entreprises/{id}/codes/{code}/remplacement", administrator, c.RotatePage, page},
		{"POST", "/administration/entreprises/{id}/codes/{code}/remplacement", administrator, c.Rotate, page},
		{"GET", "/administration/entreprises/{id}/codes/{code}/courriel", administrator, c.MailPage, page},
		{"GET", "/administration/entreprises/{id}/codes/{code}/affiche.pdf", administrator, c.PosterFile, page},
		{"POST", "/administration/entreprises/{id}/cles/{key}/suppression", administrator, keys.Revoke, page},
		{"GET", "/administration/assistants", administrator, workers.AdminWorkers, page},
		{"POST", "/administration/assistants", administrator, workers.AddWorker, page},
		{"GET", "/administration/assistants/{id}", administrator, workers.Sheet, page},
		{"POST", "/administration/assistants/{id}", administrator, workers.UpdateSheet, page},
		{"GET", "/administration/assistants/{id}/annulations", administrator, bulkCancels.ClearPage, page},
		{"POST", "/administration/assistants/{id}/annulations/verification", administrator, bulkCancels.CheckClearing, page},
		{"POST", "/administration/assistants/{id}/annulations", administrator, bulkCancels.Clear, page},
		{"POST", "/administration/assistants/{id}/photo", administrator, workers.SetPortrait, upload},
		{"POST", "/administration/assistants/{id}/photo/suppression", administrator, workers.RemovePortrait, page},
		{"POST", "/administration/assistants/{id}/lieux", administrator, workers.AddPlace, page},
		{"POST", "/administration/assistants/{id}/lieux/{place}", administrator, workers.UpdatePlace, page},
		{"POST", "/administration/assistants/{id}/lieux/{place}/monter", administrator, workers.RaisePlace, page},
		{"POST", "/administration/assistants/{id}/lieux/{place}/retrait", administrator, workers.RemovePlace, page},
		{"POST", "/administration/assistants/{id}/diplome", administrator, workers.RecordDiploma, page},
		{"POST", "/administration/assistants/{id}/assurance", administrator, workers.RecordInsurance, page},
		{"POST", "/administration/assistants/{id}/justificatifs/{credential}/confirmation", administrator, workers.ConfirmCredential, page},
		{"POST", "/administration/assistants/{id}/justificatifs/{credential}/retrait", administrator, workers.WithdrawCredential, page},
		{"GET", "/administration/motifs", administrator, workers.Reasons, page},
		{"POST", "/administration/motifs", administrator, workers.AddReason, page},
		{"POST", "/administration/motifs/{slug}", administrator, workers.RenameReason, page},
		{"POST", "/administration/motifs/{slug}/retrait", administrator, workers.RetireReason, page},
		{"POST", "/administration/motifs/{slug}/retour", administrator, workers.RestoreReason, page},
		{"POST", "/administration/motifs/{slug}/monter", administrator, workers.RaiseReason, page},

		{"GET", "/administration/chiffres", administrator, figures.GuessPage, page},
		{"GET", "/administration/textes", administrator, l.TextsPage, page},
		{"GET", "/administration/textes/{kind}", administrator, l.DraftPage, page},
		{"POST", "/administration/textes/{kind}", administrator, l.SaveDraft, page},
		{"GET", "/administration/textes/{kind}/apercu", administrator, l.PreviewPage, page},
		{"POST", "/administration/textes/{kind}/publication", administrator, l.Publish, page},
		{"POST", "/administration/textes/{kind}/retrait", administrator, l.Withdraw, page},
		{"POST", "/administration/textes/{kind}/suppression", administrator, l.Discard, page},
		{"GET", "/administration/comptes", administrator, a.SearchPage, page},
		{"POST", "/administration/comptes", administrator, a.SearchAccounts, page},
		{"GET", "/administration/comptes/invitation", administrator, a.InvitePage, page},
		{"POST", "/administration/comptes/invitation", administrator, a.Invite, page},
		{"GET", "/administration/doubles", administrator, a.Lookups.DoubleGroupsPage, page},
		{"GET", "/administration/comptes/{id}", administrator, a.ShowAccount, page},
		{"GET", "/administration/comptes/{id}/decision", administrator, a.DecisionPage, page},
		{"POST", "/administration/comptes/{id}/decision", administrator, a.Decide, page},
		{"POST", "/administration/comptes/{id}/invitation", administrator, a.Reinvite, page},
		{"GET", "/administration/comptes/{id}/double-verification", administrator, a.FactorResetPage, page},
		{"POST", "/administration/comptes/{id}/double-verification", administrator, a.ResetFactor, page},
		{"GET", "/administration/signalements", administrator, a.Reports, page},
		{"POST", "/administration/signalements/{id}", administrator, a.MarkReport, page},

		{"GET", "/administration/comptes/{id}/age", administrator, a.AgePage, page},
		{"POST", "/administration/comptes/{id}/age", administrator, a.AskAge, page},
		{"POST", "/administration/comptes/{id}/age/suite", administrator, a.SettleAge, page},

		{"GET", "/vos-droits", everyone, rights.RightsPage, page},
		{"POST", "/vos-droits", everyone, rights.AskPublicly, page},
		{"GET", "/vos-droits/suite", everyone, rights.Next, page},
		{"GET", "/vos-droits/confirmation", everyone, rights.ConfirmPage, page},
		{"POST", "/vos-droits/confirmation", everyone, rights.Confirm, page},
		{"GET", "/vos-droits/confirmation/merci", everyone, rights.Confirmed, page},
		{"GET", "/profil/donnees", signedIn.beforeAcceptance(), rights.Data, page},
		{"GET", "/profil/donnees/suppression", signedIn.beforeAcceptance(), rights.ErasurePage, page},
		{"POST", "/profil/donnees/suppression", signedIn.beforeAcceptance(), rights.AskErasure, page},
		{"POST", "/profil/donnees/demandes/{id}/retrait", signedIn.beforeAcceptance(), rights.Withdraw, page},

		{"GET", "/protection-des-donnees", dpo, rights.Desk, page},
		{"GET", "/protection-des-donnees/journal", dpo, a.ShowJournal, page},
		{"GET", "/protection-des-donnees/demandes/nouvelle", dpo, rights.EnterPage, page},
		{"POST", "/protection-des-donnees/demandes", dpo, rights.Enter, page},
		{"GET", "/protection-des-donnees/demandes/{id}", dpo, rights.Request, page},
		{"POST", "/protection-des-donnees/demandes/{id}/recherche", dpo, rights.Search, page},
		{"POST", "/protection-des-donnees/demandes/{id}/rattachement", dpo, rights.Match, page},
		{"POST", "/protection-des-donnees/demandes/{id}/etape", dpo, rights.AddNote, page},
		{"POST", "/protection-des-donnees/demandes/{id}/refus", dpo, rights.Refuse, page},
		{"GET", "/protection-des-donnees/demandes/{id}/effacement", dpo, rights.CarryPage, page},
		{"POST", "/protection-des-donnees/demandes/{id}/effacement", dpo, rights.CarryOut, page},
		{"GET", "/protection-des-donnees/demandes/{id}/archive", dpo, rights.ArchivePage, page},
		{"POST", "/protection-des-donnees/demandes/{id}/archive", dpo, rights.OpenArchive, page},
	}
}

// Knock is what a route asks of whoever knocks, for tests of the whole table.
type Knock struct {
	Method, Path string
	Open, Socket bool
	Owing        bool // also for staff who still owe the second factor
	Script       bool
	Pending      bool // also for people who have not accepted the texts in force
	Key          bool // a client's own system alone may
	roles        []viewer.Role
}

// Allows reports whether a signed-in person with that role may knock.
func (k Knock) Allows(role viewer.Role) bool {
	return k.Open || !k.Key && k.roles == nil || slices.Contains(k.roles, role)
}

// Table lists what every route asks.
func (s *Server) Table() []Knock {
	var table []Knock
	for _, r := range s.routes() {
		table = append(table, Knock{
			Method: r.method, Path: r.path, Open: r.access.open, Owing: r.access.owing, Pending: r.access.open || r.access.pending,
			Socket: r.kind == socket, Script: r.kind == script, Key: r.access.token, roles: r.access.roles,
		})
	}
	return table
}

// mux builds the router from the table.
func (s *Server) mux() *http.ServeMux {
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		mux.Handle(r.method+" "+r.path, s.serve(r))
	}
	s.refuseOthers(mux)
	mux.Handle("GET /static/", s.parts.Web.Static())
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	for path, handler := range s.parts.Extra {
		mux.Handle("GET "+path, s.serve(route{access: everyone, handler: handler, kind: page}))
	}
	mux.Handle("/", s.serve(route{access: everyone, handler: notFound, kind: page}))
	return mux
}

package e2e

import (
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// A member of staff sets up the second factor, and later signs in without the phone: each
// recovery code works once.
func TestR8_EnrolmentShowsRecoveryCodesThatWorkOnce(t *testing.T) {
	t.Parallel()
	d := demo(t)
	browser := sharedBrowser(t)
	administrator := sit(t, browser, d.URL, desktop, true)
	administrator.signIn(d.account(t, "administrator"), "Administration")
	email := somebody().Email
	administrator.open("/administration/comptes/invitation")
	administrator.put("role", "switchboard")
	administrator.fill("first_name", "Gwenn")
	administrator.fill("last_name", "Le Bihan")
	administrator.fill("email", email)
	administrator.press("Envoyer l’invitation", "L’invitation part par e-mail")

	p := sit(t, browser, d.URL, smallPhone, true)
	who, recovery := p.enrol(linkFor(t, d.MailDir, email))
	who.Email = email
	if len(recovery) != 10 {
		t.Fatalf("recovery codes: %q", recovery)
	}
	p.checkEveryWidth()
	p.press("J’ai gardé mes codes, continuer", "Chercher un compte")
	p.look("/profil/securite/codes")
	p.sees("Il vous reste 10 codes de secours")
	p.leave()

	p.givePassword(who, "code de votre téléphone")
	p.checkEveryWidth()
	p.fill("code", recovery[0])
	p.press("Continuer", "Chercher un compte")
	p.leave()
	p.givePassword(who, "code de votre téléphone")
	p.fill("code", recovery[0])
	p.press("Continuer", "a déjà servi")
	p.fill("code", recovery[1])
	p.press("Continuer", "Chercher un compte")
	p.look("/profil/securite/codes")
	p.sees("Il vous reste 8 codes de secours")
}

// hold gives the person's browser an authenticator that creates passkeys and verifies its user
// at once.
func (p *person) hold() {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		p.t.Fatal(err)
	}
	device := &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}
	if _, err := chromedp.Call(p.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: device}); err != nil {
		p.t.Fatal(err)
	}
}

// addPasskey adds a passkey, checks its page, and returns the page's path.
func (p *person) addPasskey(name string) string {
	p.t.Helper()
	p.look("/profil/securite", "/profil/securite/cles")
	p.fill("name", name)
	p.touch("#add-passkey", "Votre clé d’accès est enregistrée")
	p.sees(name)
	p.checkEveryWidth()
	path := p.href(`main a[href^="/profil/securite/cles/"]`)
	p.look(path)
	return path
}

// touch presses a button that uses the authenticator.
func (p *person) touch(button, then string) {
	p.t.Helper()
	p.do("touch "+button, chromedp.WaitVisible(chromedp.CSS(button)), chromedp.Click(chromedp.CSS(button)))
	p.sees(then)
	p.check()
}

func TestR8_APasskeyOpensABeneficiarysAccountWithoutPassword(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, smallPhone, true)
	p.hold()
	p.signIn(d.account(t, "beneficiary"), "Avec qui voulez-vous parler")
	key := p.addPasskey("Mon téléphone")
	p.leave()

	p.open("/connexion")
	p.touch("#use-passkey", "Avec qui voulez-vous parler")
	p.arrives("/assistants")

	p.open(key)
	p.press("Retirer cette clé", "Vous n’avez pas encore de clé d’accès")
	p.leave()
	p.open("/connexion")
	p.touch("#use-passkey", "Cette clé d’accès n’a pas été reconnue")
	p.arrives("/connexion")
}

func TestR8_APasskeyIsAMemberOfStaffsSecondFactor(t *testing.T) {
	t.Parallel()
	d := demo(t)
	p := sit(t, sharedBrowser(t), d.URL, desktop, true)
	p.hold()
	who := d.account(t, "dpo")
	p.signIn(who, "Protection des données")
	p.look("/protection-des-donnees")
	p.addPasskey("Ordinateur du bureau")
	p.leave()

	p.givePassword(who, "code de votre téléphone")
	p.checkEveryWidth()
	p.touch("#use-passkey", "Protection des données")
	p.arrives("/protection-des-donnees")
}

package factor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"socialdirect/account/event"
	"socialdirect/account/limit"
	"socialdirect/account/outbox"
	"socialdirect/account/people"
	"socialdirect/account/session"
	"socialdirect/internal/audit"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
)

// ChallengeLifetime is how long a challenge to a passkey may be answered.
const ChallengeLifetime = 5 * time.Minute

// maxPasskeys is how many passkeys one account may have.
const maxPasskeys = 20

// maxPasskeyName is the longest name of a passkey in characters.
const maxPasskeyName = 60

// The faults of passkeys. Only the log says why exactly a response was refused.
var (
	errPasskey     = fault.New(fault.Invalid, "Cette clé d’accès n’a pas été reconnue. Essayez de nouveau, ou choisissez une autre façon de vous connecter.")
	errChallenge   = fault.New(fault.Invalid, "Cette demande a expiré ou a déjà servi. Appuyez de nouveau sur le bouton.")
	errNoPasskey   = fault.New(fault.Invalid, "Aucune clé d’accès n’est enregistrée pour ce compte.")
	errTooMany     = fault.New(fault.Invalid, "Vous avez déjà beaucoup de clés d’accès. Retirez-en une avant d’en ajouter une autre.")
	errIncomplete  = fault.New(fault.Forbidden, "Donnez d’abord votre code ou votre clé d’accès.")
	errKnown       = fault.New(fault.Conflict, "Cette clé d’accès est déjà enregistrée.")
	errLastPasskey = fault.New(fault.Conflict, "C’est votre seule double vérification : ajoutez d’abord une autre clé d’accès ou une application de codes, puis retirez celle-ci.")
)

// ceremonyPurpose is what a challenge is for. A response to it has no other use.
type ceremonyPurpose string

const (
	toAdd    ceremonyPurpose = "add"
	toProve  ceremonyPurpose = "prove"
	toSignIn ceremonyPurpose = "sign_in"
)

// Passkey is what its owner sees of a passkey.
type Passkey struct {
	ID        uuid.UUID
	Name      string
	CreatedAt time.Time
	UsedAt    *time.Time
}

// newRelyingParty returns the relying party that passkeys are bound to (Web
// Authentication, 5.4.2): the host of base. It must be a domain name. If base has an IP
// address, passkeys are bound to localhost, and browsers will refuse them.
func newRelyingParty(base string) (*webauthn.WebAuthn, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	host := u.Hostname()
	if _, err := netip.ParseAddr(host); err == nil {
		host = "localhost"
	}
	resident := true
	site, err := webauthn.New(&webauthn.Config{
		RPID: host, RPDisplayName: "Social Direct", RPOrigins: []string{base},
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: &resident, UserVerification: protocol.VerificationRequired,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return site, nil
}

// keyring is a person with their passkeys. It implements webauthn.User.
type keyring struct {
	person   people.Person
	passkeys []passkeyRow
}

// WebAuthnID returns the account's ID, which reveals nothing about the person.
func (k keyring) WebAuthnID() []byte { return k.person.ID[:] }

// WebAuthnName returns what the browser shows beside the passkey.
func (k keyring) WebAuthnName() string { return k.person.Email }

// WebAuthnDisplayName returns the person's name.
func (k keyring) WebAuthnDisplayName() string { return k.person.Name() }

// WebAuthnCredentials returns the passkeys.
func (k keyring) WebAuthnCredentials() []webauthn.Credential {
	var all []webauthn.Credential
	for _, row := range k.passkeys {
		all = append(all, row.credential())
	}
	return all
}

func (k keyring) descriptors() []protocol.CredentialDescriptor {
	return webauthn.Credentials(k.WebAuthnCredentials()).CredentialDescriptors()
}

func (r passkeyRow) credential() webauthn.Credential {
	c := webauthn.Credential{
		ID: r.CredentialID, PublicKey: r.PublicKey, Flags: webauthn.NewCredentialFlags(protocol.AuthenticatorFlags(r.Flags)),
		Authenticator: webauthn.Authenticator{SignCount: uint32(r.SignCount)},
	}
	for _, transport := range r.Transports {
		c.Transport = append(c.Transport, protocol.AuthenticatorTransport(transport))
	}
	return c
}

func (s *Service) keyring(ctx context.Context, q postgres.Querier, id uuid.UUID) (keyring, error) {
	person, err := people.Read(ctx, q, id)
	if err != nil {
		return keyring{}, err
	}
	passkeys, err := readPasskeys(ctx, q, id)
	return keyring{person, passkeys}, err
}

// Passkeys lists the viewer's passkeys.
func (s *Service) Passkeys(ctx context.Context, v *viewer.Viewer) ([]Passkey, error) {
	rows, err := readPasskeys(ctx, s.db.Pool, v.ID)
	var all []Passkey
	for _, row := range rows {
		all = append(all, Passkey{row.ID, row.Name, row.CreatedAt, row.UsedAt})
	}
	return all, err
}

// RenamePasskey renames one of the viewer's passkeys. It fails with NotFound when it is
// not theirs.
func (s *Service) RenamePasskey(ctx context.Context, v *viewer.Viewer, id uuid.UUID, name string) error {
	if !v.Complete {
		return errIncomplete
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return renamePasskey(ctx, tx, v.ID, id, name) })
}

// RemovePasskey removes one of the viewer's passkeys. It fails with NotFound when it is
// not theirs, and with Conflict when it is the last second factor of a member of staff.
func (s *Service) RemovePasskey(ctx context.Context, v *viewer.Viewer, id uuid.UUID) error {
	if !v.Complete {
		return errIncomplete
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		has, err := lockSecondFactors(ctx, tx, v.ID)
		if err != nil {
			return err
		}
		if err := deletePasskey(ctx, tx, v.ID, id); err != nil {
			return err
		}
		if v.Role.Staff() && !has.Application && has.Passkeys == 1 {
			return errLastPasskey
		}
		if err := event.Note(ctx, tx, event.FactorRemoved, event.Of(v)); err != nil {
			return err
		}
		return s.outbox.SendOnce(ctx, tx, v.ID, outbox.PasskeyRemoved)
	})
}

// saveChallenge saves a challenge for its holder, a session or a browser's cookie.
func (s *Service) saveChallenge(ctx context.Context, holder []byte, p ceremonyPurpose, session *webauthn.SessionData) error {
	ceremony, err := json.Marshal(session)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, func(tx postgres.Tx) error { return putChallenge(ctx, tx, holder, p, ceremony) })
}

// consumeChallenge returns the holder's challenge and deletes it, so that it can be
// answered once, whether the response is right or wrong.
func (s *Service) consumeChallenge(ctx context.Context, holder []byte, p ceremonyPurpose) (session webauthn.SessionData, err error) {
	ceremony, err := takeChallenge(ctx, s.db.Pool, holder, p, s.db.Now())
	if err != nil {
		return session, err
	}
	return session, json.Unmarshal(ceremony, &session)
}

// AskToAddPasskey returns the options from which the browser creates a passkey. It fails
// with Forbidden when the account has a second factor that this session did not give, and
// with Invalid when the viewer did not sign in recently, owes a reset code or has too many
// passkeys.
func (s *Service) AskToAddPasskey(ctx context.Context, v *viewer.Viewer) (*protocol.CredentialCreation, error) {
	var ring keyring
	err := s.db.InTx(ctx, func(tx postgres.Tx) (err error) {
		if err := session.Recent(v, tx.Now); err != nil {
			return err
		}
		if err := s.mayEnrol(ctx, tx, v); err != nil {
			return err
		}
		if err := checkReset(ctx, tx, v); err != nil {
			return err
		}
		ring, err = s.keyring(ctx, tx, v.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(ring.passkeys) >= maxPasskeys {
		return nil, errTooMany
	}
	options, session, err := s.passkeys.BeginRegistration(ring, webauthn.WithExclusions(ring.descriptors()))
	if err != nil {
		return nil, err
	}
	return options, s.saveChallenge(ctx, v.Session, toAdd, session)
}

// AddPasskey saves the passkey that the browser created. An incomplete session is replaced
// by a complete one, as the passkey is the account's first second factor. A complete
// session stays as it is, and the returned token is empty.
func (s *Service) AddPasskey(ctx context.Context, v *viewer.Viewer, name string, response []byte) (session.SignedIn, error) {
	asked, err := s.consumeChallenge(ctx, v.Session, toAdd)
	if err != nil {
		return session.SignedIn{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return session.SignedIn{}, refused(err)
	}
	var in session.SignedIn
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if err := session.Recent(v, tx.Now); err != nil {
			return err
		}
		if err := s.mayEnrol(ctx, tx, v); err != nil {
			return err
		}
		if err := s.keepPasskey(ctx, tx, v, name, asked, parsed); err != nil {
			return err
		}
		if err := s.outbox.SendOnce(ctx, tx, v.ID, outbox.PasskeyAdded); err != nil || v.Complete {
			in = session.SignedIn{Role: v.Role, Complete: true, Enrolled: true}
			return err
		}
		in, err = s.completeSession(ctx, tx, v)
		return err
	})
	return in, err
}

func (s *Service) keepPasskey(ctx context.Context, tx postgres.Tx, v *viewer.Viewer, name string, session webauthn.SessionData, parsed *protocol.ParsedCredentialCreationData) error {
	if err := checkReset(ctx, tx, v); err != nil {
		return err
	}
	ring, err := s.keyring(ctx, tx, v.ID)
	if err != nil {
		return err
	}
	if len(ring.passkeys) >= maxPasskeys {
		return errTooMany
	}
	made, err := s.passkeys.CreateCredential(ring, session, parsed)
	if err != nil {
		return refused(err)
	}
	row := passkeyRow{
		AccountID: v.ID, CredentialID: made.ID, PublicKey: made.PublicKey, SignCount: int64(made.Authenticator.SignCount),
		Flags: int16(made.Flags.ProtocolValue()), Transports: []string{}, Name: name,
	}
	for _, transport := range made.Transport {
		row.Transports = append(row.Transports, string(transport))
	}
	if err := insertPasskey(ctx, tx, row); postgres.Violates(err, "passkeys_credential_id_key") {
		return errKnown
	} else if err != nil {
		return err
	}
	return event.Note(ctx, tx, event.FactorSet, event.Of(v))
}

// AskPasskeySignIn returns a challenge to sign in with any passkey of this site. holder is
// the hash of the secret in the browser's cookie.
func (s *Service) AskPasskeySignIn(ctx context.Context, holder []byte) (*protocol.CredentialAssertion, error) {
	options, session, err := s.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, err
	}
	return options, s.saveChallenge(ctx, holder, toSignIn, session)
}

// SignInWithPasskey opens a complete session: the device has verified its user, so the
// passkey is two factors in one. It fails with Invalid, in the same words whatever is
// wrong, and with Throttled after too many tries from this place.
func (s *Service) SignInWithPasskey(ctx context.Context, holder []byte, response []byte, from session.Device) (in session.SignedIn, err error) {
	defer func() {
		if err != nil { // without an account: anybody can send the identifier of another's passkey
			err = s.watch.Failed(ctx, event.Try{Failed: event.SignInFailed, Slowed: event.SignInSlowed, Key: "passkey"}, err)
		}
	}()
	tries := s.limits.ByPlace(from.Place)
	if err := s.limits.Admit(ctx, tries...); err != nil {
		return session.SignedIn{}, err
	}
	asked, err := s.consumeChallenge(ctx, holder, toSignIn)
	if err != nil {
		return session.SignedIn{}, err
	}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		owner, err := s.checkPasskey(ctx, tx, asked, response, uuid.Nil)
		if err != nil {
			return err
		}
		if err := limit.Forgive(ctx, tx, tries); err != nil {
			return err
		}
		in, err = session.Open(ctx, tx, owner, true, from)
		return err
	})
	return in, err
}

// AskPasskeyProof returns a challenge to the viewer's passkeys. It fails with Invalid when
// they have none.
func (s *Service) AskPasskeyProof(ctx context.Context, v *viewer.Viewer) (*protocol.CredentialAssertion, error) {
	ring, err := s.keyring(ctx, s.db.Pool, v.ID)
	if err != nil {
		return nil, err
	}
	if len(ring.passkeys) == 0 {
		return nil, errNoPasskey
	}
	options, session, err := s.passkeys.BeginLogin(ring, webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, err
	}
	return options, s.saveChallenge(ctx, v.Session, toProve, session)
}

// ProvePasskey accepts a passkey as second factor and replaces the viewer's session by a
// complete one. In a complete session it counts for five minutes as a repeated proof (see
// RenewRecoveryCodes), and the returned token is empty.
func (s *Service) ProvePasskey(ctx context.Context, v *viewer.Viewer, response []byte) (in session.SignedIn, err error) {
	defer s.noteFailure(ctx, v, &err)
	if err := s.limits.Admit(ctx, s.limits.ByCode(v.ID)); err != nil {
		return session.SignedIn{}, err
	}
	asked, err := s.consumeChallenge(ctx, v.Session, toProve)
	if err != nil {
		return session.SignedIn{}, err
	}
	in = session.SignedIn{Role: v.Role, Complete: true, Enrolled: true}
	err = s.db.InTx(ctx, func(tx postgres.Tx) error {
		if _, err := s.checkPasskey(ctx, tx, asked, response, v.ID); err != nil {
			return err
		}
		if v.Complete {
			if err := limit.Forget(ctx, tx, s.limits.ByCode(v.ID)); err != nil {
				return err
			}
			return session.MarkPasskey(ctx, tx, v.Session)
		}
		in, err = s.completeSession(ctx, tx, v)
		return err
	})
	return in, err
}

// checkPasskey checks a passkey's response to a challenge and returns whose passkey it is.
// It must belong to account, unless account is nil.
func (s *Service) checkPasskey(ctx context.Context, tx postgres.Tx, session webauthn.SessionData, response []byte, account uuid.UUID) (uuid.UUID, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return uuid.Nil, refused(err)
	}
	row, err := lockPasskey(ctx, tx, parsed.RawID)
	if postgres.NoRows(err) || err == nil && account != uuid.Nil && row.AccountID != account {
		return uuid.Nil, refused(errors.New("no such passkey"))
	}
	if err != nil {
		return uuid.Nil, err
	}
	ring, err := s.keyring(ctx, tx, row.AccountID)
	if err != nil {
		return uuid.Nil, err
	}
	synced := ring.becomesSynced(row.ID, parsed.Response.AuthenticatorData.Flags)
	used, err := s.verify(ring, session, parsed, account == uuid.Nil)
	if err != nil {
		return uuid.Nil, refused(err)
	}
	if used.Authenticator.CloneWarning {
		slog.WarnContext(ctx, "passkey refused: its counter did not increase, so it may be a copy")
		return uuid.Nil, refused(errors.New("the counter did not increase"))
	}
	if synced {
		if err := s.reportSynced(ctx, tx, row); err != nil {
			return uuid.Nil, err
		}
	}
	return row.AccountID, usePasskey(ctx, tx, row.ID, int64(used.Authenticator.SignCount), int16(used.Flags.ProtocolValue()))
}

// becomesSynced reports whether a response says that a passkey may now be backed up, which
// it could not before, and marks it so. Web Authentication (6.1.3) calls that flag
// permanent, but password managers set it when they import or update a passkey, and the
// library then refuses the passkey for good. The signature and the verification of the user
// are checked afterwards, as for any response; the opposite change stays refused.
func (k keyring) becomesSynced(id uuid.UUID, flags protocol.AuthenticatorFlags) bool {
	for i, row := range k.passkeys {
		if row.ID == id && flags.HasBackupEligible() && !protocol.AuthenticatorFlags(row.Flags).HasBackupEligible() {
			k.passkeys[i].Flags |= int16(protocol.FlagBackupEligible)
			return true
		}
	}
	return false
}

// reportSynced journals that a passkey is now kept by a password manager, and notifies its
// owner.
func (s *Service) reportSynced(ctx context.Context, tx postgres.Tx, row passkeyRow) error {
	if err := s.outbox.SendOnce(ctx, tx, row.AccountID, outbox.PasskeySynced); err != nil {
		return err
	}
	return audit.Append(ctx, tx, audit.Entry{ActorID: row.AccountID, Act: "second_factor.synced", SubjectID: row.AccountID, ObjectID: row.ID})
}

func (s *Service) verify(ring keyring, session webauthn.SessionData, parsed *protocol.ParsedCredentialAssertionData, anybody bool) (*webauthn.Credential, error) {
	if anybody {
		owner := func(_, _ []byte) (webauthn.User, error) { return ring, nil }
		return s.passkeys.ValidateDiscoverableLogin(owner, session, parsed)
	}
	return s.passkeys.ValidateLogin(ring, session, parsed)
}

// refused returns the fault that people see, with the cause for the log.
func refused(cause error) error {
	return &fault.Fault{Code: errPasskey.Code, Message: errPasskey.Message, Cause: cause}
}

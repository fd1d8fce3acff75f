package notification

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"socialdirect/internal/bearer"
	"socialdirect/internal/fault"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
)

// Topic is a group of kinds that a person stops and allows together (R21).
type Topic struct {
	Name  string        // as it is stored
	Label string        // as people read it: neutral, as it stands on a page that a link opens
	Roles []viewer.Role // who gets such notifications
}

// Choice is a topic, and whether a person stopped it.
type Choice struct {
	Topic
	Stopped bool
}

var errNoStop = fault.New(fault.Gone, "Ce lien ne mène plus à rien. Connectez-vous\u00a0: dans «\u00a0Profil\u00a0», vous choisissez les messages que vous recevez.")

// stopToken returns the token of the link that stops a topic. It is a digest, which reveals
// neither the person nor the topic, opens nothing else, and is the same in every mail, so that
// the links of old mails keep working.
func (s *Service) stopToken(account uuid.UUID, t Topic) string {
	return base64.RawURLEncoding.EncodeToString(s.keys.Digest("unsubscribe", account.String()+"/"+t.Name))
}

// stopLink returns that token, once its hash is stored.
func (s *Service) stopLink(ctx context.Context, tx postgres.Tx, account uuid.UUID, t Topic) (token string, err error) {
	token = s.stopToken(account, t)
	return token, saveToken(ctx, tx, account, t.Name, bearer.Hash(token))
}

// ofToken returns what a link can stop. It fails with Gone if the link is not valid, or the
// account was erased.
func (s *Service) ofToken(ctx context.Context, token string) (Choice, error) {
	c, err := s.byToken(ctx, s.db.Pool, token)
	return Choice{s.topic(c.Topic), c.Stopped}, err
}

func (s *Service) byToken(ctx context.Context, q postgres.Querier, token string) (choice, error) {
	c, err := readChoiceByToken(ctx, q, bearer.Hash(token))
	if postgres.NoRows(err) {
		return c, errNoStop
	}
	return c, err
}

// Stop stops the topic of a link. Doing it twice is harmless. It fails with Gone like ofToken.
func (s *Service) Stop(ctx context.Context, token string) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		c, err := s.byToken(ctx, tx, token)
		if err != nil {
			return err
		}
		return setStopped(ctx, tx, c.AccountID, c.Topic, true)
	})
}

// Choices returns the topics that the viewer can stop, in the order of their labels.
func (s *Service) Choices(ctx context.Context, v *viewer.Viewer) ([]Choice, error) {
	made, err := readChoices(ctx, s.db.Pool, v.ID)
	if err != nil {
		return nil, err
	}
	topics := s.topicsOf(v.Role)
	choices := make([]Choice, len(topics))
	for i, t := range topics {
		choices[i] = Choice{t, slices.ContainsFunc(made, func(c choice) bool { return c.Topic == t.Name && c.Stopped })}
	}
	return choices, nil
}

// Choose stops the topics of the viewer that are not wanted, and allows those that are.
func (s *Service) Choose(ctx context.Context, v *viewer.Viewer, wanted []string) error {
	return s.db.InTx(ctx, func(tx postgres.Tx) error {
		for _, t := range s.topicsOf(v.Role) {
			if _, err := s.stopLink(ctx, tx, v.ID, t); err != nil {
				return err
			}
			if err := setStopped(ctx, tx, v.ID, t.Name, !slices.Contains(wanted, t.Name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// topics returns the topics of all registered kinds, in the order of their labels.
func (s *Service) topics() []Topic {
	byName := map[string]Topic{}
	for _, k := range s.kinds {
		if k.Topic != nil {
			byName[k.Topic.Name] = *k.Topic
		}
	}
	all := make([]Topic, 0, len(byName))
	for _, t := range byName {
		all = append(all, t)
	}
	slices.SortFunc(all, func(a, b Topic) int { return strings.Compare(a.Label, b.Label) })
	return all
}

func (s *Service) topicsOf(role viewer.Role) []Topic {
	return slices.DeleteFunc(s.topics(), func(t Topic) bool { return !slices.Contains(t.Roles, role) })
}

func (s *Service) topic(name string) Topic {
	for _, t := range s.topics() {
		if t.Name == name {
			return t
		}
	}
	return Topic{}
}

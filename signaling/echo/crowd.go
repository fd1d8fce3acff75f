package echo

import (
	"context"
	"sync"
	"time"

	"socialdirect/account/limit"
	"socialdirect/internal/fault"
)

// The reasons for which a test does not begin now.
const (
	crowdedHere = "Plusieurs tests ont lieu en ce moment depuis votre réseau."
	crowded     = "Beaucoup de personnes font ce test en ce moment."
	testedMuch  = "Beaucoup de tests viennent d’être faits depuis votre réseau."
)

// crowd counts the current tests, of each network and in all.
type crowd struct {
	mu  sync.Mutex
	all int
	of  map[string]int
}

func newCrowd() *crowd { return &crowd{of: map[string]int{}} }

// enter counts one more test until leave is called. It fails with Throttled if there are too
// many.
func (c *crowd) enter(place string) (leave func(), err error) {
	networks := limit.FromPlace("call-test-now", "", place, atOnceEach, lasts)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.full(networks); err != nil {
		return nil, err
	}
	c.add(networks, 1)
	return sync.OnceFunc(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.add(networks, -1)
	}), nil
}

// full fails with Throttled if one more test would be too many. The caller has locked c.
func (c *crowd) full(networks []limit.Quota) error {
	if c.all >= atOnce {
		return fault.Wait(crowded, lasts)
	}
	for _, n := range networks {
		if c.of[n.Value] >= n.Most {
			return fault.Wait(crowdedHere, lasts)
		}
	}
	return nil
}

func (c *crowd) add(networks []limit.Quota, n int) {
	c.all += n
	for _, network := range networks {
		if c.of[network.Value] += n; c.of[network.Value] == 0 {
			delete(c.of, network.Value)
		}
	}
}

// room fails with Throttled as enter would, and counts nothing.
func (c *crowd) room(place string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.full(limit.FromPlace("call-test-now", "", place, atOnceEach, lasts))
}

func testsInHour(place string) []limit.Quota {
	return limit.FromPlace("call-test", "", place, inHourEach, time.Hour)
}

// enter counts a test from a place until leave is called. It fails with Throttled if there are
// too many.
func (s *Service) enter(ctx context.Context, place string) (leave func(), err error) {
	leave, err = s.crowd.enter(place)
	if err != nil {
		return nil, err
	}
	if err := s.Limits.Spend(ctx, testedMuch, testsInHour(place)...); err != nil {
		leave()
		return nil, err
	}
	return leave, nil
}

// room fails with Throttled as enter would, and counts nothing.
func (s *Service) room(ctx context.Context, place string) error {
	if err := s.crowd.room(place); err != nil {
		return err
	}
	return s.Limits.RefuseSpent(ctx, testedMuch, testsInHour(place)...)
}

package echo

import (
	"time"

	"socialdirect/internal/socket"
)

// Bounds that external tests meet.
const (
	Lasts      = lasts
	AtOnce     = atOnce
	AtOnceEach = atOnceEach
	InHourEach = inHourEach
	MaxMedia   = maxMedia
	MaxUp      = maxUp
	MaxDown    = maxDown
	MaxEchoed  = maxEchoed

	MaxDescriptions = maxDescriptions
	MaxCandidates   = maxCandidates
)

// RecheckEvery changes how often tests that are over are ended; it must be called before
// anybody connects.
func (s *Service) RecheckEvery(d time.Duration) { s.rounds = socket.NewRounds(d, s.endOver) }

// Running returns the number of current tests.
func (s *Service) Running() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tests)
}

// Crowd returns the number of tests that are counted, and of networks.
func (s *Service) Crowd() (all, networks int) {
	s.crowd.mu.Lock()
	defer s.crowd.mu.Unlock()
	return s.crowd.all, len(s.crowd.of)
}

// SpendMedia takes bytes from what every current test may still send as media.
func (s *Service) SpendMedia(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for t := range s.tests {
		t.peer.media.spend(n)
	}
}

// Entered is enter, for a place.
func (s *Service) Entered(place string) (leave func(), err error) { return s.crowd.enter(place) }

// Room fails as a test from the place would.
var Room = (*Service).room

// Enter counts a test from the place.
var Enter = (*Service).enter

package messaging

import (
	"sync"
	"time"

	"socialdirect/internal/fault"

	"github.com/google/uuid"
)

// Limits on concurrent requests with documents. Each one has the buffers of one upload to the
// store in memory.
const (
	maxUploads     = 40
	maxUploadsEach = 2
)

// uploadPause is the Retry-After of requests that found no room.
const uploadPause = 30 * time.Second

// errBusy answers documents for which there is no room now.
var errBusy = &fault.Fault{
	Code: fault.Throttled, RetryAfter: uploadPause,
	Message: "Trop de documents arrivent en même temps\u00a0: rien n’a été envoyé. Réessayez dans une minute.",
}

// uploads counts the requests with documents. Half of the room is reserved for people who have
// no upload running: a few people with many slow uploads cannot block everyone else.
type uploads struct {
	most, mostEach int

	mu       sync.Mutex
	all      int
	byPerson map[uuid.UUID]int
}

func newUploads(most, mostEach int) *uploads {
	return &uploads{most: most, mostEach: mostEach, byPerson: map[uuid.UUID]int{}}
}

// enter adds an upload of the person until leave, and reports whether there was room.
func (u *uploads) enter(person uuid.UUID) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	held := u.byPerson[person]
	if u.all >= u.most || held >= u.mostEach || held > 0 && 2*u.all >= u.most {
		return false
	}
	u.all++
	u.byPerson[person]++
	return true
}

func (u *uploads) leave(person uuid.UUID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.all--
	if u.byPerson[person]--; u.byPerson[person] == 0 {
		delete(u.byPerson, person)
	}
}

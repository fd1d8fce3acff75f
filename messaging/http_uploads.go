package messaging

import (
	"sync"
	"time"

	"socialdirect/internal/fault"

	"github.com/google/uuid"
)

// How many requests may bring documents at a time. Each holds the buffers of one
// document on its way to the store.
const (
	maxUploads     = 40
	maxUploadsEach = 2
)

// uploadPause is how long somebody waits who came when there was no room.
const uploadPause = 30 * time.Second

// errBusy answers documents for which there is no room now.
var errBusy = &fault.Fault{
	Code: fault.Throttled, RetryAfter: uploadPause,
	Message: "Trop de documents arrivent en même temps\u00a0: rien n’a été envoyé. Réessayez dans une minute.",
}

// uploads counts the requests that bring documents. Half of the room is kept for people
// who hold none of it: a few who come with all that they may, and slowly, keep nobody
// else out.
type uploads struct {
	most, mostEach int

	mu       sync.Mutex
	all      int
	byPerson map[uuid.UUID]int
}

func newUploads(most, mostEach int) *uploads {
	return &uploads{most: most, mostEach: mostEach, byPerson: map[uuid.UUID]int{}}
}

// enter counts one more of the person's, until leave, and reports whether there
// was room.
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

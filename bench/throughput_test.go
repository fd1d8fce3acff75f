package bench

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"
)

// crowds are the numbers of concurrent clients.
var crowds = []int{8, 32, 128}

// ownPassword is the password of everybody who signs in here; its hash has the platform's
// parameters.
const ownPassword = "Tilleul-phare 7 sucre"

var ownParameters = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// BenchmarkBookingThroughput prints the number of bookings per second for growing numbers of
// clients, with a pool of as many connections as in production.
func BenchmarkBookingThroughput(b *testing.B) {
	for _, crowd := range crowds {
		b.Run(fmt.Sprint(crowd), func(b *testing.B) {
			p := newPlatform(b, 20)
			host := p.server.Listener.Addr().String()
			var each sample
			rounds(b, 3, func() {
				each = append(each, bookAll(b, host, newPairs(p, crowd), func(_ int, since time.Time) bool { return time.Since(since) > stretch }))
			})
			b.ReportMetric(each.median(), "bookings/s")
			b.Logf("%d clients book: %v bookings a second", crowd, each)
		})
	}
}

// BenchmarkSignInThroughput prints the number of sign-ins per second, compared with the hashes
// per second of one core, and the number of refused ones.
func BenchmarkSignInThroughput(b *testing.B) {
	hash, err := argon2id.CreateHash(ownPassword, &ownParameters)
	ok(b, err)
	for _, crowd := range crowds {
		b.Run(fmt.Sprint(crowd), func(b *testing.B) {
			p := newPlatform(b, 20)
			addresses := p.withPassword(crowd, hash)
			var signed, refused, one sample
			rounds(b, 3, func() {
				one = append(one, hashed1(b, hash))
				in, out := p.signInAll(b, addresses)
				signed, refused = append(signed, in), append(refused, out)
			})
			ratio := signed.over(one)
			b.ReportMetric(signed.median(), "sign-ins/s")
			b.ReportMetric(ratio.median(), "of_one_core")
			b.Logf("%d clients sign in: %v a second, %v times what one core hashes; %v a second are refused for now", crowd, signed, ratio, refused)
		})
	}
}

// hashed1 returns how many passwords one goroutine verifies per second.
func hashed1(b testing.TB, hash string) float64 {
	b.Helper()
	n := 0
	for began := time.Now(); time.Since(began) < time.Second; n++ {
		match, err := argon2id.ComparePasswordAndHash(ownPassword, hash)
		if ok(b, err); !match {
			b.Fatal("the password does not match its hash")
		}
	}
	return float64(n)
}

// withPassword adds people who sign in with ownPassword.
func (n *population) withPassword(count int, hash string) (addresses []string) {
	n.b.Helper()
	for range count {
		who := n.beneficiary()
		n.exec(`update accounts set password_hash = $2 where id = $1`, who.id, hash)
		addresses = append(addresses, who.id.String()+"@exemple.fr")
	}
	return addresses
}

// signInAll makes everybody sign in repeatedly, and returns the numbers of successful and of
// refused sign-ins per second.
func (p *platform) signInAll(b testing.TB, addresses []string) (signed, refused float64) {
	b.Helper()
	client := &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: len(addresses)},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	var in, out, failed atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for _, address := range addresses {
		group.Go(func() {
			for time.Since(began) < stretch {
				switch status, err := p.signIn(client, address); {
				case err == nil && status == http.StatusSeeOther:
					in.Add(1)
				case err == nil && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable):
					out.Add(1)
				default:
					failed.Add(1)
					return
				}
			}
		})
	}
	group.Wait()
	if failed.Load() > 0 {
		b.Fatalf("%d clients got another answer", failed.Load())
	}
	seconds := time.Since(began).Seconds()
	return float64(in.Load()) / seconds, float64(out.Load()) / seconds
}

func (p *platform) signIn(client *http.Client, address string) (status int, err error) {
	form := url.Values{"email": {address}, "password": {ownPassword}}.Encode()
	r, err := http.NewRequest(http.MethodPost, p.server.URL+"/connexion", strings.NewReader(form))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.server.URL)
	answer, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

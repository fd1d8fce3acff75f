package bench

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"socialdirect/booking/slot"
	"socialdirect/internal/postgres"
	"socialdirect/internal/viewer"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

// Seat is a place in a call: the path of its socket, and the session of who takes it.
type Seat struct{ Path, Token string }

// callers is what a process of clients does: some are idle, some talk to one another in pairs,
// and of other pairs one writes to the other, who reads nothing.
type callers struct {
	Host, Origin string
	Idle         []Seat
	Talking      [][2]Seat
	Slow         [][2]Seat
	Lasts        time.Duration
}

// called is what became of them.
type called struct {
	Open    int     // idle connections that were open in the end
	Evicted int     // readers whose end the other side was told
	P99     float64 // seconds that a message takes between two who talk
	Passed  int     // messages between them
}

const (
	chatter   = 50 * time.Millisecond // between two messages of one who talks
	drowning  = 8                     // descriptions for one who does not read
	dialAtOne = 64                    // handshakes at a time
)

// a description of 30 KiB
var drowned = `{"type":"description","to":"P1","description":{"type":"offer","sdp":"v=0\r\n` + strings.Repeat(`a=x:1\r\n`, 3000) + `"}}`

func calling(in io.Reader, out io.Writer) error {
	var c callers
	if err := json.NewDecoder(in).Decode(&c); err != nil {
		return err
	}
	idle, err := c.dial(c.Idle)
	if err != nil {
		return err
	}
	var result called
	var evicted atomic.Int64
	var slow sync.WaitGroup
	if err := c.drown(&evicted, &slow); err != nil {
		return err
	}
	times, err := c.talk()
	if err != nil {
		return err
	}
	slow.Wait()
	if len(times) > 0 {
		result.P99 = times.quantile(0.99)
	}
	result.Passed, result.Evicted, result.Open = len(times), int(evicted.Load()), open(idle)
	return json.NewEncoder(out).Encode(result)
}

// dial takes seats, some at a time.
func (c *callers) dial(seats []Seat) ([]*websocket.Conn, error) {
	conns, failures := make([]*websocket.Conn, len(seats)), make([]error, len(seats))
	var dialling sync.WaitGroup
	places := make(chan struct{}, dialAtOne)
	for i, seat := range seats {
		places <- struct{}{}
		dialling.Go(func() {
			defer func() { <-places }()
			header := http.Header{"Origin": {c.Origin}, "Cookie": {"session=" + seat.Token}}
			dialer := websocket.Dialer{ReadBufferSize: 512, WriteBufferSize: 512, HandshakeTimeout: time.Minute}
			conns[i], _, failures[i] = dialer.Dial("ws://"+c.Host+seat.Path, header)
		})
	}
	dialling.Wait()
	return conns, errors.Join(failures...)
}

// open returns how many of these connections the server has not ended.
func open(conns []*websocket.Conn) (count int) {
	for _, conn := range conns {
		_ = conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		var err error
		for err == nil {
			_, _, err = conn.ReadMessage()
		}
		if late, is := errors.AsType[net.Error](err); is && late.Timeout() {
			count++
		}
	}
	return count
}

// drown lets one of each slow pair write to the other, who reads nothing, until the writer is
// told that the other is gone, or the time is over.
func (c *callers) drown(evicted *atomic.Int64, done *sync.WaitGroup) error {
	writers, err := c.dial(first(c.Slow))
	if err != nil {
		return err
	}
	readers, err := c.dial(second(c.Slow))
	if err != nil {
		return err
	}
	for i, writer := range writers {
		if tcp, is := readers[i].NetConn().(*net.TCPConn); is {
			_ = tcp.SetReadBuffer(4 << 10)
		}
		done.Go(func() {
			_ = writer.SetReadDeadline(time.Now().Add(c.Lasts))
			go func() {
				for range drowning {
					if writer.WriteMessage(websocket.TextMessage, []byte(drowned)) != nil {
						return
					}
				}
			}()
			for {
				var m message
				if writer.ReadJSON(&m) != nil {
					return
				}
				if m.Type == "left" {
					evicted.Add(1)
					return
				}
			}
		})
	}
	return nil
}

func first(pairs [][2]Seat) (seats []Seat)  { return column(pairs, 0) }
func second(pairs [][2]Seat) (seats []Seat) { return column(pairs, 1) }

func column(pairs [][2]Seat, i int) (seats []Seat) {
	for _, pair := range pairs {
		seats = append(seats, pair[i])
	}
	return seats
}

// talk returns how long each message took between two who talk.
func (c *callers) talk() (times sample, err error) {
	ones, err := c.dial(first(c.Talking))
	if err != nil {
		return nil, err
	}
	others, err := c.dial(second(c.Talking))
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var talking sync.WaitGroup
	end := time.Now().Add(c.Lasts)
	for i, one := range ones {
		heard := make(chan struct{}, 1)
		_ = others[i].SetReadDeadline(end.Add(patience))
		talking.Go(func() {
			for {
				var m message
				if others[i].ReadJSON(&m) != nil {
					return
				}
				if m.Type == "state" {
					heard <- struct{}{}
				}
			}
		})
		talking.Go(func() {
			defer others[i].Close()
			for time.Now().Before(end) {
				began := time.Now()
				if one.WriteMessage(websocket.TextMessage, []byte(`{"type":"state","audio":true,"video":true,"screen":false}`)) != nil {
					return
				}
				<-heard
				took := time.Since(began)
				mu.Lock()
				times = append(times, took.Seconds())
				mu.Unlock()
				time.Sleep(chatter)
			}
		})
		go func() {
			for {
				if _, _, err := one.ReadMessage(); err != nil {
					return
				}
			}
		}()
	}
	talking.Wait()
	return times, nil
}

// statement is one of SQL, with its arguments.
type statement struct {
	sql  string
	args []any
}

func execAll(ctx context.Context, tx postgres.Tx, all ...statement) error {
	for _, each := range all {
		if _, err := tx.Exec(ctx, each.sql, each.args...); err != nil {
			return err
		}
	}
	return nil
}

// calls creates current calls, all of whose people were admitted, and returns their seats: the
// worker's and the beneficiary's.
func (n *population) calls(count int) (seats [][2]Seat) {
	n.b.Helper()
	ctx, now := context.Background(), time.Now().Truncate(time.Hour)
	ok(n.b, n.p.db.InTx(ctx, func(tx postgres.Tx) error {
		workers, err := n.many(ctx, tx, viewer.SocialWorker, nil, count)
		if err != nil {
			return err
		}
		beneficiaries, err := n.many(ctx, tx, viewer.Beneficiary, &n.client, count)
		if err != nil {
			return err
		}
		for i, worker := range workers {
			id := uuid.New()
			if err := execAll(ctx, tx,
				statement{`insert into social_workers (account_id, presentation, languages, reasons, modes, time_zone, holiday_region)
					values ($1, '', '{fr}', '{housing,other}', $2, 'Europe/Paris', 'aucune')`, []any{worker.id, slot.Modes}},
				statement{`insert into appointments (id, social_worker_id, beneficiary_id, period, mode, reason, place, status, booked_at)
					values ($1, $2, $3, tstzrange($4::timestamptz, $4::timestamptz + interval '1 hour'), 'video', 'housing', '', 'confirmed', now())`, []any{id, worker.id, beneficiaries[i].id, now}},
				statement{`insert into call_admissions (appointment_id, account_id, admitted_at) values ($1, $2, now())`, []any{id, beneficiaries[i].id}},
			); err != nil {
				return err
			}
			path := "/rendez-vous/" + id.String() + "/appel/ws"
			seats = append(seats, [2]Seat{{path, worker.token}, {path, beneficiaries[i].token}})
		}
		return nil
	}))
	return seats
}

// many creates people of a role, who are signed in and were seen today.
func (n *population) many(ctx context.Context, tx postgres.Tx, role viewer.Role, client *uuid.UUID, count int) (people []person, err error) {
	ids, hashes := make([]string, count), make([][]byte, count)
	for i := range count {
		who := person{id: uuid.New(), token: uuid.NewString() + uuid.NewString()}
		people = append(people, who)
		ids[i], hashes[i] = who.id.String(), who.session()
		if err := n.p.services.vault.Create(ctx, tx, who.id); err != nil {
			return nil, err
		}
	}
	return people, execAll(ctx, tx,
		statement{`insert into accounts (id, role, email, email_validated_at, last_name, first_name, mobile, client_id, adult_declared_at, time_zone, created_at, last_seen_on)
			select person, $2, person || '@exemple.fr', now(), 'Vidal', 'Zoé', '+33612345678', $3, now(), 'Europe/Paris', now(), current_date from unnest($1::uuid[]) as person`, []any{ids, role, client}},
		statement{`insert into legal_acceptances (account_id, kind, version, wording, accepted_at)
			select person, kind, version, 'accepte', now() from legal_texts, unnest($1::uuid[]) as person`, []any{ids}},
		statement{`insert into sessions (id_hash, account_id, second_factor, created_at, seen_at, expires_at)
			select hash, id, true, now(), now(), now() + interval '12 hours' from unnest($1::uuid[], $2::bytea[]) as s (id, hash)`, []any{ids, hashes}},
	)
}

const (
	held      = 10_000 // idle connections
	heldFor   = 5 * time.Second
	drownedBy = 1_000 // slow readers
	talkers   = 50    // pairs whose messages are timed
	talkFor   = 15 * time.Second
	runs      = 5
	noSlower  = 2 // times the others' 99th percentile
)

func BenchmarkIdleHeld(b *testing.B) {
	p := newPlatform(b, 10)
	orders := callers{Host: p.server.Listener.Addr().String(), Origin: p.server.URL, Lasts: heldFor}
	for _, pair := range p.calls(held / 2) {
		orders.Idle = append(orders.Idle, pair[:]...)
	}
	var result called
	client(b, "calls", orders, &result)
	b.Logf("%d of %d idle connections were held", result.Open, held)
	if result.Open != held {
		b.Errorf("%d of %d idle connections were held", result.Open, held)
	}
	for b.Loop() {
	}
	b.ReportMetric(0, "ns/op")
}

func BenchmarkSlowReaders(b *testing.B) {
	p := newPlatform(b, 10)
	talking, drowning := p.calls(talkers), p.calls(drownedBy)
	orders := callers{Host: p.server.Listener.Addr().String(), Origin: p.server.URL, Talking: talking, Lasts: talkFor}
	var alone, beside sample
	rounds(b, runs, func() {
		var quiet, full called
		client(b, "calls", orders, &quiet)
		withSlow := orders
		withSlow.Slow = drowning
		client(b, "calls", withSlow, &full)
		if full.Evicted != drownedBy {
			b.Errorf("%d of %d slow readers were evicted", full.Evicted, drownedBy)
		}
		alone, beside = append(alone, quiet.P99), append(beside, full.P99)
	})
	ratio := beside.over(alone)
	b.ReportMetric(ratio.median(), "p99_ratio")
	b.Logf("the 99th percentile of a message between two others, while %d slow readers are evicted: %v times (%.1f ms against %.1f)", drownedBy, ratio, 1000*beside.median(), 1000*alone.median())
	ratio.atMost(b, "others' 99th percentile beside slow readers", noSlower)
}

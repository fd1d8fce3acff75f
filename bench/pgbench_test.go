package bench

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// script is one booking for pgbench: the recorded statements of a booking over HTTP, with
// pgbench's variables for what differs between bookings.
type script struct{ statements []string }

// recorded is a tracer that records the statements sent to PostgreSQL.
type recorded struct {
	mu      sync.Mutex
	queries []pgx.TraceQueryStartData
}

func (o *recorded) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queries = append(o.queries, data)
	return ctx
}

func (o *recorded) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// captureScript books one slot on a second platform over the same database and records the
// statements.
func captureScript(b testing.TB, p *platform) script {
	b.Helper()
	ears := &recorded{}
	listening := p.traced(b, ears)
	pr := newPairs(p, 1)[0]
	ears.queries = nil
	w := dial(b, listening.Listener.Addr().String())
	defer w.conn.Close()
	ok(b, w.book(pr, 0))
	var s script
	for _, query := range ears.queries {
		s.statements = append(s.statements, substitute(b, query, pr.variables()))
	}
	if len(s.statements) < 5 {
		b.Fatalf("only %d statements were recorded", len(s.statements))
	}
	return s
}

// variables maps the values of a first booking that differ in others to their variables in the
// script.
func (pr pair) variables() map[string]string {
	start := pr.hour(0).UTC()
	return map[string]string{
		pr.worker.id.String():                               ":worker",
		pr.beneficiary.id.String():                          ":beneficiary",
		`\x` + hex.EncodeToString(pr.beneficiary.session()): ":session",
		instant(start):                                      "to_timestamp(:at)",
		instant(start.Add(time.Hour)):                       "to_timestamp(:at + 3600)",
	}
}

func instant(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05Z") }

var placeholder = regexp.MustCompile(`\$(\d+)`)

// substitute writes a statement with its arguments: variables where they differ between
// bookings, constants otherwise.
func substitute(b testing.TB, query pgx.TraceQueryStartData, variables map[string]string) string {
	b.Helper()
	isInsert := strings.Contains(query.SQL, "insert into appointments")
	return placeholder.ReplaceAllStringFunc(query.SQL, func(name string) string {
		i, _ := strconv.Atoi(name[1:]) // digits by the pattern
		if ids, several := query.Args[i-1].([]uuid.UUID); several {
			return among(ids, variables)
		}
		text, null := literal(b, query.Args[i-1])
		switch variable := variables[text]; {
		case null:
			return "null"
		case variable != "":
			return variable
		case isInsert && i == 1:
			return "gen_random_uuid()" // the appointment's identifier
		}
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	})
}

// among writes an array of identifiers, with variables for those that differ.
func among(ids []uuid.UUID, variables map[string]string) string {
	elements := make([]string, len(ids))
	for i, id := range ids {
		if elements[i] = variables[id.String()]; elements[i] == "" {
			elements[i] = "'" + id.String() + "'"
		}
	}
	return "array[" + strings.Join(elements, ", ") + "]::uuid[]"
}

// literal returns a value in PostgreSQL's text form.
func literal(b testing.TB, value any) (text string, null bool) {
	b.Helper()
	if pointer := reflect.ValueOf(value); pointer.Kind() == reflect.Pointer {
		if pointer.IsNil() {
			return "", true
		}
		value = pointer.Elem().Interface()
	}
	switch v := value.(type) {
	case uuid.UUID:
		return v.String(), false
	case time.Time:
		return instant(v), false
	case [][]byte: // documents of jobs
		parts := make([]string, len(v))
		for i, part := range v {
			parts[i] = string(part)
		}
		value = parts
	}
	if all := reflect.ValueOf(value); all.Kind() == reflect.Slice && all.Type().Elem().Kind() == reflect.String {
		words := make([]string, all.Len()) // for any element type
		for i := range words {
			words[i] = all.Index(i).String()
		}
		value = words
	}
	types := pgtype.NewMap()
	if kind, known := types.TypeForValue(value); known {
		encoded, err := types.Encode(kind.OID, pgtype.TextFormatCode, value, []byte{})
		ok(b, err)
		return string(encoded), encoded == nil
	}
	return fmt.Sprint(value), value == nil
}

// head computes the slot as pair.hour does, from a counter that a client keeps across
// transactions.
var head = fmt.Sprintf("\\set i :i + 1\n\\set at :first + 3600 * mod(:i * %d, %d)\n", stride, hours)

// run makes every pair book through its own pgbench, all concurrently, and returns the number
// of bookings per second.
func (s script) run(b testing.TB, p *platform, pairs []pair, length time.Duration) float64 {
	b.Helper()
	file := filepath.Join(b.TempDir(), "booking.sql")
	ok(b, os.WriteFile(file, []byte(head+strings.Join(s.statements, ";\n")+";\n"), 0o600))
	var group sync.WaitGroup
	outputs, errs := make([]string, len(pairs)), make([]error, len(pairs))
	for c, pr := range pairs {
		group.Go(func() { outputs[c], errs[c] = pgbench(p, pr, file, length) })
	}
	group.Wait()
	sum := 0.0
	for c := range pairs {
		if errs[c] != nil {
			b.Fatalf("%v\n%s", errs[c], outputs[c])
		}
		sum += rate(b, outputs[c])
	}
	return sum
}

func pgbench(p *platform, pr pair, file string, length time.Duration) (string, error) {
	cmd := exec.Command(filepath.Join(theCluster.pg.BinDir(), "pgbench"), "-n", "-M", "prepared", "-c", "1",
		"-T", strconv.Itoa(int(length.Seconds())), "-f", file,
		"-D", "i=-1", "-D", fmt.Sprintf("first=%d", pr.first.Unix()),
		"-D", "worker="+pr.worker.id.String(), "-D", "beneficiary="+pr.beneficiary.id.String(),
		"-D", `session=\x`+hex.EncodeToString(pr.beneficiary.session()), p.db.Pool.Config().ConnString())
	output, err := cmd.CombinedOutput()
	return string(output), err
}

var (
	ratePattern   = regexp.MustCompile(`tps = ([0-9.]+) \(without`)
	failedPattern = regexp.MustCompile(`number of failed transactions: 0 `)
)

func rate(b testing.TB, output string) float64 {
	b.Helper()
	match := ratePattern.FindStringSubmatch(output)
	if match == nil || !failedPattern.MatchString(output) || strings.Contains(output, "ERROR") {
		b.Fatalf("pgbench did not complete its transactions:\n%s", output)
	}
	tps, err := strconv.ParseFloat(match[1], 64)
	ok(b, err)
	return tps
}

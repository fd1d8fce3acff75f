package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	postgresUser     = "app" // the cluster's one role; the socket's folder is its protection
	postgresPort     = "5432"
	startTimeout     = 60 * time.Second
	answerTimeout    = 3 * time.Second // for one of many attempts
	maxLog           = 10 << 20        // in bytes; a longer log is emptied at the next start
	maxSocketPath    = 107             // in bytes: the kernel's limit for the path of a unix socket
	defaultConnCount = 100
)

// PostgresOptions are the location and the safety of a cluster.
type PostgresOptions struct {
	Dir            string // created if missing; contains the cluster, its socket and its log
	Durable        bool   // false: a power cut may lose everything (for tests only)
	MaxConnections int    // 0: 100
}

// Postgres is a running private cluster.
type Postgres struct {
	child    *child
	bin      string
	socket   socketDir
	logFile  string
	identity identity
}

// StartPostgres starts the cluster in opt.Dir, which the first start creates, and returns once
// it answers. It uses the newest installed PostgreSQL of version 15 or later. A cluster whose
// owner was killed recovers; if the old server has not ended yet, it is waited for. The caller
// prevents concurrent use of the folder (LockDir).
func StartPostgres(ctx context.Context, opt PostgresOptions) (*Postgres, error) {
	p, err := startPostgres(ctx, opt, identities())
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL: %w", err)
	}
	return p, nil
}

func startPostgres(ctx context.Context, opt PostgresOptions, as []identity) (*Postgres, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	dir, err := filepath.Abs(opt.Dir)
	if err != nil {
		return nil, err
	}
	bin, err := findPostgres()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil { // it is compared with the server's working directory
		return nil, err
	}
	who, err := chooseIdentity(as, bin, dir)
	if err != nil {
		return nil, err
	}
	p := &Postgres{bin: bin, identity: who, logFile: filepath.Join(dir, "postgres.log")}
	data := filepath.Join(dir, "pgdata")
	if err := p.prepareCluster(ctx, data, opt.Durable); err != nil {
		return nil, err
	}
	if p.socket, err = openSocketDir(dir, who); err != nil {
		return nil, err
	}
	if err := p.start(ctx, data, opt); err != nil {
		p.socket.close()
		return nil, err
	}
	return p, nil
}

func (p *Postgres) start(ctx context.Context, data string, opt PostgresOptions) error {
	log, err := openLog(p.logFile)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(filepath.Join(p.bin, "postgres"), postgresArgs(data, p.socket.path, opt)...)
	cmd.Dir, cmd.Env = "/", cleanEnv()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = p.identity.attr()
	if p.child, err = startChild(cmd, syscall.SIGINT); err != nil {
		return err
	}
	if err := p.awaitAnswer(ctx); err != nil {
		_ = p.child.stop()
		return fmt.Errorf("%w\n%s", err, tail(p.logFile))
	}
	return nil
}

func postgresArgs(data, socket string, opt PostgresOptions) []string {
	conns := opt.MaxConnections
	if conns == 0 {
		conns = defaultConnCount
	}
	settings := []string{
		"listen_addresses=", "port=" + postgresPort,
		"unix_socket_directories=\"" + strings.ReplaceAll(socket, `"`, `""`) + `"`,
		"unix_socket_permissions=0700",
		"max_connections=" + strconv.Itoa(conns),
		"shared_buffers=128MB", "timezone=UTC",
		// No personal data in the log: neither the values of a violated
		// constraint nor the statement.
		"log_min_messages=warning", "log_error_verbosity=terse", "log_min_error_statement=panic",
	}
	if !opt.Durable {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	args := []string{"-D", data}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	return args
}

func (p *Postgres) awaitAnswer(ctx context.Context) error {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		err := p.ask(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.child.done:
			return fmt.Errorf("ended at once: %w", p.child.err)
		case <-ctx.Done():
			return fmt.Errorf("does not answer: %w", err)
		case <-tick.C:
		}
	}
}

// ask tries one connection; a server that is just starting may not answer it.
func (p *Postgres) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	conn, err := pgx.Connect(ctx, p.URL("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// URL is the address of a database of the cluster, in the form of libpq and pgx.
func (p *Postgres) URL(database string) string {
	host := strings.ReplaceAll(url.QueryEscape(p.socket.path), "+", "%20") // libpq does not decode "+"
	return fmt.Sprintf("postgres:///%s?host=%s&port=%s&user=%s", url.PathEscape(database), host, postgresPort, postgresUser)
}

// DropDatabase deletes the database, if it exists.
func (p *Postgres) DropDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, p.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `drop database if exists `+pgx.Identifier{name}.Sanitize()+` with (force)`)
	return err
}

// EnsureDatabase creates the database if it does not exist.
func (p *Postgres) EnsureDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, p.URL("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var exists bool
	err = conn.QueryRow(ctx, `select exists (select from pg_database where datname = $1)`, name).Scan(&exists)
	if err != nil || exists {
		return err
	}
	_, err = conn.Exec(ctx, "create database "+pgx.Identifier{name}.Sanitize())
	return err
}

// BinDir is the folder of the PostgreSQL programs (psql, pgbench).
func (p *Postgres) BinDir() string { return p.bin }

// Done is closed when the server has ended, by Stop or by itself.
func (p *Postgres) Done() <-chan struct{} { return p.child.done }

// Stop ends the server: it closes connections and writes everything to disk. If ctx ends
// before that, the server ends at once, and the next start recovers.
func (p *Postgres) Stop(ctx context.Context) error {
	defer p.socket.close()
	atOnce, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	fast, cancelFast := context.WithTimeout(ctx, 30*time.Second)
	defer cancelFast()
	return p.child.stop(
		stopStep{fast, p.child.signal(syscall.SIGINT)},
		stopStep{atOnce, p.child.signal(syscall.SIGQUIT)},
	)
}

// cleanEnv is the environment without variables that would redirect PostgreSQL.
func cleanEnv() []string {
	env := []string{"LC_ALL=C.UTF-8"}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PG") && !strings.HasPrefix(v, "LC_ALL=") {
			env = append(env, v)
		}
	}
	return env
}

// openLog opens a log for appending, and empties it if it is too long.
func openLog(path string) (*os.File, error) {
	flags := os.O_WRONLY | os.O_CREATE | os.O_APPEND
	if info, err := os.Stat(path); err == nil && info.Size() > maxLog {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(path, flags, 0o600)
}

// tail returns the end of a log, for an error message.
func tail(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	const length = 2000
	if info, err := f.Stat(); err == nil && info.Size() > length {
		_, _ = f.Seek(-length, io.SeekEnd)
	}
	text, _ := io.ReadAll(f)
	return strings.TrimSpace(string(text))
}

var errNoPostgres = errors.New("no PostgreSQL 15 or later found, neither in PATH nor in /usr/lib/postgresql: install it (Debian, Ubuntu: apt-get install postgresql)")

// findPostgres returns the folder of the server's programs: that in PATH, else the newest of
// Debian's.
func findPostgres() (string, error) {
	var tooOld string
	for _, bin := range postgresFolders() {
		major, err := postgresMajor(bin)
		if err == nil && major >= 15 {
			return bin, nil
		}
		if err == nil {
			tooOld = fmt.Sprintf(" (%s holds version %d)", bin, major)
		}
	}
	return "", fmt.Errorf("%w%s", errNoPostgres, tooOld)
}

func postgresFolders() []string {
	var folders []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			folders = append(folders, filepath.Dir(path))
		}
	}
	packaged, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	return append(folders, newestFirst(packaged)...)
}

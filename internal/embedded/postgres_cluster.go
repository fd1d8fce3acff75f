package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// previousTimeout is how long a server that lost its owner may take to end.
const previousTimeout = 20 * time.Second

// newestFirst orders Debian's folders, /usr/lib/postgresql/VERSION/bin.
func newestFirst(folders []string) []string {
	version := func(folder string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(folder)))
		return n
	}
	slices.SortFunc(folders, func(a, b string) int { return cmp.Compare(version(b), version(a)) })
	return folders
}

// postgresMajor returns the major version of the server in bin. It fails if initdb is not in
// the same folder.
func postgresMajor(bin string) (int, error) {
	if _, err := os.Stat(filepath.Join(bin, "initdb")); err != nil {
		return 0, err
	}
	out, err := exec.Command(filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return 0, err
	}
	return parseMajor(string(out))
}

// parseMajor parses "postgres (PostgreSQL) 15.6 (Debian …)" and "… 18beta1".
func parseMajor(line string) (int, error) {
	_, version, found := strings.Cut(line, "(PostgreSQL) ")
	end := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if !found || end <= 0 {
		return 0, fmt.Errorf("not a version of PostgreSQL: %q", line)
	}
	return strconv.Atoi(version[:end])
}

// prepareCluster ensures that data contains a cluster that no server uses and that the
// identity can access.
func (p *Postgres) prepareCluster(ctx context.Context, data string, durable bool) error {
	if err := awaitPrevious(ctx, data); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(data, "PG_VERSION")); errors.Is(err, os.ErrNotExist) {
		return p.initCluster(ctx, data, durable)
	} else if err != nil {
		return err
	}
	// No server uses the cluster any more. The pid in the file may by now be another
	// process's, which PostgreSQL would take for its predecessor.
	if err := os.Remove(filepath.Join(data, "postmaster.pid")); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return p.identity.own(data)
}

// initCluster creates the cluster under another name and renames it once it is complete, so
// that an interrupted one is never used.
func (p *Postgres) initCluster(ctx context.Context, data string, durable bool) error {
	remains, _ := filepath.Glob(data + ".init-*")
	for _, dir := range remains {
		_ = os.RemoveAll(dir)
	}
	unfinished, err := os.MkdirTemp(filepath.Dir(data), filepath.Base(data)+".init-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(unfinished) }() // nothing is left there after the rename
	if err := p.identity.own(unfinished); err != nil {
		return err
	}
	args := []string{"-D", unfinished, "-U", postgresUser, "-A", "trust", "-E", "UTF8",
		"--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=fr-FR", "--no-instructions"}
	if !durable {
		args = append(args, "--no-sync")
	}
	if err := p.runInit(ctx, args); err != nil {
		return err
	}
	return os.Rename(unfinished, data)
}

func (p *Postgres) runInit(ctx context.Context, args []string) error {
	log, err := openLog(p.logFile)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(filepath.Join(p.bin, "initdb"), args...)
	cmd.Dir, cmd.Env = "/", cleanEnv()
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = p.identity.attr()
	c, err := startChild(cmd, syscall.SIGINT)
	if err != nil {
		return err
	}
	select {
	case <-c.done:
	case <-ctx.Done():
		_ = c.stop()
		return ctx.Err()
	}
	if c.err != nil {
		return fmt.Errorf("initdb: %w\n%s", c.err, tail(p.logFile))
	}
	return nil
}

// awaitPrevious waits until no server works in data. The kernel signalled the last one when
// its owner died, but it may still be writing or removing its socket, even if the folder was
// deleted.
func awaitPrevious(ctx context.Context, data string) error {
	ctx, cancel := context.WithTimeout(ctx, previousTimeout)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		pid := serverOn(data)
		if pid == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("another server, process %d, still runs on %s", pid, data)
		case <-tick.C:
		}
	}
}

// serverOn returns the pid of a PostgreSQL process that works in data, even if data was
// deleted, or 0. Each such process has the cluster's folder as its working directory.
func serverOn(data string) int {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		if cwd, err := os.Readlink(link); err != nil || strings.TrimSuffix(cwd, " (deleted)") != data {
			continue
		}
		process := filepath.Dir(link)
		name, err := os.ReadFile(filepath.Join(process, "comm"))
		if err != nil || strings.TrimSpace(string(name)) != "postgres" {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(process))
		return pid
	}
	return 0
}

// socketDir is the folder of the server's socket.
type socketDir struct {
	path      string
	temporary bool
	note      string // file that records path if it is a temporary folder
}

// openSocketDir creates dir/run or, if that path is too long for a socket, a private temporary
// folder. close removes it or, after a kill, the next start.
func openSocketDir(dir string, who identity) (socketDir, error) {
	s := socketDir{path: filepath.Join(dir, "run"), note: filepath.Join(dir, "socket-folder")}
	if old, err := os.ReadFile(s.note); err == nil && isSocketFolder(string(old)) {
		_ = os.RemoveAll(string(old))
	}
	if len(s.path)+len("/.s.PGSQL.")+len(postgresPort) > maxSocketPath {
		tmp, err := os.MkdirTemp("", socketPrefix+"*")
		if err != nil {
			return s, err
		}
		s.path, s.temporary = tmp, true
		if err := os.WriteFile(s.note, []byte(tmp), 0o600); err != nil {
			s.close()
			return s, err
		}
		return s, who.own(tmp)
	}
	// A socket that a killed server left would look like that of a running one.
	if err := os.RemoveAll(s.path); err != nil {
		return s, err
	}
	if err := os.Mkdir(s.path, 0o700); err != nil {
		return s, err
	}
	return s, who.own(s.path)
}

const socketPrefix = "socialdirect-socket-"

func isSocketFolder(path string) bool {
	return filepath.Dir(path) == filepath.Clean(os.TempDir()) && strings.HasPrefix(filepath.Base(path), socketPrefix)
}

func (s socketDir) close() {
	if s.temporary {
		_ = os.RemoveAll(s.path)
		_ = os.Remove(s.note)
	}
}

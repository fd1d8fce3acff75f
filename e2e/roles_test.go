package e2e

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"socialdirect/internal/blobtest"
	"socialdirect/internal/embedded"

	"github.com/jackc/pgx/v5"
)

// withRoles starts a database of its own with the roles of deploy/postgres/roles.sh, and returns
// the addresses of it under the role of migrations and under the server's.
func withRoles(t *testing.T) (owner, server string) {
	t.Helper()
	pg, err := embedded.StartPostgres(t.Context(), embedded.PostgresOptions{Dir: filepath.Join(t.TempDir(), "postgres")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pg.Stop(context.Background()) })
	if err := pg.EnsureDatabase(t.Context(), "socialdirect"); err != nil {
		t.Fatal(err)
	}
	script := exec.Command("/bin/sh", "../deploy/postgres/roles.sh")
	script.Env = append(os.Environ(), "PATH="+pg.BinDir()+":"+os.Getenv("PATH"), "POSTGRES_DB="+pg.URL("socialdirect"),
		"OWNER_PASSWORD_FILE="+keyFile(t), "SERVER_PASSWORD_FILE="+keyFile(t))
	if out, err := script.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return as(t, pg.URL("socialdirect"), "socialdirect_owner"), as(t, pg.URL("socialdirect"), "socialdirect")
}

// as is the address of a database under another role of the same cluster, which trusts this
// machine.
func as(t *testing.T, address, role string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("user", role)
	u.RawQuery = query.Encode()
	return u.String()
}

// The server works under a role that may change no table, and migrations under one that is no
// superuser.
func TestTheServerRunsUnderARoleThatCannotChangeTheSchema(t *testing.T) {
	t.Parallel()
	owner, server := withRoles(t)
	d := furnish(t, server, blobtest.Config(t))
	d.env = append(d.env, "MIGRATE_DATABASE_URL="+owner)
	d.command(t, "migrate")
	d.serve(t)
	d.awaitStatus(t, http.StatusOK)
	d.command(t, "admin", "create", "--email", "claire@exemple.fr")

	conn, err := pgx.Connect(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	for _, forbidden := range []string{
		"create table stolen (a int)", "drop table accounts", "alter table audit_entries disable trigger all", "truncate accounts",
		"create role another superuser", "copy accounts to '/tmp/accounts'", "create function f() returns int language sql as 'select 1'",
	} {
		if _, err := conn.Exec(t.Context(), forbidden); err == nil {
			t.Errorf("the server may %s", forbidden)
		}
	}
	var powerful []string
	rows, err := conn.Query(t.Context(), `select rolname::text from pg_roles where rolname like 'socialdirect%' and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)`)
	if err == nil {
		powerful, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil || len(powerful) > 0 {
		t.Errorf("with rights over others: %v, %v", powerful, err)
	}
}

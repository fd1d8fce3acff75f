#!/bin/sh
# roles.sh: the two roles of the platform in a new database. The first owns the schema and
# changes it (socialdirect migrate); the server has the second, which reads and writes rows and
# nothing more. Neither is a superuser. PostgreSQL's image runs this once, on an empty volume.
set -eu

owner_password=$(cat "${OWNER_PASSWORD_FILE:-/run/secrets/owner_password}")
server_password=$(cat "${SERVER_PASSWORD_FILE:-/run/secrets/server_password}")

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname="${POSTGRES_DB:-postgres}" \
	--set=owner_password="$owner_password" --set=server_password="$server_password" <<'SQL'
create role socialdirect_owner login password :'owner_password';
create role socialdirect login password :'server_password';
select format('grant connect, create, temporary on database %I to socialdirect_owner', current_database()) \gexec
select format('revoke all on database %I from public', current_database()) \gexec
select format('grant connect on database %I to socialdirect', current_database()) \gexec
alter schema public owner to socialdirect_owner;
revoke all on schema public from public;
grant usage on schema public to socialdirect;
alter default privileges for role socialdirect_owner in schema public grant select, insert, update, delete on tables to socialdirect;
alter default privileges for role socialdirect_owner in schema public grant usage, select on sequences to socialdirect;
SQL

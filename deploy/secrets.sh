#!/bin/sh
# secrets.sh: makes the secrets that compose.yaml mounts, in secrets/ beside this
# file, at random. What is there already is never touched: run it as often as you
# like. Containers read them under users of their own, so each file is readable;
# the folder is its owner's alone.
set -eu
umask 077
cd "$(dirname "$0")"
mkdir -p secrets
chmod 0700 secrets
echo '*' >secrets/.gitignore

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }

# keep NAME VALUE
keep() {
	if [ ! -e "secrets/$1" ]; then
		printf '%s\n' "$2" >"secrets/.$1"
		chmod 0444 "secrets/.$1"
		mv "secrets/.$1" "secrets/$1"
		echo "made secrets/$1"
	fi
}

keep postgres_password "$(random)"
keep owner_password "$(random)"
keep server_password "$(random)"
keep migrate_database_url "postgres://socialdirect_owner:$(cat secrets/owner_password)@postgres:5432/socialdirect?sslmode=disable"
keep database_url "postgres://socialdirect:$(cat secrets/server_password)@postgres:5432/socialdirect?sslmode=disable"
keep s3_secret_key "$(random)"
keep turn_secret "$(random)"
keep master_key "$(random)"
keep index_key "$(random)"
keep noise_key "$(random)"

#!/bin/bash
# Dumps Deskyard's database into a folder and drops dumps that are too old.
set -euo pipefail

usage() {
    cat >&2 <<'EOF'
usage: backup.sh FOLDER [DAYS]
  FOLDER  where the dumps go: deskyard-<UTC time>.dump, readable by their owner alone
  DAYS    how long they are kept (default 14); only dropped after a new dump succeeded
Run it as the system's user postgres. Tables are under forced row security, so only a superuser can read them all;
pg_dump stops with an error for anybody else. The usual PG… variables apply (PGDATABASE is deskyard unless set).
EOF
    exit 64
}

[[ $# -ge 1 && $# -le 2 ]] || usage
folder=$1
days=${2:-14}
[[ -d $folder && $days =~ ^[1-9][0-9]*$ ]] || usage
export PGDATABASE=${PGDATABASE:-deskyard}
umask 077

target=$folder/deskyard-$(date -u +%Y%m%dT%H%M%SZ).dump
trap 'rm -f -- "$target.part"' EXIT
pg_dump --format=custom --file="$target.part"
pg_restore --list "$target.part" >/dev/null
sync -- "$target.part"
mv -- "$target.part" "$target"

find "$folder" -maxdepth 1 -type f -name 'deskyard-*.dump' -mtime "+$((days - 1))" -delete
echo "$target"

#!/bin/sh
# Copies one SQLite ledger while it is served: deploy/backup.sh LEDGER-DIRECTORY BACKUP-DIRECTORY
# The master key is left out on purpose: keep it elsewhere, once.
set -eu
umask 077
ledger=${1:?which ledger directory?}
place=${2:?where to?}
stamp=$(date -u +%Y-%m-%dT%H%MZ)
mkdir -p "$place"
whole=$(mktemp -d "$place/.unfinished-XXXXXX")
trap 'rm -rf "$whole"' EXIT

# In this order: a key is written before its person, a person before the fact, so no copy misses what another needs.
for name in journal vault keystore; do
  "${PYTHON:-python3}" - "$ledger/$name.db" "$whole/$name.db" <<'COPY'
import sqlite3
import sys
from pathlib import Path

source, target = map(Path, sys.argv[1:])
# Opening a file that is not there would make an empty one, and the copy would look whole.
if not source.exists():
    sys.exit(f"{source.name} is missing: this is no ledger, or not all of one")
there, here = sqlite3.connect(source), sqlite3.connect(target)
with there, here:
    there.backup(here)
found = here.execute("PRAGMA integrity_check").fetchone()[0]
here.close()
there.close()
if found != "ok":
    sys.exit(f"the copy of {source.name} is damaged: {found}")
COPY
done

# A folder with its final name is whole: it gets the name last.
if [ -e "$place/$stamp" ]; then
  echo "$place/$stamp is there already" >&2
  exit 1
fi
mv "$whole" "$place/$stamp"
trap - EXIT
echo "$place/$stamp"

#!/usr/bin/env bash
# The images of functions/collaboration and services/records: their locks resolve for both platforms, by hash and from
# wheels alone; and where docker's daemon answers, all are built for this machine, one with a health check is asked as ECS
# asks it, and the records' service is loaded as its pods may run it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

python=${PYTHON:-.venv/bin/python}
for lock in functions/collaboration/requirements-server.txt services/records/requirements.txt; do
  for machine in aarch64 x86_64; do
    "$python" -m pip install --dry-run --quiet --disable-pip-version-check --no-deps --ignore-installed --require-hashes \
      --only-binary :all: --implementation cp --python-version 3.13 --platform "manylinux_2_28_$machine" \
      --platform "manylinux2014_$machine" --target nowhere -r "$lock"
    echo "$lock, $machine: the lock resolves"
  done
done
if ! docker info >/dev/null 2>&1; then
  echo "not built: no daemon of docker answers"
  exit 0
fi
for target in sockets web; do
  docker build --quiet --file functions/collaboration/Dockerfile --target "$target" --tag "collaboration-$target:check" functions
done
docker run --rm --read-only --tmpfs /tmp --user 1000:1000 --entrypoint python collaboration-web:check \
  -c 'import collaboration.certificate as c; c.own()'
docker build --quiet --tag records:check services/records
docker run --rm --read-only --tmpfs /tmp --user 65532:65532 records:check \
  python -c 'import records.maintenance, records.server, tempfile; tempfile.TemporaryDirectory()'

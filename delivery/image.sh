#!/usr/bin/env bash
# The images of functions/collaboration: their lock resolves for both platforms, by hash and from wheels alone; and where
# docker's daemon answers, both are built for this machine and the one with a health check is asked as ECS asks it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../functions"

python=${PYTHON:-../.venv/bin/python}
for machine in aarch64 x86_64; do
  "$python" -m pip install --dry-run --quiet --disable-pip-version-check --no-deps --ignore-installed --require-hashes \
    --only-binary :all: --implementation cp --python-version 3.13 --platform "manylinux_2_28_$machine" \
    --platform "manylinux2014_$machine" --target nowhere -r collaboration/requirements-server.txt
  echo "$machine: the lock resolves"
done
if ! docker info >/dev/null 2>&1; then
  echo "not built: no daemon of docker answers"
  exit 0
fi
for target in sockets web; do
  docker build --quiet --file collaboration/Dockerfile --target "$target" --tag "collaboration-$target:check" .
done
docker run --rm --read-only --tmpfs /tmp --user 1000:1000 --entrypoint python collaboration-web:check \
  -c 'import collaboration.certificate as c; c.own()'

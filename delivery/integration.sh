#!/usr/bin/env bash
# Sees that the deployed stack works, by what `strata check` prints: what it runs is there and healthy, and the public gets an
# answer of its API. Changes nothing; asks again for ten minutes.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cluster=$(output clusterName)
[[ $cluster == null ]] || kubectl_for "$(jq --raw-output . <<<"$cluster")"
exec .venv/bin/strata check "$STACK" --run

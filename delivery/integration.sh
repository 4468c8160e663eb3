#!/usr/bin/env bash
# Asks the deployed platform for its health, over its public name, until it answers or ten minutes are over.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# A site that answers every path with its one page says nothing of the API behind it, so that names its own address.
health=$(output healthUrl | jq --raw-output .)
[[ $health != null ]] || health=$(output url | jq --raw-output .)/health
curl --fail --silent --show-error --output /dev/null --max-time 10 --retry 60 --retry-delay 10 --retry-max-time 600 \
  --retry-all-errors "$health"
echo "$health answers"

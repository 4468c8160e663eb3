#!/usr/bin/env bash
# Asks the deployed platform for its health, over its public name, until it answers or ten minutes are over.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

url=$(output url | jq --raw-output .)
curl --fail --silent --show-error --output /dev/null --max-time 10 --retry 60 --retry-delay 10 --retry-max-time 600 \
  --retry-all-errors "$url/health"
echo "$url/health answers"

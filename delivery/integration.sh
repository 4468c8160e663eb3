#!/usr/bin/env bash
# Asks the deployed platform's API for its health, over its public name, until it answers or ten minutes are over.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

health=$(output healthUrl | jq --raw-output .)
[[ $health != null ]] || { echo "$STACK has no output healthUrl, the address at which its API says that it is well" >&2 && exit 1; }
kind=$(curl --fail --silent --show-error --output /dev/null --max-time 10 --retry 60 --retry-delay 10 --retry-max-time 600 \
  --retry-all-errors -w '%{content_type}' "$health")
# A site that answers every path with its one page says nothing of the API behind it.
[[ $kind != text/html* ]] || { echo "$health answers with a page, as a site does; that is no API" >&2 && exit 1; }
echo "$health answers"

#!/usr/bin/env bash
# Prints what a workflow makes its jobs of, from the stack files alone: stacks (all), deployed (those that a commit deploys) and,
# with BASE, what differs from that commit: touched, and the lines of it that the workflow deploys.
set -euo pipefail
shopt -s inherit_errexit

every=$(.venv/bin/strata delivery --json)
jq --raw-output '"stacks=\([.stacks[].stack] | tojson)", "deployed=\([.stacks[] | select(.by != "hand").stack] | tojson)"' <<<"$every"
[[ -n ${BASE:-} ]] || exit 0
.venv/bin/strata delivery --rev "$BASE" --json |
  jq --raw-output '"touched=\([.stacks[].stack] | tojson)", "lines=\(.lines | tojson)"'

# shellcheck shell=bash
# What every step of a deployment starts with; STACK names the stack. To be sourced.
set -euo pipefail
shopt -s inherit_errexit
: "${STACK:?names the stack}"
export PATH="$HOME/.local/bin:$PATH"

# One output of the stack as JSON, or null when it has no such output.
output() {
  pulumi stack output --stack "$STACK" --json --non-interactive | jq --compact-output --arg name "$1" '.[$name]'
}

# Asks every 15 seconds until a command succeeds: within SECONDS WHAT COMMAND…; fails when it has not by then. A command
# that cannot be asked has to exit: its failure means "not yet".
within() {
  local seconds=$1 what=$2 waited
  shift 2
  for ((waited = 0; waited <= seconds; waited += 15)); do
    if "$@"; then return; fi
    sleep 15
  done
  echo "$what: not done after $seconds seconds" >&2
  return 1
}

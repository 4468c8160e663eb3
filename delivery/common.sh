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

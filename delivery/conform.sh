#!/usr/bin/env bash
# Checks every stack by the checker that is named, and shows only what it found.
set -euo pipefail

checker=$1
conform() { # one stack's findings, or one line when there are none
  local report
  if report=$("$checker" "$1" 2>&1); then
    printf '%s conforms\n' "$1"
  else
    printf '%s\n' "$report"
    return 1
  fi
}
export -f conform
export checker
# Terraform and its provider are rid of their memory when they end: collecting it eight times less often saves a third of their CPU seconds.
export GOGC=${GOGC:-800}
# The program is run by the checker's own process, in the parts of the SDKs that previews have: half its CPU seconds (sitecustomize.py).
export STRATA_SDK=parts

stacks=(Pulumi.*.yaml)
stacks=("${stacks[@]#Pulumi.}")
stacks=("${stacks[@]%.yaml}")
conform "${stacks[0]}" # alone: the first run on a machine writes the schema that all others read
printf '%s\0' "${stacks[@]:1}" | xargs -0 -P 2 -I{} bash -c 'conform "$1"' conform {}

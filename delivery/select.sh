#!/usr/bin/env bash
# Prints what a workflow makes its jobs of, from the stack files alone: stacks (all), deployed (those that a commit deploys) and,
# with BASE, what differs from that commit: touched, and the lines of it that the workflow deploys. With ONLY that one stack is
# deployed, whatever differs.
set -euo pipefail
shopt -s inherit_errexit

every=$(.venv/bin/strata delivery --json)
jq --raw-output '"stacks=\([.stacks[].stack] | tojson)", "deployed=\([.stacks[] | select(.by != "hand").stack] | tojson)"' <<<"$every"
[[ -n ${BASE:-} ]] || exit 0
# Of a branch's first push, after one that was forced and of a repository's first commit there is none: then all may differ.
compared=()
if git cat-file -e "$BASE^{commit}" 2>/dev/null; then compared=(--rev "$BASE"); fi
if [[ -n ${ONLY:-} ]]; then
  chosen=$(jq --compact-output --arg only "$ONLY" '{stacks: [.stacks[] | select(.stack == $only)], lines: [.lines[] |
    select([.dev, .staging, .prod, .recovery] | index($only)) |
    with_entries(if .key == "line" or .value == $only then . else .value = "" end)]}' <<<"$every")
  [[ $(jq '.lines | length' <<<"$chosen") == 1 ]] || { echo "$ONLY is no stack that the workflow deploys: strata delivery" >&2 && exit 1; }
else
  chosen=$(.venv/bin/strata delivery "${compared[@]}" --json)
fi
jq --raw-output '"touched=\([.stacks[].stack] | tojson)", "lines=\(.lines | tojson)"' <<<"$chosen"
[[ -z ${GITHUB_STEP_SUMMARY:-} ]] || jq --raw-output --arg base "$BASE" \
  '(.gone // [])[] | "\(.) has no file any more. What it made stays and is paid for: destroy it from \($base)."' <<<"$chosen" >>"$GITHUB_STEP_SUMMARY"

#!/usr/bin/env bash
# Writes what a change means for every stack that it touches, as one comment: what changes, is replaced, widens and costs,
# and what the policies say. BASE is the commit to compare with; the file is $1. With PULL_REQUEST it becomes the one comment
# of that pull request which begins with the marker, written over by the next push.
set -euo pipefail
shopt -s inherit_errexit
: "${BASE:?is the commit to compare with}"
file=${1:?is where the comment is written}
readonly MARKER='<!-- strata-review -->' MOST=60000

compared=$(.venv/bin/strata delivery --rev "$BASE" --json)
touched=$(jq --raw-output '.stacks[].stack' <<<"$compared")
gone=$(jq --raw-output '.gone[]' <<<"$compared")
{
  echo "$MARKER"
  [[ -n $touched$gone ]] || echo "No stack changes."
  for stack in $gone; do
    # shellcheck disable=SC2016
    printf '## %s has no file any more\n\nWhat it made stays, is paid for, and nobody deploys it or looks for drift. Destroy it first, from %s: `strata teardown %s`.\n\n' \
      "$stack" "${BASE:0:12}" "$stack"
  done
  for stack in $touched; do
    if git cat-file -e "$BASE:Pulumi.$stack.yaml" 2>/dev/null; then
      .venv/bin/strata diff "$stack" --rev "$BASE" --format markdown
    else
      # shellcheck disable=SC2016
      printf '## %s is new\n\nIts first `up` is made by hand (docs/deploying.md): the workflow fails until it was.\n' "$stack"
    fi
    printf '\n```\n'
    .venv/bin/strata preview "$stack" 2>&1 | grep -E '^(Policies|mandatory|advisory|total|Deployment|Recovery)|passes|fails' || true
    printf '```\n\n'
  done
} >"$file"
if [[ $(wc -c <"$file") -gt $MOST ]]; then
  head -c "$MOST" "$file" >"$file.cut"
  printf '\n\nThe rest is too long for a comment; the summary of the job has it.\n' >>"$file.cut"
else
  cp "$file" "$file.cut"
fi
# Of a summary above 1 MiB GitHub shows nothing at all.
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
[[ -z ${GITHUB_STEP_SUMMARY:-} ]] || head -c 1000000 "$file" >>"$GITHUB_STEP_SUMMARY"
[[ -n ${PULL_REQUEST:-} ]] || exit 0

comment=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" |
  jq --raw-output --slurp --arg marker "$MARKER" \
    '[.[][] | select(.user.login == "github-actions[bot]" and (.body | startswith($marker)))][0].id // empty')
if [[ -n $comment ]]; then
  gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$comment" --field "body=@$file.cut" --silent
else
  gh api --method POST "repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments" --field "body=@$file.cut" --silent
fi

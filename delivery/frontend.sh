#!/usr/bin/env bash
# Waits until Amplify has published a commit. Every push is built by Amplify itself (MDR-FE-03), so the one build of a
# push is waited for; only a commit that nobody has built, such as that of a deployment by hand, is built from here.
set -euo pipefail
shopt -s inherit_errexit
: "${AMPLIFY_APP_ID:?is the id of the application}"
: "${COMMIT:?is what is to be published}"
branch=${BRANCH:-main}
pause=${PAUSE_SECONDS:-10}

# An application builds the commits of its own repository. Where that is another one than this workflow's, no build of it is of
# this commit, and none may be started: there is nothing to wait for.
if [[ -n ${GITHUB_REPOSITORY:-} ]]; then
  built=$(aws amplify get-app --app-id "$AMPLIFY_APP_ID" --query app.repository --output text)
  own=${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_REPOSITORY
  if [[ ${built,,} != "${own,,}" ]]; then
    echo "the site is built of $built by Amplify itself, whose pushes it follows; $COMMIT is none of them"
    exit 0
  fi
fi

# The build of the commit that was begun last; Amplify knows what is no commit's as HEAD.
build() {
  aws amplify list-jobs --app-id "$AMPLIFY_APP_ID" --branch-name "$branch" --output json |
    jq --raw-output --arg commit "$COMMIT" '[.jobSummaries[] | select(.commitId == $commit)][0].jobId // empty'
}

status() {
  aws amplify get-job --app-id "$AMPLIFY_APP_ID" --branch-name "$branch" --job-id "$1" \
    --query job.summary.status --output text
}

job=$(build)
if [[ -z $job ]]; then
  job=$(aws amplify start-job --app-id "$AMPLIFY_APP_ID" --branch-name "$branch" --job-type RELEASE \
    --commit-id "$COMMIT" --query jobSummary.jobId --output text)
fi
while true; do
  found=$(status "$job")
  case $found in
    SUCCEED) echo "build $job has published $COMMIT" && exit 0 ;;
    FAILED | CANCELLED) echo "build $job of $COMMIT: $found" >&2 && exit 1 ;;
  esac
  sleep "$pause"
done

#!/usr/bin/env bash
# Does one step of a deployment on the stack's runner, inside its network: infrastructure (if left out), plan, application,
# integration, drift, or shell for a session in there. The commit that is checked out is what it works with; in a build of a pipeline,
# whose source has no history, the files of that source.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

step=${1:-infrastructure}
# What only looks is done by a runner that only reads.
case $step in
  plan | drift) kind=planner key=plan.zip ;;
  infrastructure | application | integration | shell) kind=project key=source.zip ;;
  *) echo "there is no step $step for a runner" >&2 && exit 1 ;;
esac
runner=$(output deploymentRunner)
[[ $runner != null ]] || { echo "$STACK has no deployment runner; its stack file says runner: null" >&2 && exit 1; }
project=$(jq --raw-output --arg kind "$kind" '.[$kind] // empty' <<<"$runner")
[[ -n $project ]] || { echo "$STACK was last deployed without a runner that plans: delivery/in-vpc.sh makes it, once" >&2 && exit 1; }
bucket=$(jq --raw-output .bucket <<<"$runner")
AWS_REGION=$(jq --raw-output .region <<<"$runner")
export AWS_REGION
backend=${PULUMI_BACKEND_URL:-$(pulumi whoami --output json | jq --raw-output .url)}
[[ $backend != file:* ]] || { echo "the runner cannot read the state in $backend; docs/deploying.md, step 1" >&2 && exit 1; }
if [[ -z ${CODEBUILD_BUILD_ID:-} ]]; then
  [[ -z $(git status --porcelain -- ":/Pulumi.$STACK.yaml") ]] || {
    echo "Pulumi.$STACK.yaml has changes that are not committed, and the runner works with the commit: commit them first" >&2
    exit 1
  }
  [[ -z $(git status --porcelain) ]] || echo "what is not committed stays here" >&2
fi

# The source of a pipeline is a zip without a repository, into which the build has put what it made.
pack() {
  if [[ -z ${CODEBUILD_BUILD_ID:-} ]]; then
    git archive --format zip --output "$1" HEAD
  else
    zip --quiet --recurse-paths "$1" . --exclude '.venv/*' 'build/*' 'dist/*' 'kept/*'
  fi
}

start() {
  local folder version revision
  revision=${COMMIT:-${CODEBUILD_RESOLVED_SOURCE_VERSION:-}}
  [[ -n $revision || -n ${CODEBUILD_BUILD_ID:-} ]] || revision=$(git rev-parse HEAD)
  folder=$(mktemp -d)
  pack "$folder/source.zip"
  version=$(aws s3api put-object --bucket "$bucket" --key "$key" --body "$folder/source.zip" --query VersionId --output text)
  rm -rf "$folder"
  aws codebuild start-build --project-name "$project" --source-version "$version" \
    --environment-variables-override "name=STEP,value=$step" "name=PULUMI_BACKEND_URL,value=$backend" \
    "name=COMMIT,value=${COMMIT:-}" "name=REVISION,value=$revision" "name=PULUMI_CONTINUE_ON_ERROR,value=${PULUMI_CONTINUE_ON_ERROR:-}" \
    "$@" --query build.id --output text
}

ask() {
  aws codebuild batch-get-builds --ids "$1" --query "builds[0].$2" --output text
}

if [[ $step == shell ]]; then
  # A restore lasts for longer than a deployment may.
  id=$(start --debug-session-enabled --timeout-in-minutes-override 480)
  until target=$(ask "$id" debugSession.sessionTarget) && [[ $target != None ]]; do
    [[ $(ask "$id" buildStatus) == IN_PROGRESS ]] || { echo "$id ended before there was a session" >&2 && exit 1; }
    sleep "${WAIT:-5}"
  done
  echo "bash --login brings the folder, role and tools of the build; codebuild-resume ends it" >&2
  exec aws ssm start-session --target "$target"
fi

id=$(start)
echo "$id in log group $(ask "$id" logs.groupName)"
while status=$(ask "$id" buildStatus) && [[ $status == IN_PROGRESS ]]; do
  sleep "${WAIT:-15}"
done
echo "$id $status"
[[ $status == SUCCEEDED ]]
if [[ $step == plan && -n ${COMMIT:-} ]]; then
  kept=$(plan_of "$COMMIT").md
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  aws s3 cp "$kept" "$folder/plan.md" >/dev/null
  tell_plan "$folder/plan.md" "$kept"
fi

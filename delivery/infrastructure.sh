#!/usr/bin/env bash
# Builds or changes the stack; a mandatory policy that is violated stops it before the resource is touched. With COMMIT, it
# does what was planned of that commit (plan.sh) and stops at whatever else it would have to do. A commit of which that was
# done before, and not planned since, is the way back: it was planned, approved and applied, its plan fits no more, and it is
# applied again as it is.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

planned=()
if [[ -n ${COMMIT:-} ]]; then
  kept=$(plan_of "$COMMIT")
  planned_at=$(written_at "$kept.json")
  applied_at=$(written_at "$kept.done")
  if [[ $applied_at != None && ($planned_at == None || $applied_at > $planned_at) ]]; then
    echo "$COMMIT was applied to $STACK before; it is applied again"
  else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    aws s3 cp "$kept.json" "$folder/plan.json"
    planned=(--plan "$folder/plan.json")
    export PULUMI_EXPERIMENTAL=true
  fi
fi
# Pulumi's history has the commit from git, and where a build has no repository from this alone: a promotion needs it.
message=()
revision=${REVISION:-${COMMIT:-${CODEBUILD_RESOLVED_SOURCE_VERSION:-}}}
[[ -z $revision ]] || message=(--message "$revision")
"$(dirname "${BASH_SOURCE[0]}")/kinds.sh"
pulumi up --stack "$STACK" --policy-pack policy "${planned[@]}" "${message[@]}" --yes --non-interactive --suppress-outputs || {
  [[ ${#planned[@]} == 0 ]] ||
    echo "what violates the plan of $planned_at was not done: plan and approve $COMMIT anew (docs/deploying.md)" >&2
  exit 1
}
[[ -z ${COMMIT:-} ]] || date --utc +%FT%TZ | aws s3 cp - "$kept.done"

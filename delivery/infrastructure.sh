#!/usr/bin/env bash
# Builds or changes the stack; a mandatory policy that is violated stops it before the resource is touched. With COMMIT, it
# does what was planned of that commit (plan.sh) and stops at whatever else it would have to do. A commit of which that was
# done before is the way back: it was planned, approved and applied, its plan fits no more, and it is applied again as it is.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$(dirname "${BASH_SOURCE[0]}")/kinds.sh"
planned=()
if [[ -n ${COMMIT:-} ]]; then
  kept=$(plan_of "$COMMIT")
  applied=$(objects_at "$kept.done")
  if [[ $applied == 0 ]]; then
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
    aws s3 cp "$kept.json" "$folder/plan.json"
    planned=(--plan "$folder/plan.json")
    export PULUMI_EXPERIMENTAL=true
  else
    echo "$COMMIT was applied to $STACK before; it is applied again"
  fi
fi
pulumi up --stack "$STACK" --policy-pack policy "${planned[@]}" --yes --non-interactive --suppress-outputs
[[ -z ${COMMIT:-} ]] || date --utc +%FT%TZ | aws s3 cp - "$kept.done"

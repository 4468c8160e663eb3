#!/usr/bin/env bash
# Builds or changes the stack; a mandatory policy that is violated stops it before the resource is touched. With COMMIT, it
# does what was planned of that commit (plan.sh) and stops at whatever else it would have to do.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$(dirname "${BASH_SOURCE[0]}")/kinds.sh"
planned=()
if [[ -n ${COMMIT:-} ]]; then
  kept=$(plan_of "$COMMIT")
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  aws s3 cp "$kept" "$folder/plan.json"
  planned=(--plan "$folder/plan.json")
  export PULUMI_EXPERIMENTAL=true
fi
pulumi up --stack "$STACK" --policy-pack policy "${planned[@]}" --yes --non-interactive --suppress-outputs

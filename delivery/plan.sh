#!/usr/bin/env bash
# Shows what an update would do; with COMMIT it keeps exactly that beside the stack's state, for the update of the same
# commit to be held to it (infrastructure.sh), and what whoever approves it has to know: what is replaced, widens and costs,
# and what the policies say. It never becomes an artifact of GitHub, which every reader of the repository may fetch: secrets
# in it are encrypted by the stack's key, and the rest is not.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

kept=""
[[ -z ${COMMIT:-} ]] || kept=$(plan_of "$COMMIT")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# What a plan holds is experimental, and left blank unless that is said: https://github.com/pulumi/pulumi/issues/8889
export PULUMI_EXPERIMENTAL=true
pulumi preview --stack "$STACK" --policy-pack policy --diff --save-plan "$folder/plan.json" --non-interactive --suppress-outputs |
  tee "$folder/preview"
[[ -n $kept ]] || exit 0

pulumi stack export --stack "$STACK" >"$folder/$STACK as deployed.json"
{
  if jq --exit-status '.deployment.resources // [] | length > 0' "$folder/$STACK as deployed.json" >/dev/null; then
    .venv/bin/strata diff "$folder/$STACK as deployed.json" "$STACK" --format markdown
  else
    printf '## %s is new\n\nall of it is made\n' "$STACK"
  fi
  # shellcheck disable=SC2016
  printf '\n### What Pulumi and the policies say\n\n```\n%s\n```\n' "$(cat "$folder/preview")"
} >"$folder/plan.md"
# Whoever approves reads the third line (common.sh). An update of the pipeline cancels the execution that makes it:
# docs/decisions/0074-a-pipeline-that-changes-itself.md
# The form of a plan: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/plan.go
itself=$(jq '[(.resourcePlans // {}) | to_entries[] | select(.key | contains("aws:codepipeline/pipeline:Pipeline::")) |
  .value.steps[]? | select(. != "same")] | length' "$folder/plan.json")
[[ $itself == 0 ]] ||
  sed --in-place '3s/^/The pipeline itself changes, which cancels this execution after the update: release the change again then. /' "$folder/plan.md"
aws s3 cp "$folder/plan.json" "$kept.json"
aws s3 cp "$folder/plan.md" "$kept.md"
tell_plan "$folder/plan.md" "$kept.md"

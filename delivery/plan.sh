#!/usr/bin/env bash
# Shows what an update would do; with COMMIT it keeps exactly that beside the stack's state, for the update of the same
# commit to be held to it (infrastructure.sh). It never becomes an artifact of GitHub, which every reader of the repository
# may fetch: secrets in it are encrypted by the stack's key, and the rest is not.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

kept=""
[[ -z ${COMMIT:-} ]] || kept=$(plan_of "$COMMIT")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# What a plan holds is experimental, and left blank unless that is said: https://github.com/pulumi/pulumi/issues/8889
export PULUMI_EXPERIMENTAL=true
pulumi preview --stack "$STACK" --policy-pack policy --diff --save-plan "$folder/plan.json" --non-interactive --suppress-outputs
[[ -z $kept ]] || aws s3 cp "$folder/plan.json" "$kept"

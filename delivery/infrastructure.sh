#!/usr/bin/env bash
# Builds or changes the stack; a mandatory policy that is violated stops it before the resource is touched.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

"$(dirname "${BASH_SOURCE[0]}")/kinds.sh"
pulumi up --stack "$STACK" --policy-pack policy --yes --non-interactive --suppress-outputs

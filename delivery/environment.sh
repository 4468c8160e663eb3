#!/usr/bin/env bash
# Prints what the stack file of STACK says of its deployment, a variable a line, for the environment of a workflow's job:
# where the state is, which region, and the role to become in the account of the stack ($1, strata-deploy if left out).
set -euo pipefail
shopt -s inherit_errexit
: "${STACK:?names the stack}"

.venv/bin/strata delivery --json |
  jq --raw-output --exit-status --arg stack "$STACK" --arg role "${1:-strata-deploy}" '
    .stacks[] | select(.stack == $stack) | select(.state != null and .account != null) |
    "PULUMI_BACKEND_URL=\(.state)", "AWS_REGION=\(.region)", "DEPLOYMENT_ROLE_ARN=arn:aws:iam::\(.account):role/\($role)"' ||
  { echo "Pulumi.$STACK.yaml says nothing of a state or an account to be deployed into: strata:delivery" >&2 && exit 1; }

#!/usr/bin/env bash
# Lets every tool of a workflow's job become DEPLOYMENT_ROLE_ARN by the role WORKFLOW_ROLE_ARN, in a profile that takes both
# anew whenever their hour is over: a job may wait longer than that for a deployment. Builds of CodeBuild have the same
# profile (deploy.yml), with the build's own role before it.
set -euo pipefail
: "${WORKFLOW_ROLE_ARN:?is the role that trusts tokens of this environment}"
: "${DEPLOYMENT_ROLE_ARN:?is the role to become}"
: "${AWS_REGION:?is the region of the stack}"

mkdir -p "$HOME/.aws"
printf '[profile workflow]\ncredential_process = "%s" %s\nregion = %s\n\n[profile deploy]\nrole_arn = %s\nsource_profile = workflow\nregion = %s\n' \
  "$(realpath "$(dirname "${BASH_SOURCE[0]}")/token.sh")" "$WORKFLOW_ROLE_ARN" "$AWS_REGION" "$DEPLOYMENT_ROLE_ARN" "$AWS_REGION" \
  >"$HOME/.aws/config"

#!/usr/bin/env bash
# Prints credentials of a role for the AWS SDKs (credential_process), got with a token that GitHub signs for this job.
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
# https://docs.github.com/en/actions/reference/security/oidc
set -euo pipefail
shopt -s inherit_errexit
role=${1:?is the ARN of the role}
: "${ACTIONS_ID_TOKEN_REQUEST_URL:?is there in jobs with the permission id-token: write}"

token=$(curl --fail --silent --show-error -H "Authorization: bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
  "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=sts.amazonaws.com" | jq --raw-output .value)
# The call is signed by nobody; a profile that named this script would call it again.
unset AWS_PROFILE
aws sts assume-role-with-web-identity --role-arn "$role" --role-session-name "github-${GITHUB_RUN_ID:-0}" \
  --web-identity-token "$token" --output json |
  jq --compact-output '.Credentials | {Version: 1, AccessKeyId, SecretAccessKey, SessionToken, Expiration}'

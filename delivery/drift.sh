#!/usr/bin/env bash
# Asks AWS and Kubernetes what is there and fails where the next `up` would change anything; changes nothing itself.
# With a runner it asks from inside the network, since the cluster's API answers nobody else.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

if [[ -z ${CODEBUILD_BUILD_ID:-} && $(output deploymentRunner) != null ]]; then
  exec "$(dirname "${BASH_SOURCE[0]}")/in-vpc.sh" drift
fi
pulumi preview --stack "$STACK" --refresh --expect-no-changes --diff --non-interactive --suppress-outputs

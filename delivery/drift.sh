#!/usr/bin/env bash
# Asks AWS and Kubernetes what is there and fails where the next `up` would change anything; changes nothing itself.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

pulumi preview --stack "$STACK" --refresh --expect-no-changes --diff --non-interactive --suppress-outputs

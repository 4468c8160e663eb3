#!/usr/bin/env bash
# Does one step of a deployment where it can be done: what speaks to the Kubernetes API on the stack's runner, inside its
# network, where there is one; everything else here. Pipelines, workflows and people start steps by this.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

step=${1:?names the step}
here=$(dirname "${BASH_SOURCE[0]}")
case $step in
  plan | infrastructure | application | integration | drift)
    runner=$(output deploymentRunner)
    if [[ $runner != null && ${CODEBUILD_BUILD_ID:-} != "$(jq --raw-output .project <<<"$runner"):"* ]]; then
      exec "$here/in-vpc.sh" "$step"
    fi
    ;;
esac
exec "$here/$step.sh"

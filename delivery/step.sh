#!/usr/bin/env bash
# Does one step of a deployment where it can be done: what speaks to the Kubernetes API on the stack's runner, inside its
# network, where there is one; everything else here. Pipelines, workflows and people start steps by this.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
: "${CODEBUILD_BUILD_ID:=}"

step=${1:?names the step}
here=$(dirname "${BASH_SOURCE[0]}")
[[ $step =~ ^[a-z]+$ && $step != step && -x $here/$step.sh ]] || { echo "there is no step $step" >&2 && exit 1; }
case $step in
  plan | infrastructure | application | integration | drift)
    runner=$(output deploymentRunner)
    own=$(jq --raw-output '.project?, .planner?' <<<"$runner")
    if [[ $runner != null ]] && ! grep --quiet --line-regexp --fixed-strings -e "${CODEBUILD_BUILD_ID%%:*}" <<<"$own"; then
      exec "$here/in-vpc.sh" "$step"
    fi
    ;;
esac
exec "$here/$step.sh"

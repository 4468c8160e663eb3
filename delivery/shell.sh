#!/usr/bin/env bash
# Holds a build that was started for a session open until codebuild-resume is called in there, or its time is over. What the
# build has, its folder, role, state and tools, a session has in `bash --login`.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# A session is for what is broken as well: it opens without tools where the cluster or the state does not answer.
"$(dirname "${BASH_SOURCE[0]}")/kubernetes.sh" || echo "there is no kubectl or no helm in here: the cluster of $STACK is not told, or did not answer" >&2
{
  export -p
  printf 'cd %q\n' "$PWD"
} >"$HOME/.bash_profile"
codebuild-breakpoint

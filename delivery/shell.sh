#!/usr/bin/env bash
# Holds a build that was started for a session open until codebuild-resume is called in there, or its time is over.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

codebuild-breakpoint

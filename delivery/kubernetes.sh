#!/usr/bin/env bash
# Brings what people mend a cluster with: kubectl in the cluster's version, and Helm. A stack without a cluster takes neither.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cluster=$(output clusterName)
[[ $cluster != null ]] || exit 0
kubectl_for "$(jq --raw-output . <<<"$cluster")"
command -v helm >/dev/null || install_helm

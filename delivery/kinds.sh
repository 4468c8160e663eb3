#!/usr/bin/env bash
# Brings the kinds of charts that Helm leaves as they are to the version that the update asks for, before it: Helm installs
# what a chart has in crds/ and never updates it. A chart that is not in the cluster yet brings its kinds along.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

cluster=$(output clusterName)
[[ $cluster != null ]] || exit 0
kubectl_for "$(jq --raw-output . <<<"$cluster")"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
.venv/bin/python -m tools.charts >"$folder/charts"
while read -r chart kind; do
  found=$(kubectl get customresourcedefinition "$kind" --ignore-not-found --output name </dev/null)
  [[ -n $found ]] || continue
  .venv/bin/python -m tools.charts "$chart" >"$folder/kinds.yaml" </dev/null
  # Whoever installed the chart is named as the owner of these fields: Helm's name, or Pulumi's.
  kubectl apply --server-side --force-conflicts --filename "$folder/kinds.yaml" </dev/null
done <"$folder/charts"

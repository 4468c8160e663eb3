#!/usr/bin/env bash
# Waits until the application runs in its new version: Deployments of a Kubernetes cluster, tasks of a service of ECS,
# functions moved by CodeDeploy.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# The waiters of the AWS CLI give up after 10 minutes for ECS and after 30 for CodeDeploy. New tasks come up in rounds, with
# old ones that drain for minutes; the slowest of AWS's own configurations, Linear10PercentEvery10Minutes, takes 100 minutes.
readonly TASKS_SECONDS=3600 FUNCTIONS_SECONDS=7200

await_deployments() {
  kubectl_for "$1"
  kubectl get deployments --all-namespaces --output json |
    jq --raw-output '.items[].metadata | "\(.namespace) \(.name)"' |
    while read -r namespace name; do
      kubectl rollout status "deployment/$name" --namespace "$namespace" --timeout=15m </dev/null
    done
}

# Whether a service has one deployment left, with all of its tasks: what "aws ecs wait services-stable" asks as well.
is_stable() {
  local found
  found=$(aws ecs describe-services --cluster "$1" --services "$2" --output json) || exit 1
  jq --exit-status '.services[0] | (.deployments | length) == 1 and .runningCount == .desiredCount' <<<"$found" >/dev/null
}

# A deployment that is rolled back ends stable as well, in
# the version before, so the service must have come to run what the stack named last.
await_tasks() {
  local cluster service wanted running
  cluster=$(jq --raw-output .cluster <<<"$1")
  service=$(jq --raw-output .name <<<"$1")
  wanted=$(jq --raw-output .taskDefinition <<<"$1")
  within "$TASKS_SECONDS" "$service" is_stable "$cluster" "$service"
  running=$(aws ecs describe-services --cluster "$cluster" --services "$service" \
    --query 'services[0].taskDefinition' --output text)
  [[ $running == "$wanted" ]] || { echo "$service runs $running instead of $wanted" >&2 && return 1; }
}

# Starts the move of a function's alias to its newest version; prints the deployment, or nothing when it is there.
release() {
  local application=$1 group=$2 function=$3 current newest content
  current=$(aws lambda get-alias --function-name "$function" --name live --query FunctionVersion --output text)
  newest=$(aws lambda list-versions-by-function --function-name "$function" --output json |
    jq --raw-output '[.Versions[].Version | select(. != "$LATEST") | tonumber] | max')
  [[ $current == "$newest" ]] && return
  content=$(jq --null-input --compact-output --arg function "$function" --arg from "$current" --arg to "$newest" '{
    version: "0.0",
    Resources: [{($function): {
      Type: "AWS::Lambda::Function",
      Properties: {Name: $function, Alias: "live", CurrentVersion: $from, TargetVersion: $to}
    }}]
  }')
  content=$(jq --null-input --compact-output --arg content "$content" \
    '{revisionType: "AppSpecContent", appSpecContent: {content: $content}}')
  aws deploy create-deployment --application-name "$application" --deployment-group-name "$group" \
    --revision "$content" --query deploymentId --output text
}

# Whether a deployment is over; fails the release where it did not succeed.
has_moved() {
  local status
  status=$(aws deploy get-deployment --deployment-id "$1" --query deploymentInfo.status --output text) || exit 1
  case $status in
    Succeeded) return 0 ;;
    Failed | Stopped) echo "deployment $1: $status" >&2 && exit 1 ;;
    *) return 1 ;;
  esac
}

release_functions() {
  local application group function id
  local -a started=()
  application=$(jq --raw-output .application <<<"$1")
  while IFS=$'\t' read -r group function; do
    id=$(release "$application" "$group" "$function")
    [[ -z $id ]] || started+=("$id")
  done < <(jq --raw-output '. as $all | .groups | to_entries[] | [.value, $all.functions[.key]] | @tsv' <<<"$1")
  for id in "${started[@]}"; do
    within "$FUNCTIONS_SECONDS" "deployment $id" has_moved "$id"
  done
}

cluster=$(output clusterName)
service=$(output service)
canary=$(output canary)
[[ $cluster == null ]] || await_deployments "$(jq --raw-output . <<<"$cluster")"
[[ $service == null ]] || await_tasks "$service"
[[ $canary == null ]] || release_functions "$canary"

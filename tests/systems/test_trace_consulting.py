"""The story of the consulting platform: two names, one load balancer, pods, and their stores. One test a link."""

from tests.traces import Told

PROD = "consulting-prod"
SERVICE = Told(PROD, "browser to cloudpartner.pro")
API = Told(PROD, "browser to api.cloudpartner.pro")
RUNNER = Told(PROD, "deployer to cloud-consulting-prod")
OPERATORS = Told(PROD, "operators-role to cloud-consulting-prod")
NODES = Told(PROD, "nodes to the stack's repositories")
DATABASE = Told(PROD, "backend to database cloud-consulting-prod")
CACHE = Told(PROD, "backend to cache cloud-consulting-redis")
MAIL_RETRIES = Told(PROD, "backend to queue mail-retries-queue")
SECRET = Told(PROD, "backend to secret cloud-consulting/app")


def test_the_service_leaves_delegation_open() -> None:
    SERVICE.leaves_open("delegation", "the registrar is outside of the program")


def test_the_service_is_a_name_that_leads_there() -> None:
    SERVICE.shows("dns", "zone-cloudpartner.pro-a")


def test_the_service_has_a_certificate_of_its_name() -> None:
    SERVICE.shows("certificate", "certificate-certificate")


def test_the_service_has_its_certificate_issued() -> None:
    SERVICE.shows("validation")


def test_the_service_has_a_web_acl_before_it() -> None:
    SERVICE.shows("waf", "firewall-protects-alb", "firewall-acl")


def test_the_service_is_open_to_the_internet() -> None:
    SERVICE.shows("door", "network-public-internet-all", "alb-from-cidr-internet-https")


def test_the_service_ends_at_a_listener_in_tls() -> None:
    SERVICE.shows("listener", "alb-https")


def test_the_service_is_forwarded_to_every_group() -> None:
    SERVICE.shows("rule", "alb-https", "alb-to-api", "alb-to-api-host")


def test_the_service_reaches_what_is_registered() -> None:
    SERVICE.shows("target", "frontend-targets", "alb-egress-to-cluster-nodes", "cluster-nodes-from-alb-30000-32767")


def test_the_service_has_targets_that_answer_for_their_health() -> None:
    SERVICE.shows("health", "alb-frontend-tg", "frontend-deployment", "alb-backend-tg")


def test_the_api_leaves_delegation_open() -> None:
    API.leaves_open("delegation", "the registrar is outside of the program")


def test_the_api_is_a_name_that_leads_there() -> None:
    API.shows("dns", "zone-api.cloudpartner.pro-a")


def test_the_api_has_a_certificate_of_its_name() -> None:
    API.shows("certificate", "certificate-certificate")


def test_the_api_has_its_certificate_issued() -> None:
    API.shows("validation")


def test_the_api_has_a_web_acl_before_it() -> None:
    API.shows("waf", "firewall-protects-alb", "firewall-acl")


def test_the_api_is_open_to_the_internet() -> None:
    API.shows("door", "network-public-internet-all", "alb-from-cidr-internet-https")


def test_the_api_ends_at_a_listener_in_tls() -> None:
    API.shows("listener", "alb-https")


def test_the_api_is_forwarded_to_every_group() -> None:
    API.shows("rule", "alb-https", "alb-to-api", "alb-to-api-host")


def test_the_api_reaches_what_is_registered() -> None:
    API.shows("target", "frontend-targets", "alb-egress-to-cluster-nodes", "cluster-nodes-from-alb-30000-32767")


def test_the_api_has_targets_that_answer_for_their_health() -> None:
    API.shows("health", "alb-frontend-tg", "frontend-deployment", "alb-backend-tg")


def test_the_runner_finds_the_api_inside_the_vpc() -> None:
    RUNNER.shows("endpoint", "cluster-eks-eksCluster")


def test_the_runner_reads_what_it_deploys() -> None:
    RUNNER.shows("bundle", "deployment-runner-project", "deployment-runner-bundles-bucket")


def test_the_runner_may_become_the_deployment_role() -> None:
    RUNNER.shows("rights", "deployment-runner-project", "deployment-runner-build-policy")


def test_the_runner_leaves_trust_open() -> None:
    RUNNER.leaves_open("trust", "no stack makes the role")


def test_the_runner_is_let_in_by_the_cluster() -> None:
    RUNNER.shows("door", "deployment-runner-builds-egress-https", "cluster-api-from-deployment-runner")


def test_the_runner_fetches_plugins_and_charts() -> None:
    RUNNER.shows("fetch", "deployment-runner-builds-egress-https", "network-private-nat-a")


def test_the_runner_has_something_to_do_in_kubernetes() -> None:
    RUNNER.shows("access", "cluster-eks-eksCluster")


def test_operators_are_a_role_that_is_there() -> None:
    OPERATORS.shows("role", "operators-role")


def test_operators_are_a_group_that_kubernetes_binds() -> None:
    OPERATORS.shows("principal", "operator-rights-nodes-binding", "operator-rights-workloads-binding")


def test_operators_has_something_to_do_in_kubernetes() -> None:
    OPERATORS.shows(
        "access", "cluster-eks-operators-policy", "operator-rights-nodes-binding", "operator-rights-workloads-binding"
    )


def test_operators_come_with_a_second_factor() -> None:
    OPERATORS.shows("mfa", "operators-role")


def test_nodes_reach_the_registry_and_its_layers() -> None:
    NODES.shows("network", "cluster-nodes-egress-https", "network-private-nat-a", "network-endpoints-s3")


def test_nodes_may_sign_in_to_the_registry() -> None:
    NODES.shows("login", "nodes-node-role", "nodes-node-policy", "nodes-node-AmazonEKSWorkerNodeMinimalPolicy")


def test_nodes_pull_from_repositories_that_are_there() -> None:
    NODES.shows(
        "repository", "registry-cloud-consulting-backend", "backend-deployment", "registry-cloud-consulting-frontend"
    )


def test_nodes_may_pull() -> None:
    NODES.shows(
        "rights",
        "registry-cloud-consulting-backend",
        "nodes-node-policy",
        "nodes-node-AmazonEKSWorkerNodeMinimalPolicy",
    )


def test_nodes_leaves_image_open() -> None:
    NODES.leaves_open("image", "images are pushed from outside")


def test_the_database_is_told_where_and_as_whom() -> None:
    DATABASE.shows("configured", "app-secret-rotation-function", "backend-config")


def test_the_database_has_a_way() -> None:
    DATABASE.shows("network", "backend-network", "cluster-nodes-egress-anywhere", "rds-from-cluster-nodes-5432")


def test_the_database_has_somebody_to_come_as() -> None:
    DATABASE.shows("identity", "app-secret-secret")


def test_the_database_is_known_on_the_other_side() -> None:
    DATABASE.shows("principal", "rds-primary")


def test_the_database_goes_in_tls_only() -> None:
    DATABASE.shows("tls", "rds-parameter-group")


def test_the_cache_is_told_where_and_as_whom() -> None:
    CACHE.shows("configured", "app-secret-rotation-function", "backend-config")


def test_the_cache_has_a_way() -> None:
    CACHE.shows("network", "backend-network", "cluster-nodes-egress-anywhere", "redis-from-cluster-nodes-6379")


def test_the_cache_has_somebody_to_come_as() -> None:
    CACHE.shows("identity", "app-secret-secret")


def test_the_cache_is_known_on_the_other_side() -> None:
    CACHE.shows("principal", "redis-application-user", "redis-user-group")


def test_the_cache_goes_in_tls_only() -> None:
    CACHE.shows("tls", "redis-replication-group")


def test_mail_retries_is_told_where_and_as_whom() -> None:
    MAIL_RETRIES.shows("configured", "backend-config")


def test_mail_retries_has_a_way() -> None:
    MAIL_RETRIES.shows("network", "backend-network", "cluster-nodes-egress-https", "network-private-nat-a")


def test_mail_retries_has_somebody_to_come_as() -> None:
    MAIL_RETRIES.shows(
        "identity", "backend-account", "backend-pods-association", "cluster-node-addons-eks-pod-identity-agent"
    )


def test_mail_retries_has_the_rights() -> None:
    MAIL_RETRIES.shows("rights", "backend-pods-policy", "mail-retries-queue")


def test_mail_retries_goes_in_tls_only() -> None:
    MAIL_RETRIES.shows("tls", "mail-retries-queue-policy")


def test_the_secret_is_told_where_and_as_whom() -> None:
    SECRET.shows("configured", "app-secrets-secret")


def test_the_secret_has_somebody_to_come_as() -> None:
    SECRET.shows("identity", "app-secrets-secret", "external-secrets-store", "external-secrets-release")


def test_the_secret_has_a_way() -> None:
    SECRET.shows("network", "cluster-nodes-egress-https", "network-private-nat-a")


def test_the_secret_has_the_rights() -> None:
    SECRET.shows("rights", "external-secrets-pods-policy", "app-secret-secret")


def test_the_secret_finds_a_value() -> None:
    SECRET.shows("value", "app-secret-schedule")

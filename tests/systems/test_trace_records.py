"""The story of records: from a browser to PostgreSQL, Redis and Kafka, and all that keeps them. One test a link."""

from tests.traces import Told

PROD = "prod"
SERVICE = Told(PROD, "browser to records.example.com")
RUNNER = Told(PROD, "deployer to microservice-prod")
OPERATORS = Told(PROD, "operators-role to microservice-prod")
NODES = Told(PROD, "nodes to the stack's repositories")
CHARTS = Told(PROD, "nodes to public registries")
DATABASE = Told(PROD, "microservice to database prod-postgres")
CACHE = Told(PROD, "microservice to cache prod-redis")
STREAM = Told(PROD, "microservice to Kafka cluster stream-cluster")
ARCHIVE = Told(PROD, "microservice to bucket company-archives-123456789012-us-east-1")
CURSOR_KEY = Told(PROD, "microservice to secret cursor-key-secret")


def test_the_service_leaves_delegation_open() -> None:
    SERVICE.leaves_open("delegation", "the registrar is outside of the program")


def test_the_service_is_a_name_that_leads_there() -> None:
    SERVICE.shows("dns", "zone-records.example.com-a", "zone-records.example.com-aaaa")


def test_the_service_has_a_certificate_of_its_name() -> None:
    SERVICE.shows("certificate", "edge-certificate-certificate", "origin-certificate-certificate")


def test_the_service_has_its_certificate_issued() -> None:
    SERVICE.shows("validation")


def test_the_service_is_taken_by_the_cdn() -> None:
    SERVICE.shows("cdn", "cdn-distribution")


def test_the_service_has_a_web_acl_before_it() -> None:
    SERVICE.shows("waf", "firewall-acl")


def test_the_service_has_origins_that_let_the_cdn_in() -> None:
    SERVICE.shows(
        "origin",
        "zone-origin.records.example.com-primary-a",
        "zone-origin.records.example.com-secondary-a",
        "network-public-internet-all",
    )


def test_the_service_reaches_its_origin_by_no_stranger_s_distribution() -> None:
    SERVICE.shows("origin-proof", "balancer-to-microservice")


def test_the_service_ends_at_a_listener_in_tls() -> None:
    SERVICE.shows("listener", "balancer-https")


def test_the_service_is_forwarded_to_every_group() -> None:
    SERVICE.shows("rule", "balancer-to-microservice")


def test_the_service_reaches_what_is_registered() -> None:
    SERVICE.shows(
        "target", "microservice-targets", "cluster-nodes-to-balancer-8080", "cluster-nodes-from-balancer-8080"
    )


def test_the_service_has_targets_that_answer_for_their_health() -> None:
    SERVICE.shows("health", "balancer-microservice", "microservice-deployment")


def test_the_service_has_an_api_that_is_deployed() -> None:
    SERVICE.shows("stage", "unavailable-stage")


def test_the_service_calls_functions_that_let_it() -> None:
    SERVICE.shows("call", "unavailable-api")


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
    NODES.shows(
        "network", "cluster-nodes-egress-https", "network-endpoints-ecr-api", "network-endpoints-from-cidr-private-a"
    )


def test_nodes_may_sign_in_to_the_registry() -> None:
    NODES.shows("login", "nodes-node-role", "nodes-node-policy", "nodes-node-AmazonEKSWorkerNodeMinimalPolicy")


def test_nodes_pull_from_repositories_that_are_there() -> None:
    NODES.shows("repository", "registry-microservice", "microservice-deployment")


def test_nodes_may_pull() -> None:
    NODES.shows("rights", "registry-microservice", "nodes-node-policy", "nodes-node-AmazonEKSWorkerNodeMinimalPolicy")


def test_nodes_leaves_image_open() -> None:
    NODES.leaves_open("image", "images are pushed from outside")


def test_charts_reach_public_registries() -> None:
    CHARTS.shows("registry", "cluster-nodes-egress-https", "network-private-nat-a")


def test_the_database_is_told_where_and_as_whom() -> None:
    DATABASE.shows("configured", "microservice-config")


def test_the_database_has_a_way() -> None:
    DATABASE.shows(
        "network", "microservice-network", "database-to-cluster-nodes-5432", "database-from-cluster-nodes-5432"
    )


def test_the_database_has_somebody_to_come_as() -> None:
    DATABASE.shows(
        "identity",
        "microservice-account",
        "microservice-pods-association",
        "cluster-node-addons-eks-pod-identity-agent",
    )


def test_the_database_has_the_rights() -> None:
    DATABASE.shows("rights", "microservice-pods-policy", "database-primary")


def test_the_database_may_sign_in_by_iam() -> None:
    DATABASE.shows("sign-in", "database-primary")


def test_the_database_is_known_on_the_other_side() -> None:
    DATABASE.shows("principal", "migration-job", "migration-files")


def test_the_database_goes_in_tls_only() -> None:
    DATABASE.shows("tls", "database-parameter-group")


def test_the_cache_is_told_where_and_as_whom() -> None:
    CACHE.shows("configured", "microservice-config")


def test_the_cache_has_a_way() -> None:
    CACHE.shows("network", "microservice-network", "cache-to-cluster-nodes-6379", "cache-from-cluster-nodes-6379")


def test_the_cache_has_somebody_to_come_as() -> None:
    CACHE.shows(
        "identity",
        "microservice-account",
        "microservice-pods-association",
        "cluster-node-addons-eks-pod-identity-agent",
    )


def test_the_cache_has_the_rights() -> None:
    CACHE.shows("rights", "microservice-pods-policy", "cache-replication-group")


def test_the_cache_is_known_on_the_other_side() -> None:
    CACHE.shows("principal", "cache-application-user", "cache-user-group")


def test_the_cache_goes_in_tls_only() -> None:
    CACHE.shows("tls", "cache-replication-group")


def test_the_stream_is_told_where_and_as_whom() -> None:
    STREAM.shows("configured", "microservice-config")


def test_the_stream_has_a_way() -> None:
    STREAM.shows("network", "microservice-network", "stream-to-cluster-nodes-9098", "stream-from-cluster-nodes-9098")


def test_the_stream_has_somebody_to_come_as() -> None:
    STREAM.shows(
        "identity",
        "microservice-account",
        "microservice-pods-association",
        "cluster-node-addons-eks-pod-identity-agent",
    )


def test_the_stream_has_the_rights() -> None:
    STREAM.shows("rights", "microservice-pods-policy", "stream-cluster")


def test_the_stream_is_known_on_the_other_side() -> None:
    STREAM.shows("principal", "topic-topic")


def test_the_stream_goes_in_tls_only() -> None:
    STREAM.shows("tls", "stream-cluster")


def test_the_archive_is_told_where_and_as_whom() -> None:
    ARCHIVE.shows("configured", "microservice-config")


def test_the_archive_has_a_way() -> None:
    ARCHIVE.shows("network", "microservice-network", "cluster-nodes-egress-https", "network-endpoints-s3")


def test_the_archive_has_somebody_to_come_as() -> None:
    ARCHIVE.shows(
        "identity",
        "microservice-account",
        "microservice-pods-association",
        "cluster-node-addons-eks-pod-identity-agent",
    )


def test_the_archive_has_the_rights() -> None:
    ARCHIVE.shows("rights", "microservice-pods-policy", "archives-bucket")


def test_the_archive_goes_in_tls_only() -> None:
    ARCHIVE.shows("tls", "archives-policy")


def test_the_cursor_key_is_told_where_and_as_whom() -> None:
    CURSOR_KEY.shows("configured", "microservice-config")


def test_the_cursor_key_has_somebody_to_come_as() -> None:
    CURSOR_KEY.shows(
        "identity",
        "microservice-account",
        "microservice-pods-association",
        "cluster-node-addons-eks-pod-identity-agent",
    )


def test_the_cursor_key_has_a_way() -> None:
    CURSOR_KEY.shows(
        "network", "microservice-network", "network-endpoints-secretsmanager", "cluster-nodes-egress-https"
    )


def test_the_cursor_key_has_the_rights() -> None:
    CURSOR_KEY.shows("rights", "microservice-pods-policy", "cursor-key-secret")


def test_the_cursor_key_finds_a_value() -> None:
    CURSOR_KEY.shows("value", "cursor-key-schedule")

"""The story of Confluence on EKS: from a browser to pods, and from pods to every store. One test a link."""

from tests.traces import Told

PROD = "confluence-prod"
SERVICE = Told(PROD, "browser to confluence-clone.app")
RUNNER = Told(PROD, "deployer to confluence-clone-prod")
OPERATORS = Told(PROD, "operators-role to confluence-clone-prod")
NODES = Told(PROD, "app-nodes to the stack's repositories")
DATABASE = Told(PROD, "bff to database confluence-clone-prod")
CACHE = Told(PROD, "websocket to cache confluence-clone-prod")
INDEX = Told(PROD, "bff to search domain confluence-clone-prod")
MAPPER = Told(PROD, "index-access-mapper to search domain confluence-clone-prod")
SHARED_FOLDER = Told(PROD, "bff to file system files-file-system")
UPLOADS = Told(PROD, "bff to bucket confluence-clone-uploads-prod-123456789012-us-east-1")
TOKEN_KEY = Told(PROD, "bff to secret confluence-clone-prod/jwt-secret")
MAIL = Told(PROD, "bff to secret confluence-clone-prod/smtp-credentials")


def test_the_service_leaves_delegation_open() -> None:
    SERVICE.leaves_open("delegation", "the registrar is outside of the program")


def test_the_service_is_a_name_that_leads_there() -> None:
    SERVICE.shows("dns", "zone-confluence-clone.app-a", "zone-confluence-clone.app-aaaa")


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
        "origin", "zone-origin.confluence-clone.app-a", "network-public-internet-all", "alb-from-prefix-list-443"
    )


def test_the_service_reaches_its_origin_by_no_stranger_s_distribution() -> None:
    SERVICE.shows("origin-proof", "alb-to-api", "alb-to-ws", "alb-to-rest")


def test_the_service_ends_at_a_listener_in_tls() -> None:
    SERVICE.shows("listener", "alb-https")


def test_the_service_is_forwarded_to_every_group() -> None:
    SERVICE.shows("rule", "alb-https", "alb-to-rest", "alb-to-api")


def test_the_service_reaches_what_is_registered() -> None:
    SERVICE.shows("target", "frontend-targets", "alb-egress-to-cluster-nodes", "cluster-nodes-from-alb-80")


def test_the_service_has_targets_that_answer_for_their_health() -> None:
    SERVICE.shows("health", "alb-frontend", "frontend-deployment", "alb-bff")


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
    NODES.shows(
        "login",
        "app-nodes-node-role",
        "app-nodes-node-AmazonEKSWorkerNodePolicy",
        "app-nodes-node-AmazonEC2ContainerRegistryPullOnly",
    )


def test_nodes_pull_from_repositories_that_are_there() -> None:
    NODES.shows("repository", "registry-frontend", "frontend-deployment", "registry-websocket")


def test_nodes_may_pull() -> None:
    NODES.shows(
        "rights",
        "registry-frontend",
        "app-nodes-node-AmazonEKSWorkerNodePolicy",
        "app-nodes-node-AmazonEC2ContainerRegistryPullOnly",
    )


def test_nodes_leaves_image_open() -> None:
    NODES.leaves_open("image", "images are pushed from outside")


def test_the_database_is_told_where_and_as_whom() -> None:
    DATABASE.shows("configured", "bff-config")


def test_the_database_has_a_way() -> None:
    DATABASE.shows("network", "bff-network", "cluster-nodes-egress-anywhere", "postgres-from-cluster-nodes-5432")


def test_the_database_has_somebody_to_come_as() -> None:
    DATABASE.shows("identity", "bff-account", "bff-pods-association", "cluster-node-addons-eks-pod-identity-agent")


def test_the_database_has_the_rights() -> None:
    DATABASE.shows("rights", "bff-pods-policy", "postgres-primary")


def test_the_database_may_sign_in_by_iam() -> None:
    DATABASE.shows("sign-in", "postgres-primary")


def test_the_database_is_known_on_the_other_side() -> None:
    DATABASE.shows("principal", "migration-job", "migration-files")


def test_the_database_goes_in_tls_only() -> None:
    DATABASE.shows("tls", "postgres-parameter-group")


def test_the_cache_is_told_where_and_as_whom() -> None:
    CACHE.shows("configured", "websocket-config")


def test_the_cache_has_a_way() -> None:
    CACHE.shows("network", "websocket-network", "cluster-nodes-egress-anywhere", "cache-from-cluster-nodes-6379")


def test_the_cache_has_somebody_to_come_as() -> None:
    CACHE.shows(
        "identity", "websocket-account", "websocket-pods-association", "cluster-node-addons-eks-pod-identity-agent"
    )


def test_the_cache_has_the_rights() -> None:
    CACHE.shows("rights", "websocket-pods-policy", "cache-replication-group")


def test_the_cache_is_known_on_the_other_side() -> None:
    CACHE.shows("principal", "cache-application-user", "cache-user-group")


def test_the_cache_goes_in_tls_only() -> None:
    CACHE.shows("tls", "cache-replication-group")


def test_the_index_is_told_where_and_as_whom() -> None:
    INDEX.shows("configured", "bff-config")


def test_the_index_has_a_way() -> None:
    INDEX.shows("network", "bff-network", "cluster-nodes-egress-https", "search-from-cluster-nodes-443")


def test_the_index_has_somebody_to_come_as() -> None:
    INDEX.shows("identity", "bff-account", "bff-pods-association", "cluster-node-addons-eks-pod-identity-agent")


def test_the_index_has_the_rights() -> None:
    INDEX.shows("rights", "bff-pods-policy", "search-domain")


def test_the_index_is_known_on_the_other_side() -> None:
    INDEX.shows("principal", "index-access-roles")


def test_the_index_goes_in_tls_only() -> None:
    INDEX.shows("tls", "search-domain")


def test_the_mapper_is_told_where_and_as_whom() -> None:
    MAPPER.shows("configured", "index-access-roles")


def test_the_mapper_has_a_way() -> None:
    MAPPER.shows("network", "index-access-mapper-egress-https", "search-from-index-access-mapper-443")


def test_the_mapper_has_somebody_to_come_as() -> None:
    MAPPER.shows("identity", "index-access-mapper-function", "index-access-mapper-execution-role")


def test_the_mapper_has_the_rights() -> None:
    MAPPER.shows(
        "rights", "index-access-mapper-execution-policy", "index-access-mapper-grant-administer", "search-master-role"
    )


def test_the_mapper_is_known_on_the_other_side() -> None:
    MAPPER.shows("principal", "search-domain")


def test_the_mapper_goes_in_tls_only() -> None:
    MAPPER.shows("tls", "search-domain")


def test_the_shared_folder_is_told_where_and_as_whom() -> None:
    SHARED_FOLDER.shows("configured", "shared-volume")


def test_the_shared_folder_has_a_way() -> None:
    SHARED_FOLDER.shows("network", "cluster-nodes-egress-anywhere", "files-from-cluster-nodes-2049")


def test_the_shared_folder_is_known_on_the_other_side() -> None:
    SHARED_FOLDER.shows("principal", "files-point-shared")


def test_the_shared_folder_has_the_rights() -> None:
    SHARED_FOLDER.shows("rights", "addons-efs-mounts-pods-policy")


def test_the_shared_folder_goes_in_tls_only() -> None:
    SHARED_FOLDER.shows("tls", "files-policy")


def test_uploads_is_told_where_and_as_whom() -> None:
    UPLOADS.shows("configured", "bff-config")


def test_uploads_has_a_way() -> None:
    UPLOADS.shows("network", "bff-network", "cluster-nodes-egress-https", "network-endpoints-s3")


def test_uploads_has_somebody_to_come_as() -> None:
    UPLOADS.shows("identity", "bff-account", "bff-pods-association", "cluster-node-addons-eks-pod-identity-agent")


def test_uploads_has_the_rights() -> None:
    UPLOADS.shows("rights", "bff-pods-policy", "uploads-bucket")


def test_uploads_goes_in_tls_only() -> None:
    UPLOADS.shows("tls", "uploads-policy")


def test_the_token_key_is_told_where_and_as_whom() -> None:
    TOKEN_KEY.shows("configured", "bff-config")


def test_the_token_key_has_somebody_to_come_as() -> None:
    TOKEN_KEY.shows("identity", "bff-account", "bff-pods-association", "cluster-node-addons-eks-pod-identity-agent")


def test_the_token_key_has_a_way() -> None:
    TOKEN_KEY.shows("network", "bff-network", "cluster-nodes-egress-https", "network-private-nat-a")


def test_the_token_key_has_the_rights() -> None:
    TOKEN_KEY.shows("rights", "bff-pods-policy", "jwt-secret-secret")


def test_the_token_key_finds_a_value() -> None:
    TOKEN_KEY.shows("value", "jwt-secret-schedule")


def test_mail_is_told_where_and_as_whom() -> None:
    MAIL.shows("configured", "bff-config")


def test_mail_has_somebody_to_come_as() -> None:
    MAIL.shows("identity", "bff-account", "bff-pods-association", "cluster-node-addons-eks-pod-identity-agent")


def test_mail_has_a_way() -> None:
    MAIL.shows("network", "bff-network", "cluster-nodes-egress-https", "network-private-nat-a")


def test_mail_has_the_rights() -> None:
    MAIL.shows("rights", "bff-pods-policy", "smtp-credentials-secret")


def test_mail_leaves_value_open() -> None:
    MAIL.leaves_open("value", "somebody puts it there")

"""The story of Confluence on Lambda: from a browser to functions, and from those to every store. One test a link."""

from tests.traces import Told

PROD = "confluence-lambda"
SERVICE = Told(PROD, "browser to lambda.confluence-clone.app")
SOCKETS = Told(PROD, "browser to ws.lambda.confluence-clone.app")
DATABASE = Told(PROD, "pages to database proxy confluence-clone-lambda")
MIGRATION = Told(PROD, "migration to database confluence-clone-lambda")
CACHE = Told(PROD, "pages to cache confluence-clone-lambda")
INDEX = Told(PROD, "pages to search domain confluence-clone-lambda")
MAPPER = Told(PROD, "index-access-mapper to search domain confluence-clone-lambda")
UPLOADS = Told(PROD, "pages to bucket confluence-clone-uploads-prod-fn-123456789012-us-east-1")
SESSIONS = Told(PROD, "websocket to table collaboration-sessions")
TOKEN_KEY = Told(PROD, "auth to secret confluence-clone-lambda/jwt-secret")
FAILURES = Told(PROD, "collaboration to queue collaboration-consumes-sessions-failures")


def test_the_service_leaves_delegation_open() -> None:
    SERVICE.leaves_open("delegation", "the registrar is outside of the program")


def test_the_service_is_a_name_that_leads_there() -> None:
    SERVICE.shows("dns", "zone-lambda.confluence-clone.app-a", "zone-lambda.confluence-clone.app-aaaa")


def test_the_service_has_a_certificate_of_its_name() -> None:
    SERVICE.shows("certificate", "edge-certificate-certificate")


def test_the_service_has_its_certificate_issued() -> None:
    SERVICE.shows("validation")


def test_the_service_is_taken_by_the_cdn() -> None:
    SERVICE.shows("cdn", "cdn-distribution")


def test_the_service_has_a_web_acl_before_it() -> None:
    SERVICE.shows("waf", "firewall-acl")


def test_the_service_has_origins_that_let_the_cdn_in() -> None:
    SERVICE.shows("origin", "static-policy")


def test_the_service_has_an_api_that_is_deployed() -> None:
    SERVICE.shows("stage", "rest-stage")


def test_the_service_calls_functions_that_let_it() -> None:
    SERVICE.shows("call", "rest-routes-auth-any", "rest-routes-auth-proxy-any", "auth-invocation-rest-routes-auth")


def test_sockets_leaves_delegation_open() -> None:
    SOCKETS.leaves_open("delegation", "the registrar is outside of the program")


def test_sockets_is_a_name_that_leads_there() -> None:
    SOCKETS.shows("dns", "zone-ws.lambda.confluence-clone.app-a")


def test_sockets_has_a_certificate_of_its_name() -> None:
    SOCKETS.shows("certificate", "websocket-certificate-certificate")


def test_sockets_has_its_certificate_issued() -> None:
    SOCKETS.shows("validation")


def test_sockets_is_mapped_to_the_api() -> None:
    SOCKETS.shows("mapping", "sockets-mapping")


def test_sockets_has_an_api_that_is_deployed() -> None:
    SOCKETS.shows("stage", "sockets-stage")


def test_sockets_calls_functions_that_let_it() -> None:
    SOCKETS.shows("call", "sockets-on-connect", "sockets-on-disconnect", "sockets-on-default")


def test_the_database_is_told_where_and_as_whom() -> None:
    DATABASE.shows("configured", "pages-function")


def test_the_database_has_a_way() -> None:
    DATABASE.shows(
        "network",
        "connection-pool-to-pages-5432",
        "connection-pool-from-pages-5432",
        "postgres-to-connection-pool-5432",
    )


def test_the_database_has_somebody_to_come_as() -> None:
    DATABASE.shows("identity", "pages-function", "pages-execution-role")


def test_the_database_has_the_rights() -> None:
    DATABASE.shows(
        "rights", "pages-execution-policy", "pages-execution-AWSLambdaVPCAccessExecutionRole", "connection-pool-proxy"
    )


def test_the_database_is_known_on_the_other_side() -> None:
    DATABASE.shows("principal", "migration-applied", "migration-function")


def test_the_database_goes_in_tls_only() -> None:
    DATABASE.shows("tls", "connection-pool-proxy")


def test_the_migration_is_told_where_and_as_whom() -> None:
    MIGRATION.shows("configured", "migration-function")


def test_the_migration_has_a_way() -> None:
    MIGRATION.shows("network", "postgres-to-migration-5432", "postgres-from-migration-5432")


def test_the_migration_has_somebody_to_come_as() -> None:
    MIGRATION.shows("identity", "postgres-master-secret")


def test_the_migration_is_known_on_the_other_side() -> None:
    MIGRATION.shows("principal", "postgres-primary")


def test_the_migration_goes_in_tls_only() -> None:
    MIGRATION.shows("tls", "postgres-parameter-group")


def test_the_cache_is_told_where_and_as_whom() -> None:
    CACHE.shows("configured", "pages-function")


def test_the_cache_has_a_way() -> None:
    CACHE.shows("network", "cache-to-pages-6379", "cache-from-pages-6379")


def test_the_cache_has_somebody_to_come_as() -> None:
    CACHE.shows("identity", "pages-function", "pages-execution-role")


def test_the_cache_has_the_rights() -> None:
    CACHE.shows(
        "rights", "pages-execution-policy", "pages-execution-AWSLambdaVPCAccessExecutionRole", "cache-replication-group"
    )


def test_the_cache_is_known_on_the_other_side() -> None:
    CACHE.shows("principal", "cache-application-user", "cache-user-group")


def test_the_cache_goes_in_tls_only() -> None:
    CACHE.shows("tls", "cache-replication-group")


def test_the_index_is_told_where_and_as_whom() -> None:
    INDEX.shows("configured", "pages-function")


def test_the_index_has_a_way() -> None:
    INDEX.shows("network", "search-to-pages-443", "search-from-pages-443")


def test_the_index_has_somebody_to_come_as() -> None:
    INDEX.shows("identity", "pages-function", "pages-execution-role")


def test_the_index_has_the_rights() -> None:
    INDEX.shows("rights", "pages-execution-policy", "pages-execution-AWSLambdaVPCAccessExecutionRole", "search-domain")


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


def test_uploads_is_told_where_and_as_whom() -> None:
    UPLOADS.shows("configured", "pages-function")


def test_uploads_has_a_way() -> None:
    UPLOADS.shows("network", "network-endpoints-to-s3-pages", "network-endpoints-s3")


def test_uploads_has_somebody_to_come_as() -> None:
    UPLOADS.shows("identity", "pages-function", "pages-execution-role")


def test_uploads_has_the_rights() -> None:
    UPLOADS.shows(
        "rights", "pages-execution-policy", "pages-execution-AWSLambdaVPCAccessExecutionRole", "uploads-bucket"
    )


def test_uploads_goes_in_tls_only() -> None:
    UPLOADS.shows("tls", "uploads-policy")


def test_sessions_is_told_where_and_as_whom() -> None:
    SESSIONS.shows("configured", "websocket-function")


def test_sessions_has_a_way() -> None:
    SESSIONS.shows("network", "websocket-egress-https", "network-endpoints-dynamodb")


def test_sessions_has_somebody_to_come_as() -> None:
    SESSIONS.shows("identity", "websocket-function", "websocket-execution-role")


def test_sessions_has_the_rights() -> None:
    SESSIONS.shows(
        "rights", "websocket-execution-policy", "websocket-execution-AWSLambdaVPCAccessExecutionRole", "sessions-table"
    )


def test_sessions_leaves_tls_open() -> None:
    SESSIONS.leaves_open("tls", "clients choose; AWS's own choose TLS")


def test_the_token_key_is_told_where_and_as_whom() -> None:
    TOKEN_KEY.shows("configured", "auth-function")


def test_the_token_key_has_somebody_to_come_as() -> None:
    TOKEN_KEY.shows("identity", "auth-function", "auth-execution-role")


def test_the_token_key_has_a_way() -> None:
    TOKEN_KEY.shows(
        "network",
        "network-endpoints-to-auth-443",
        "network-endpoints-secretsmanager",
        "network-endpoints-from-cidr-private-a",
    )


def test_the_token_key_has_the_rights() -> None:
    TOKEN_KEY.shows(
        "rights", "auth-execution-policy", "auth-execution-AWSLambdaVPCAccessExecutionRole", "jwt-secret-secret"
    )


def test_the_token_key_finds_a_value() -> None:
    TOKEN_KEY.shows("value", "jwt-secret-schedule")


def test_failures_is_told_where_and_as_whom() -> None:
    FAILURES.shows("configured", "collaboration-consumes-sessions-mapping")


def test_failures_has_a_way() -> None:
    FAILURES.shows("network", "collaboration-egress-https", "network-private-nat-a")


def test_failures_has_somebody_to_come_as() -> None:
    FAILURES.shows("identity", "collaboration-function", "collaboration-execution-role")


def test_failures_has_the_rights() -> None:
    FAILURES.shows(
        "rights",
        "collaboration-execution-policy",
        "collaboration-consumes-sessions-rights",
        "collaboration-consumes-presence-rights",
    )


def test_failures_goes_in_tls_only() -> None:
    FAILURES.shows("tls", "collaboration-consumes-sessions-failures-policy")

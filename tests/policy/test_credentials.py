import pytest

from policy.credentials import has_credentials_in_url, is_credential
from policy.model import UNKNOWN


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", "hunter2hunter2"),
        ("clientSecret", "8xLOxBtZp8"),
        ("auth-token", "0123456789abcdef"),
        ("apiKey", "AbCdEf123456"),
        ("anything", "AKIAIOSFODNN7EXAMPLE"),
        ("anything", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"),
        ("anything", "ghp_" + "a" * 36),
        ("DATABASE", "postgres://app:hunter2@db:5432/app"),
        ("--dsn", "run --dsn=postgres://app:hunter2@db/app"),
        ("PGPASSWORD", "hunter2hunter2"),
        ("DB_PASS", "hunter2hunter2"),
        ("DB_PASSWORD", "$Hunter2hunter!"),
        ("DB_PASSWORD_PRIMARY", "hunter2hunter2"),
        ("JWT_SECRET_KEY_V2", "hunter2hunter2"),
        ("ENCRYPTION_KEY", "9f86d081884c7d659a2feaa0c55ad015"),
        ("CLIENT_SECRET", "hunter-and-hunter"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("MODEL", "sk-ant-api03-" + "A" * 40),
        ("CONFIG", '{"db": {"password": "hunter2hunter2"}}'),
        ("settings.yaml", "db:\n  host: db\n  password: hunter2hunter2\n"),
    ],
)
def test_credentials(name: str, value: str) -> None:
    assert is_credential(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", ""),
        ("DB_PASSWORD", None),
        ("DB_PASSWORD", UNKNOWN),
        ("DB_PASSWORD", "$(FROM_FILE)"),
        ("DB_PASSWORD", "{{resolve:secretsmanager:db}}"),
        ("DB_SECRET", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"),
        ("DB_SECRET", "records/api"),
        ("TOKEN", "/run/secrets/token"),
        ("TOKEN", "https://idp.example.com/token"),
        ("USE_TOKEN", "true"),
        ("TOKEN_TTL", "3600abc"),
        ("SECRET_LENGTH", "64"),
        ("existingSecret", "db1"),
        ("tlsSecret", "api-tls"),
        ("PASSWORD_FILE", "hunter2hunter2"),
        ("MONKEY", "hunter2hunter2"),
        (UNKNOWN, "hunter2hunter2"),
        ("URL", "https://app:$PASSWORD@db.example.com"),
        ("URL", "https://app@db.example.com"),
        ("DB_PASSWORD", "$DB_PASSWORD"),
        ("CLIENT_SECRET", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:client"),
        ("REQUEST_ID", "123e4567-e89b-12d3-a456-426614174000"),
        ("IMAGE_DIGEST", "9f86d081884c7d659a2feaa0c55ad0159f86d081884c7d659a2feaa0c55ad015"),
        ("CERTIFICATE", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"),
        ("CONFIG", '{"db": {"passwordSecretArn": "arn:aws:secretsmanager:eu:1:secret:db"}}'),
        ("CONFIG", "{not JSON"),
        ("settings.yaml", "db:\n  host: db\n  password: ${DB_PASSWORD}\n"),
    ],
)
def test_what_only_looks_like_one(name: str, value: object) -> None:
    assert not is_credential(name, value)


def test_passwords_in_urls() -> None:
    assert has_credentials_in_url("https://user:hunter2@bitbucket.org/a/b.git")
    assert not has_credentials_in_url("https://bitbucket.org/a/b.git")
    assert not has_credentials_in_url(UNKNOWN)

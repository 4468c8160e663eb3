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
        ("kubeconfig", "kind: Config\nusers: [{name: a, user: {token: abcdefgh12345678}}]"),
        ("run.sh", "export DB_PASSWORD=hunter2hunter2\nrun"),
        (None, "--db-password=hunter2hunter2"),
        ("MODEL", "ABSK" + "a" * 109),
        ("SESSION", "eyJhbGciOiJIUzI1NiIsInR5.eyJzdWIiOiIxMjM0NTY3.SflKxwRJSMeKKF2QT4"),
        ("REGISTRY", "glrt-" + "a" * 20),
        ("REDIS_AUTH", "hunter2hunter2"),
        ("DB_PASSWORD_FOR_REPORTS", "hunter2hunter2"),
        ("NEW_RELIC_LICENSE_KEY", "0123456789abcdef0123456789abcdef01234567"),
        ("passwords", "hunter2hunter2"),
        ("JDBC", "jdbc:postgresql://db/app?user=app&password=hunter2hunter2"),
        ("ODBC", "Driver=SQL;Server=db;Uid=app;Pwd=hunter2hunter2;"),
        ("MIXED", "jdbc:a?password=${A}&x=1&password=hunter2hunter2"),
        ("HEADER", "Basic YXBwOmh1bnRlcjJodW50ZXIy"),
        ("HEADER", "Bearer abcdefghijklmnopqrstuvwxyz0123456789"),
        ("APP_KEY", "base64:" + "a1B2" * 10 + "c3D="),
        ("THING", "Zx9Kq2Lm8Vb4Nw7Rt1Yp6Hs3Jd5Fg0Qa"),
        (None, "PGPASSWORD=hunter2hunter2 psql"),
        (None, "sh -c 'export DB_PASS=hunter2hunter2; run'"),
        ("edge.js", "function handler(event) {\n  var expectedPassword = 'hunter2hunter2';\n}\n"),
        ("edge.js", "const settings = { token: `hunter2hunter2` };\n"),
        ("run.sh", "#!/bin/sh\n# const it = that\nexport DB_PASSWORD=hunter2hunter2\n"),
        ("schema.graphql", "type Query { me: User }\n# password: hunter2hunter2\n"),
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
        ("main.py", "import os\npassword = os.environ['PASSWORD']\nconnect(password=db_password)\n"),
        ("main.js", "const token = process.env.API_TOKEN\n"),
        ("schema.yaml", "properties:\n  token: string\n"),
        ("openapi.yaml", "securitySchemes:\n  api_key:\n    type: apiKey\n"),
        ("template.yaml", "Variables:\n  AUTH_TOKEN: !GetAtt Token.Value\n"),
        ("schema.graphql", "type Session {\n  token: String!\n  accessToken: [AWSJSON!]!\n}\n"),
        ("edge.js", "function handler(event) {\n  var secret = cookie;\n  let secret_key = await kvs.get('key');\n}\n"),
        ("resolver.js", "import { util } from '@aws-appsync/utils';\nreturn { token: token, password: hashed };\n"),
        (None, "--secret-arn=arn:aws:secretsmanager:eu-west-1:123456789012:secret:db"),
        ("THING_ID", "Zx9Kq2Lm8Vb4Nw7Rt1Yp6Hs3Jd5Fg0Qa"),
        ("SOURCE_CODE_HASH", "Zx9Kq2Lm8Vb4Nw7Rt1Yp6Hs3Jd5Fg0Qa"),
        ("PUBLIC_THING", "Zx9Kq2Lm8Vb4Nw7Rt1Yp6Hs3Jd5Fg0Qa"),
        ("thing", "Zx9Kq2Lm8Vb4Nw7Rt1Yp6Hs3Jd5Fg0Qa"),
        ("THING", "Aa1Aa1Aa1Aa1Aa1Aa1Aa1Aa1Aa1Aa1Aa1"),
        ("THING", "Abcd123e" * 4),
        ("THING", "Zx9Kq2Lm8Vb4Nw7"),
        ("JDBC", "jdbc:postgresql://db/app?user=app&password=${DB_PASSWORD}"),
        ("JDBC", "jdbc:postgresql://db/app?user=app&ssl=true"),
        ("HEADER", "Basic authentication is used"),
        ("HEADER", "Basic b3JjaGFyZGFwcGxl"),
        ("HEADER", "Bearer token"),
        (None, "LOG_LEVEL=info run"),
        (None, "DB_PASSWORD=$1 run"),
        ("token", "$.detail.token"),
        ("token", "{% $states.input.token %}"),
        ("integration.request.header.token", "method.request.header.token"),
    ],
)
def test_what_only_looks_like_one(name: str, value: object) -> None:
    assert not is_credential(name, value)


def test_passwords_in_urls() -> None:
    assert has_credentials_in_url("https://user:hunter2@bitbucket.org/a/b.git")
    assert not has_credentials_in_url("https://bitbucket.org/a/b.git")
    assert not has_credentials_in_url(UNKNOWN)


@pytest.mark.parametrize(
    "token",
    [
        *("ABIA" + "A" * 16, "ACCA" + "A" * 16, "bedrock-api-key-" + "a" * 30, "AGE-SECRET-KEY-1" + "Q" * 58),
        *("github_pat_" + "a" * 82, "glpat-" + "a" * 20, "gldt-" + "a" * 20, "xoxb-" + "1" * 12, "xapp-1-A1-1-a1"),
        *("https://hooks.slack.com/services/T0/B0/" + "a" * 24, "https://hooks.slack.com/workflows/" + "A" * 43),
        *("sk_live_" + "a" * 24, "rk_prod_" + "a" * 24, "whsec_" + "a" * 32, "SK" + "0" * 32),
        *("sk-proj-" + "a" * 40, "sk-" + "a" * 20 + "T3BlbkFJ", "pplx-" + "a" * 48, "hf_" + "a" * 34),
        *("AIza" + "a" * 35, "GOCSPX-" + "a" * 28, "npm_" + "a" * 36, "pypi-AgE" + "a" * 60, "rubygems_" + "0" * 48),
        *("dckr_pat_" + "a" * 27, "SG." + "a" * 22 + "." + "a" * 43, "xkeysib-" + "0" * 64),
        *("PMAK-" + "0" * 24 + "-" + "0" * 34, "dop_v1_" + "0" * 64, "dapi" + "0" * 32, "pul-" + "0" * 40),
        *("pscale_pw_" + "a" * 40, "hvs." + "a" * 30, "a" * 14 + ".atlasv1." + "a" * 64, "glsa_" + "a" * 32 + "_0"),
        *("glc_" + "a" * 40, "AccountKey=" + "a" * 86, "shpat_" + "0" * 32, "lin_api_" + "a" * 40),
    ],
)
def test_formats_of_issuers(token: str) -> None:
    assert is_credential("anything", token)
    assert is_credential("anything", f"key is {token}")
    assert not is_credential("anything", token[: len(token) // 2])

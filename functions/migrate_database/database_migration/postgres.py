"""As much of PostgreSQL's protocol as statements without parameters take: TLS, SCRAM, simple queries.

https://www.postgresql.org/docs/current/protocol-message-formats.html
https://www.postgresql.org/docs/current/sasl-authentication.html and RFC 5802
"""

import base64
import hashlib
import hmac
import secrets
import socket
import ssl
import struct
from typing import Self

_SSL_REQUEST = 80877103
_PROTOCOL = 3 << 16
_MECHANISM = "SCRAM-SHA-256"


class PostgresError(Exception):
    """The server refused something; the message is the server's."""


class Connection:
    """A session, closed at the end of a ``with``. The server's certificate is not verified, as libpq's ``require`` does
    not: Lambda has no list of RDS's authorities, and the password itself never goes over the wire."""

    def __init__(self, host: str, port: int, *, user: str, password: str, database: str, timeout: float) -> None:
        plain = socket.create_connection((host, port), timeout)
        plain.sendall(struct.pack("!ii", 8, _SSL_REQUEST))
        if plain.recv(1) != b"S":
            plain.close()
            raise PostgresError("the server does not speak TLS")
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self._socket = context.wrap_socket(plain)
        self._stream = self._socket.makefile("rb")
        try:
            self._begin(user, password, database)
        except BaseException:
            self._close()
            raise

    def _begin(self, user: str, password: str, database: str) -> None:
        about = f"user\0{user}\0database\0{database}\0\0".encode()
        self._socket.sendall(struct.pack("!ii", 8 + len(about), _PROTOCOL) + about)
        self._sign_in(password)
        self._until_ready()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._send(b"X", b"")
        self._close()

    def _close(self) -> None:
        self._stream.close()
        self._socket.close()

    def run(self, sql: str) -> list[list[str | None]]:
        """The rows of all statements, as text. Raises PostgresError, after which the session goes on."""
        self._send(b"Q", sql.encode() + b"\0")
        return self._until_ready()

    def _sign_in(self, password: str) -> None:
        kind, asked = self._receive()
        if kind != b"R" or struct.unpack("!i", asked[:4])[0] != 10 or _MECHANISM.encode() not in asked[4:].split(b"\0"):
            raise PostgresError(f"the server does not ask for {_MECHANISM}")
        first = f"n=,r={base64.b64encode(secrets.token_bytes(24)).decode()}"
        said = f"n,,{first}".encode()
        self._send(b"p", _MECHANISM.encode() + b"\0" + struct.pack("!i", len(said)) + said)
        challenge = self._continued()
        reply, signature = _answer(password, first, challenge)
        self._send(b"p", reply.encode())
        if f"v={signature}" != self._continued():
            raise PostgresError("the server does not know the password itself")

    def _continued(self) -> str:
        _, body = self._receive()
        return body[4:].decode()

    def _until_ready(self) -> list[list[str | None]]:
        rows: list[list[str | None]] = []
        failed: PostgresError | None = None
        while True:
            try:
                kind, body = self._receive()
            except PostgresError as error:
                failed = error
                continue
            if kind == b"D":
                rows.append(_row(body))
            elif kind == b"Z":
                if failed is not None:
                    raise failed
                return rows

    def _send(self, kind: bytes, body: bytes) -> None:
        self._socket.sendall(kind + struct.pack("!i", 4 + len(body)) + body)

    def _receive(self) -> tuple[bytes, bytes]:
        head = self._stream.read(5)
        if len(head) < 5:
            raise ConnectionError("the server closed the connection")
        (size,) = struct.unpack("!i", head[1:])
        body = self._stream.read(size - 4)
        if head[:1] == b"E":
            fields = {part[:1]: part[1:].decode(errors="replace") for part in body.split(b"\0") if part}
            raise PostgresError(f"{fields.get(b'M', '')} ({fields.get(b'C', '')})")
        return head[:1], body


def _answer(password: str, first: str, challenge: str) -> tuple[str, str]:
    """The client's proof and the signature that the server must then show."""
    told = dict(part.split("=", 1) for part in challenge.split(","))
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(told["s"]), int(told["i"]))
    bare = f"c=biws,r={told['r']}"
    signed = f"{first},{challenge},{bare}".encode()
    client_key = _mac(salted, b"Client Key")
    proof = bytes(a ^ b for a, b in zip(client_key, _mac(hashlib.sha256(client_key).digest(), signed), strict=True))
    server = _mac(_mac(salted, b"Server Key"), signed)
    return f"{bare},p={base64.b64encode(proof).decode()}", base64.b64encode(server).decode()


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, "sha256").digest()


def _row(body: bytes) -> list[str | None]:
    (count,) = struct.unpack("!h", body[:2])
    values: list[str | None] = []
    at = 2
    for _ in range(count):
        (size,) = struct.unpack("!i", body[at : at + 4])
        at += 4
        values.append(None if size < 0 else body[at : at + size].decode())
        at += max(size, 0)
    return values

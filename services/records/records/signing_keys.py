"""The key that cursors are signed with: a secret that Secrets Manager rotates, read again every five minutes."""

import asyncio
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .cursors import Cursors

_AGAIN_SECONDS = 300.0
_LITERAL = "literal:"
_STAGES = ("AWSCURRENT", "AWSPREVIOUS")


class SigningKeys:
    """The cursors of the keys that are good now: the current one and the one before."""

    def __init__(self, secret: str, client: Any) -> None:
        self._secret = secret
        self._client = client
        self._cursors: Cursors | None = None
        if secret.startswith(_LITERAL):
            self._cursors = Cursors([secret.removeprefix(_LITERAL).encode()])

    def cursors(self) -> Cursors:
        """Raises RuntimeError before they were read, when no request should come here."""
        if self._cursors is None:
            raise RuntimeError("the cursors' key was not read")
        return self._cursors

    @property
    def known(self) -> bool:
        """Whether they were read."""
        return self._cursors is not None

    async def follow(self) -> None:
        """Reads them every five minutes, for ever; until they are known, every second."""
        while not self._secret.startswith(_LITERAL):
            try:
                self._cursors = Cursors(await asyncio.to_thread(self._read))
            except (BotoCoreError, ClientError) as error:
                print(f"the cursors' key was not read: {error!r}", flush=True)
            await asyncio.sleep(_AGAIN_SECONDS if self.known else 1.0)

    def _read(self) -> list[bytes]:
        keys = []
        for stage in _STAGES:
            try:
                value = self._client.get_secret_value(SecretId=self._secret, VersionStage=stage)
            except self._client.exceptions.ResourceNotFoundException:
                if stage == "AWSCURRENT":
                    raise
                continue  # it was never rotated
            keys.append(value["SecretString"].encode())
        return keys

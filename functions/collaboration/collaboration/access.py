"""Who is connected and which pages they may read and write."""

import re
from dataclasses import dataclass
from typing import Any, Literal, Self

Right = Literal["read", "write"]
_PERMISSION = re.compile(r"(?P<kind>page|space):(?P<name>[^\s#]+):(?P<right>read|write)")


@dataclass(frozen=True)
class Principal:
    """A signed-in user, as the token says.

    Permissions read ``page:<pageId>:write`` or ``space:<space>:read``. A page of a space is called
    ``<space>/<page>``; a right to the space is one to each of its pages, and whoever may write may read.
    """

    user_id: str
    name: str
    permissions: frozenset[str]
    expires: int
    """Epoch seconds at which the token ends, and with it everything a connection made with it may do."""

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> Self:
        """From what ``fields`` gave; whatever is no permission is dropped."""
        held = frozenset(one for one in str(fields["permissions"]).split() if _PERMISSION.fullmatch(one))
        return cls(str(fields["userId"]), str(fields["name"]), held, int(float(fields["expires"])))

    @property
    def fields(self) -> dict[str, str | int]:
        """Strings and numbers only: all that API Gateway passes on from an authorizer, and what a table keeps."""
        return {
            "userId": self.user_id,
            "name": self.name,
            "permissions": " ".join(sorted(self.permissions)),
            "expires": self.expires,
        }

    def may(self, right: Right, page_id: str) -> bool:
        """Whether the user has this right to the page."""
        space, slash, _ = page_id.partition("/")
        scopes = [f"page:{page_id}", *([f"space:{space}"] if slash else [])]
        rights = ["write"] if right == "write" else ["read", "write"]
        return any(f"{scope}:{one}" in self.permissions for scope in scopes for one in rights)

    def expired(self, now: float) -> bool:
        """Whether the token has ended."""
        return now >= self.expires

"""Resource names in AWS that begin with the stack's name."""

import hashlib
import re

import pulumi

_MARK = 6  # digits of a hash: two stacks of one account share them once in 16 million


def stack_name(rest: str, *, longest: int) -> str:
    """``<stack>-<rest>`` in letters, digits and single hyphens, of at most ``longest`` characters.

    A stack may be called anything that Pulumi takes: up to 100 letters, digits, dots, hyphens and underscores. Where
    that does not fit, the stack's part is shortened and carries a hash of the whole, so that two stacks never share a
    name. ``rest`` is made of hyphenated words already, and is itself shortened where it leaves no room.
    https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack
    """
    stack = pulumi.get_stack()
    words = re.sub("[^A-Za-z0-9]+", "-", stack).strip("-")
    room = longest - len(rest) - 1
    if words == stack and len(stack) <= room:
        return f"{stack}-{rest}"
    if room <= _MARK:
        return f"{rest[: longest - _MARK - 1].rstrip('-')}-{_mark(f'{stack} {rest}')}"
    head = words[: max(room - _MARK - 1, 0)].rstrip("-")
    return "-".join(part for part in (head, _mark(stack), rest) if part)


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_MARK]

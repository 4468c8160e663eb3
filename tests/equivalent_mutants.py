"""Changes of tests/mutants.py that leave every verdict as it is: module and changed line, and why."""

EQUIVALENT: dict[tuple[str, str], str] = {
    (
        "policy/iam/pass_role.py",
        "if named(statement, PASS) and not denied(document, PASS[ -1]) and _any_role(document, statement):",
    ): "PASS has one member",
    (
        "policy/iam/reach.py",
        "if len(parts) != 6 or not parts[5]:",
    ): "a split at most five times has at most six parts",
    (
        "policy/iam/reach.py",
        "if parts[2] not in _UNTYPED and len(segments) > 0 and not _open(segments[0]):",
    ): "the only segment is no wildcard: no segment is left, or one that is not open",
    (
        "policy/iam/reach.py",
        "if parts[2] not in _UNTYPED and len(segments) >= 1 and not _open(segments[0]):",
    ): "the only segment is no wildcard: no segment is left, or one that is not open",
    (
        "policy/iam/reach.py",
        "if parts[2] not in _UNTYPED and len(segments) != 1 and not _open(segments[0]):",
    ): "a split has at least one part",
    (
        "policy/iam/document.py",
        'if kind <= "AWS":',
    ): "the other kinds of principals come after AWS",
    (
        "policy/iam/document.py",
        '_POSITIVE = _PATTERNS ^ {"stringequals", "stringequalsignorecase", "binaryequals", "bool", "ipaddress"}',
    ): "the two sets share nothing",
    ("policy/iam/document.py", "return None, True"): "what is no JSON is no document, complete or not",
    ("policy/iam/narrowing.py", "if key not in _ARNS ^ _ADDRESSES | _ACCOUNTS | _PATHS:"): "the sets share nothing",
    ("policy/iam/narrowing.py", "if key not in _ARNS | _ADDRESSES ^ _ACCOUNTS | _PATHS:"): "the sets share nothing",
    ("policy/iam/narrowing.py", "if key not in _ARNS | _ADDRESSES | _ACCOUNTS ^ _PATHS:"): "the sets share nothing",
    (
        "policy/iam/narrowing.py",
        'parts: list[Any] = [*pattern.split(":", 5), *["*"] * 5][: 7]',
    ): "only the first six are looked at",
    (
        "policy/iam/narrowing.py",
        'parts: list[Any] = [*pattern.split(":", 5), *["*"] * 6][:6]',
    ): "one part is there at least",
    ("policy/rules/vpc.py", "break"): "what is left out is the entry, whichever of its ranges",
    ("policy/rules/vpc.py", "if subject.type <= SECURITY_GROUP:"): "the other types of the rule come after it",
    (
        "policy/rules/vpc.py",
        'elif subject.type <= SECURITY_GROUP_RULE and not subject.has("type", "ingress"):',
    ): "groups have been dealt with, and ingress rules come after it",
    (
        "policy/rules/vpc.py",
        'return f"on port {start}" if known(start) and known(end) and start >= end else f"on ports {start} to {end}"',
    ): "no range starts above its end",
    (
        "policy/exposure.py",
        "return [other for other in dict.fromkeys(found) if other != group]",
    ): "a resource equals only itself",
}

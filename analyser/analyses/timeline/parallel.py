"""The length of a deployment under a limit of parallel operations.

The engine takes four a core unless ``--parallel`` or ``PULUMI_PARALLEL`` says otherwise: ``defaultParallel`` of
https://github.com/pulumi/pulumi/blob/master/pkg/cmd/pulumi/operations/up.go
"""

import heapq
from collections.abc import Collection, Mapping

PARALLEL = 16
"""What the engine takes at once on four cores, which hosted runners have."""


def within(limit: int, seconds: Mapping[str, float], waits: Mapping[str, Collection[str]]) -> float:
    """Seconds until all is done when no more than ``limit`` are worked on at once; what is ready first begins first.

    ``waits`` says for each what must be done before it. What takes no time takes no place.
    """
    left = {urn: len(set(waits[urn])) for urn in seconds}
    behind: dict[str, list[str]] = {}
    for urn, others in waits.items():
        for other in set(others):
            behind.setdefault(other, []).append(urn)
    ready = [(0.0, urn) for urn in sorted(seconds) if not left[urn]]
    working: list[tuple[float, str]] = []
    now = 0.0
    while ready or working:
        while ready and (len(working) < limit or not seconds[ready[0][1]]):
            _, urn = heapq.heappop(ready)
            heapq.heappush(working, (now + seconds[urn], urn))
        now, done = heapq.heappop(working)
        for urn in sorted(behind.get(done, ())):
            left[urn] -= 1
            if not left[urn]:
                heapq.heappush(ready, (now, urn))
    return now

"""Random networks: the analyser and a packet that walks through them come to the same answers."""

import os
from collections import Counter
from itertools import permutations
from random import Random

from analyser.analyses.reach.answer import ask
from analyser.analyses.reach.model import Reach
from tests.analyser.analyses.reach.networks import PORTS, graph, random_net
from tests.analyser.analyses.reach.walk import walk

COUNT = int(os.environ.get("STRATA_REACH_NETWORKS", "150"))
"""``make soak`` walks through thousands."""
_PAIRS = 6


def test_the_analyser_agrees_with_a_packet_s_walk() -> None:
    told: Counter[str] = Counter()
    for seed in range(COUNT):
        net = random_net(seed)
        reach = Reach(graph(net))
        pairs = list(permutations(["internet", *net.machines], 2))
        asked = Random(seed).sample(pairs, min(_PAIRS, len(pairs)))
        asked.append((Random(seed).choice(list(net.machines)), "store"))
        for source, target in asked:
            port = 443 if target == "store" else PORTS[seed % len(PORTS)]
            answer = ask(reach, source, target, port)[0]
            wanted = walk(net, source, target, port)
            told[wanted] += 1
            assert str(answer.verdict) == wanted, (seed, source, target, port, answer.missing, answer.not_known)
    assert min(told["yes"], told["no"]) > COUNT // 2, told

"""How much later than the leader's readers those of its followers have an event: bench_hops, and what it says."""
import contextlib
import subprocess

import probe
import writers
from cluster import ROOT
from edge import Edge, Follower

BINARY = ROOT / 'build/tests/bench_hops'
INTERVAL_MS = 50
CLIENTS, RATE = 8, 1000
CHAIN = ('leader', 'follower', "the follower's follower")


def measure(cluster, database, quick):
    """(how loaded, commits/s beside the probe's, per write milliseconds [leader, follower − leader, …])."""
    count = 60 if quick else 400
    with contextlib.ExitStack() as ends:
        nodes = [ends.enter_context(Edge(cluster, database))]
        for name in ('follower', 'second'):
            nodes.append(ends.enter_context(Follower(nodes[-1], name)))
        yield 'idle', 0, _measure(cluster, nodes, count)
        seconds = count * INTERVAL_MS // 1000 + 3
        with writers.OneRowUpdates(cluster, database, CLIENTS, seconds, RATE) as load:
            found = _measure(cluster, nodes, count)
            rate, _ = load.result()
        yield 'under load', rate, found


def _measure(cluster, nodes, count):
    arguments = [count, INTERVAL_MS, cluster.url('blog_web', nodes[0].database), probe.POST, *(n.port for n in nodes)]
    done = subprocess.run([BINARY, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit('the probe did not see what it wrote')
    return [[float(us) / 1000 for us in line.split()] for line in done.stdout.splitlines()]

"""How soon after a write readers at several places have its event: bench_hops, and what it says."""
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
        streams = [node.url(f'/v1/resources/posts/{probe.POST}') for node in nodes]
        yield 'idle', 0, _later(delays(cluster, database, streams, count))
        with writers.OneRowUpdates(cluster, database, CLIENTS, seconds_of(count), RATE) as load:
            found = _later(delays(cluster, database, streams, count))
            rate, _ = load.result()
        yield 'under load', rate, found


def seconds_of(count):
    """How long a load has to last to be there all the time."""
    return count * INTERVAL_MS // 1000 + 3


def delays(cluster, database, streams, count):
    """Per write, milliseconds since it was sent: [answered, seen on the first stream, on the second, …]."""
    arguments = [count, INTERVAL_MS, cluster.url('blog_web', database), probe.POST, *streams]
    done = subprocess.run([BINARY, *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit('the probe did not see what it wrote')
    return [[float(us) / 1000 for us in line.split()] for line in done.stdout.splitlines()]


def _later(found):
    return [[first, *(one - first for one in others)] for _, first, *others in found]

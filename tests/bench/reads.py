"""How many cached answers a second an edge gives, beside a floor that replays the same bytes, and beside peers."""
import argparse
import contextlib
import os
import signal
import sys
import tempfile
import time

import machine
import pinned
import read_peers
import readings
import reads_report as report
from cluster import ROOT, Cluster
from contest import EDGE, FLOOR, Contest
from edge import Edge, free_port

FLOOR_BINARY = ROOT / 'build/tests/bench_floor_reads'
ENTRIES = 1_000_000


def say(text):
    print(f'{time.strftime("%H:%M:%S")} {text}', file=sys.stderr, flush=True)


def with_floor(ends, place, edge, question):
    """A contest of the edge and a floor that answers with what the edge has answered."""
    path = f'{place}/{len(os.listdir(place))}'
    with open(path, 'wb') as file:
        file.write(b''.join(readings.answer(edge.port, question.example, question.headers, question.status)))
    port = free_port()
    floor = ends.enter_context(pinned.Server(FLOOR, port, FLOOR_BINARY, port, path))
    contest = Contest(question)
    contest.enter(FLOOR, floor, question.target)
    contest.enter(EDGE, edge, question.target)
    return contest


def enter_peers(ends, place, edge, contests):
    asked = [contest for contest in contests if contest.question.peer]
    bodies = {contest.question.peer: readings.answer(edge.port, contest.question.target, {})[1] for contest in asked}
    for peer in ends.enter_context(read_peers.running(place, bodies)):
        for contest in asked:
            contest.enter(peer.name, peer, f'/{contest.question.peer}')


def measure(cluster, quick, peers):
    """The report's lines."""
    entries = ENTRIES // 10 if quick else ENTRIES
    rounds, seconds = (1, 1) if quick else (4, 2)
    yield machine.environment(cluster)
    yield ''
    say(f'installs, and fills in {entries:,} entries')
    cluster.install(0)
    readings.fill(cluster, 'reads', entries)
    with contextlib.ExitStack() as ends:
        place = ends.enter_context(tempfile.TemporaryDirectory(prefix='edge-bench-'))
        os.chmod(place, 0o755)  # a server may give up being root
        say('starts the servers')
        edge = ends.enter_context(Edge(cluster, 'reads', core=pinned.SERVER, EDGE_THREADS='1'))
        contests = [with_floor(ends, place, edge, question) for question in readings.questions(edge.port, entries)]
        if peers:
            enter_peers(ends, place, edge, contests)
        for number in range(rounds):
            say(f'round {number + 1} of {rounds}')
            for contest in contests:
                contest.run(seconds)
    yield from report.of_reads(contests, rounds, seconds)


def main():
    parser = argparse.ArgumentParser(prog='reads', description=__doc__)
    parser.add_argument('--quick', action='store_true', help='one short round, among 100,000 entries')
    parser.add_argument('--peers', action='store_true', help='beside nginx, HAProxy and Varnish')
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    with Cluster() as cluster:
        lines = list(measure(cluster, arguments.quick, arguments.peers))
    print('\n'.join(lines))


main()

"""What change capture costs those who write, and how soon an edge has their changes."""
import argparse
import contextlib
import signal
import sys
import time

import machine
import probe
import pull_cost
import report
from cluster import Cluster
from configurations import AWAKE, CONFIGURATIONS
from rounds import Rounds

POSTS = 100_000


def say(text):
    print(f'{time.strftime("%H:%M:%S")} {text}', file=sys.stderr, flush=True)


def measure(cluster, quick, large, open_minutes):
    """The report's lines."""
    entries, journal_rows = (1_000_000, 5_000_000) if large else (POSTS, 500_000)
    rounds = Rounds(cluster, *((1, 1) if quick else (4, 3)), say)
    yield machine.environment(cluster)
    yield ''
    say('installs and fills')
    cluster.install(POSTS)
    say(f'pulls among {entries:,} entries')
    pulls = list(pull_cost.measure(cluster, entries, journal_rows, open_minutes))
    if open_minutes:
        yield from report.of_pulls(pulls, entries)
        return
    probe.make_floor(cluster)
    with contextlib.ExitStack() as ends:
        say('starts the edges')
        for configuration in CONFIGURATIONS:
            configuration.set_up(cluster, ends)
        say('from write to reader')
        idle = probe.measure(50 if quick else 200, 25, probe.course_of_floor(cluster),
                             probe.course_of_edge(cluster, AWAKE.edge))
        rounds.run()
    yield from report.of_writers(rounds, POSTS)
    yield from report.of_delays(idle, rounds.under_load)
    yield from report.of_pulls(pulls, entries)
    yield report.AIMS


def main():
    parser = argparse.ArgumentParser(prog='capture', description=__doc__)
    parser.add_argument('--quick', action='store_true', help='one short round')
    parser.add_argument('--large', action='store_true', help='pulls among 1,000,000 entries')
    parser.add_argument('--open', type=int, default=0, metavar='MINUTES',
                        help='nothing but the pulls, with a transaction open for so long while others write')
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    with Cluster() as cluster:
        lines = list(measure(cluster, arguments.quick, arguments.large, arguments.open))
    print('\n'.join(lines))


main()

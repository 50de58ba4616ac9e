"""How soon followers have what their leader has, what it can feed, what that costs it, and how long a load takes."""
import argparse
import signal
import sys
import time

import feed
import hops
import machine
import prose
import replication_report as report
from cluster import Cluster
from loads import Loads

POSTS = 100_000
MANY = 1_000_000


def say(text):
    print(f'{time.strftime("%H:%M:%S")} {text}', file=sys.stderr, flush=True)


def measure(cluster, quick, large):
    """The report's lines."""
    yield machine.environment(cluster)
    yield ''
    say('installs and fills')
    cluster.install(POSTS, prose.content('i'))
    for database in ('delay', 'feed', 'load'):
        prose.alone(cluster, database)
    say('from the leader to its followers')
    yield from report.of_delays(list(hops.measure(cluster, 'delay', quick)))
    rounds = feed.Rounds(cluster, 'feed', *((1, 2) if quick else (3, 4)), say)
    rounds.run()
    yield from report.of_feed(rounds, prose.plain_bytes(cluster, 'feed'))
    yield from report.of_cost(rounds)
    for posts in (POSTS, MANY) if large else (POSTS,):
        if posts > POSTS:
            say('adds posts')
            prose.fill_up(cluster, 'load', posts)
        yield from report.of_loads(Loads(cluster, 'load', 1 if quick else 3, say), prose.plain_bytes(cluster, 'load'))


def main():
    parser = argparse.ArgumentParser(prog='replication', description=__doc__)
    parser.add_argument('--quick', action='store_true', help='one short round')
    parser.add_argument('--large', action='store_true', help='loads 1,000,000 entries, too')
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    with Cluster() as cluster:
        lines = list(measure(cluster, arguments.quick, arguments.large))
    print('\n'.join(lines))


main()

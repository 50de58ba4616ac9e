"""How soon after a commit a client has its event: of the leader, of a follower, and through HAProxy with TLS."""
import argparse
import contextlib
import signal
import sys
import time

import hops
import machine
import probe
import prose
import writers
from cluster import Cluster
from edge import Edge, Follower
from figures import p50_p99, table
from proxy import Proxy

POSTS = 100_000
RATES = (0, 10, 100, 1000)  # commits/s of others
CLIENTS = 8
PLACES = ('commit', 'a reader of the leader', 'of its follower', 'of the follower, through HAProxy with TLS')


def say(text):
    print(f'{time.strftime("%H:%M:%S")} {text}', file=sys.stderr, flush=True)


def measure(cluster, quick):
    """(commits/s beside the probe's, its writes' delays, share of a core that pgbench took)."""
    count = 40 if quick else 400
    with contextlib.ExitStack() as ends:
        leader = ends.enter_context(Edge(cluster, 'delay'))
        follower = ends.enter_context(Follower(leader, 'follower'))
        proxy = ends.enter_context(Proxy([follower]))
        entry = f'/v1/resources/posts/{probe.POST}'
        streams = [leader.url(entry), follower.url(entry), proxy.url(f'/api/posts/{probe.POST}')]
        for rate in RATES:
            say(f'beside {rate:,} commits/s')
            with contextlib.ExitStack() as meanwhile:
                if rate:
                    load = meanwhile.enter_context(writers.OneRowUpdates(
                        cluster, 'delay', CLIENTS, hops.seconds_of(count), rate))
                found = hops.delays(cluster, 'delay', streams, count)
                yield (*load.result(), found) if rate else (0, 0, found)


def report(found):
    def lines(columns_of):
        return ([f'{rate:,.0f} commits/s beside it' if rate else 'idle', str(len(writes)),
                 *(p50_p99(column) for column in columns_of(list(zip(*writes))))] for rate, _, writes in found)

    def absolute(places):
        return places

    def steps(places):
        return [places[0], *([late - early for early, late in zip(before, after)]
                             for before, after in zip(places, places[1:]))]

    yield from table(['from the write\'s sending until, ms p50 / p99', 'samples', *PLACES], lines(absolute))
    yield from table(['hop by hop, ms p50 / p99', 'samples', 'sent → commit', 'commit → leader\'s reader',
                      'leader\'s reader → follower\'s', 'follower\'s reader → client behind HAProxy with TLS'],
                     lines(steps))
    command = ' '.join(writers.command(CLIENTS, min(CLIENTS, 2), 'N', 'RATE'))
    shares = ', '.join(f'{share:.2f} at {rate:,.0f}/s' for rate, share, _ in found if rate)
    yield (f'{1000 // hops.INTERVAL_MS} writes a second of one post by libpq, each a transaction; one process reads '
           f'the three streams, HTTP/1.1. One follower, so that the proxy\'s is the one that is read directly. Load: '
           f'`{command}`, which takes for itself, in cores: {shares}. Database, load, leader, follower, proxy and '
           'probe share the machine.')
    yield ''


def main():
    parser = argparse.ArgumentParser(prog='end-to-end', description=__doc__)
    parser.add_argument('--quick', action='store_true', help='few writes, to see that all works')
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    with Cluster() as cluster:
        environment = machine.environment(cluster)
        say('installs and fills')
        cluster.install(POSTS, prose.content('i'))
        cluster.clone('delay')
        lines = [environment, '', *report(list(measure(cluster, arguments.quick)))]
    print('\n'.join(lines))


main()

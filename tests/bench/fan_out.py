"""One event to many streams: delay, CPU and memory beside a floor; how much at once; slow readers."""
import argparse
import resource
import signal
import sys
import time

import broadcasters
import fan_out_report as report
import machine
from cluster import Cluster
from fan_out_rounds import Rounds

TABLES = ('delays', 'rates', 'flood', 'slow')
POSTS = 100


def say(text):
    print(f'{time.strftime("%H:%M:%S")} {text}', file=sys.stderr, flush=True)


def measure(cluster, peers, quick, tables):
    """The report's lines."""
    yield machine.environment(cluster)
    yield ''
    say('installs')
    cluster.install(POSTS)
    broadcasters.EdgeBroadcaster.prepare(cluster, 'fan_out')
    rounds = Rounds(cluster, 'fan_out', peers, quick, say)
    for name in tables:
        getattr(rounds, name)()
        yield from getattr(report, f'of_{name}')(rounds)
    yield from report.of_circumstances(rounds)


def main():
    parser = argparse.ArgumentParser(prog='fan-out', description=__doc__)
    parser.add_argument('--quick', action='store_true', help='one short round')
    parser.add_argument('--peers', action='store_true', help='beside nchan, Pushpin and a naive Node.js server')
    parser.add_argument('--only', choices=TABLES, help='one table')
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # for the servers
    with Cluster() as cluster:
        for line in measure(cluster, broadcasters.PEERS if arguments.peers else [], arguments.quick,
                            [arguments.only] if arguments.only else TABLES):
            print(line, flush=True)  # each table as soon as it is there


main()

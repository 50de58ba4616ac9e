"""A large collection: its load, its memory, and whether a change costs only what it touches."""
import argparse
import collections
import signal
import sys
import time

import authors
import large_report as report
import machine
import notes
import probe
import prose
import renaming
import streams
import windows
from cluster import Cluster
from edge import Edge
from loads import Loads
from replication_report import of_loads

FEW = 1000
INTERVAL_MS = 25

# What an edge holds in memory: MiB with nothing, with the collection as loaded, and while all of it is a window; and
# milliseconds that the read took which opened that window, and the next one.
Memory = collections.namedtuple('Memory', 'empty loaded window entries json reads')
# A one-row change: posts, milliseconds until it was seen, µs of CPU that it took the edge and the database.
Change = collections.namedtuple('Change', 'posts delays cpu server_cpu')


def say(text):
    print(f'{time.strftime("%H:%M:%S")} {text}', file=sys.stderr, flush=True)


def fill(cluster, posts):
    """Databases with none, few and all posts."""
    cluster.install(0)
    for database in ('none', 'few', 'many'):
        prose.alone(cluster, database)
        cluster.run(database, "select edge.unpublish('nodes')", role='blog_owner')  # no versions but of changes
    prose.fill_up(cluster, 'few', FEW)
    authors.fill(cluster, 'many', posts)
    cluster.run('many', notes.INSTALL, role='blog_owner')


def memory(cluster, many):
    with Edge(cluster, 'none') as none:
        empty = none.resident_mib()
    loaded = many.resident_mib()
    entries, json = cluster.run('many', 'select count(*), sum(octet_length(to_json(x)::text)) '
                                        'from published_posts x')[0]
    reads = [timed(many.get, '/v1/resources/posts?limit=1') for _ in range(2)]
    return Memory(empty, loaded, many.resident_mib(), entries, int(json), reads)


def timed(function, *arguments):
    """Milliseconds that it takes."""
    began = time.monotonic()
    function(*arguments)
    return (time.monotonic() - began) * 1000


def changes(cluster, edges, rounds, count):
    """One-row changes with few and with many posts, in turn."""
    for _ in range(rounds):
        for posts, edge, post in edges:
            before = edge.cpu_seconds(), cluster.cpu_seconds()
            delays = probe.measure(count, INTERVAL_MS, probe.course_of_edge(cluster, edge, post))['edge']
            edge.catch_up()
            cpu, server_cpu = ((now - then) / count * 1e6
                               for now, then in zip((edge.cpu_seconds(), cluster.cpu_seconds()), before))
            yield Change(posts, delays, cpu, server_cpu)


def measure(cluster, posts, quick):
    """The report's lines."""
    yield machine.environment(cluster)
    yield ''
    say('installs and fills')
    fill(cluster, posts)
    yield from of_loads(Loads(cluster, 'many', 1 if quick else 2, say), prose.plain_bytes(cluster, 'many'))
    settings = {'EDGE_HEARTBEAT_S': '3600'}  # so that streams in which nothing happens take nothing
    with Edge(cluster, 'few', **settings) as few, Edge(cluster, 'many', **settings) as many:
        say('memory')
        yield from report.of_memory(memory(cluster, many))
        say('one-row changes')
        pair = ((FEW, few, FEW // 2), (posts, many, authors.POST))
        yield from report.of_changes(list(changes(cluster, pair, *((1, 100) if quick else (3, 200)))))
        say('renamings')
        yield from report.of_renamings([renaming.measure(cluster, many, number) for number in range(1 if quick else 3)],
                                       posts // 10)
        counts = (0, 100, 1000) if quick else (0, 1000, 10_000)
        yield from report.of_windows(list(windows.measure(cluster, many, counts, 4 if quick else 10, say)))


def main():
    parser = argparse.ArgumentParser(prog='large', description=__doc__)
    parser.add_argument('--quick', action='store_true', help='100,000 posts instead of 1,000,000, one short round')
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    streams.allow(12_000)
    with Cluster() as cluster:
        for line in measure(cluster, 100_000 if arguments.quick else 1_000_000, arguments.quick):
            print(line, flush=True)


main()

"""The edge with other allocators: what idle streams keep, and what an event to each of them and an answer cost."""
import argparse
import collections
import ctypes.util
import functools
import signal
import sys
import time

import broadcasters
import contest
import fan_out_runs
import readings
import streams
from cluster import Cluster
from edge import Edge
from figures import median, table
from fan_out_rounds import MANY, RATE
from pinned import SERVER

OURS = 'glibc'
OTHERS = ('jemalloc', 'mimalloc')
DATABASE, READ = 'fan_out', 'reads'
ENTRIES = 1_000
HEAD = ['allocator', 'KiB per idle stream', 'MiB more after the events', 'CPU per delivery, µs', 'CPU per answer, µs']


def say(text):
    print(f'{time.strftime("%H:%M:%S")} {text}', file=sys.stderr, flush=True)


def settings_of(allocator):
    return {} if allocator == OURS else {'LD_PRELOAD': ctypes.util.find_library(allocator)}


def measure(cluster, rounds, seconds):
    """The report's lines."""
    allocators = [OURS, *(name for name in OTHERS if ctypes.util.find_library(name))]
    say('installs')
    cluster.install(0)
    broadcasters.EdgeBroadcaster.prepare(cluster, DATABASE)
    readings.fill(cluster, READ, ENTRIES)
    found = collections.defaultdict(list)
    for number in range(rounds):
        for allocator in allocators:
            say(f'round {number + 1} of {rounds}: {allocator}')
            settings = settings_of(allocator)
            make = functools.partial(broadcasters.EdgeBroadcaster, cluster, DATABASE, **settings)
            fan_out = fan_out_runs.run(make, MANY, RATE, seconds)
            found[allocator].append((fan_out.idle_kib, fan_out.grown_kib / 1024, fan_out.cpu * 1e6,
                                     cpu_per_answer(cluster, settings, seconds)))
    yield from table(HEAD, ([name, *cells(found[name], found[OURS])] for name in allocators))
    yield (f'Medians of {rounds} interleaved round(s) of {seconds} s; in brackets the median ratio to {OURS} in '
           f'the same round. {MANY:,} streams, {RATE} events of 300 bytes a second; answers of 2 KiB, 64 connections. '
           f'The edge, with one io thread, on core {SERVER}.')
    yield ''


def cpu_per_answer(cluster, settings, seconds):
    with Edge(cluster, READ, core=SERVER, EDGE_THREADS='1', **settings) as edge:
        asked = contest.Contest(readings.questions(edge.port, ENTRIES)[0])
        asked.enter(edge.name, edge, asked.question.target)
        asked.run(seconds)
        return asked.found[edge.name][0].cpu * 1e6


def cells(runs, ours):
    for values, bases in zip(zip(*runs), zip(*ours)):
        ratios = [value / base for value, base in zip(values, bases) if base > 0]
        yield f'{median(values):.2f}' + (f' (**{median(ratios):.2f}**)' if ratios else '')


def main():
    parser = argparse.ArgumentParser(prog='allocators', description=__doc__)
    parser.add_argument('--quick', action='store_true', help='one short round')
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    streams.allow(MANY + 1000)
    with Cluster() as cluster:
        lines = list(measure(cluster, *((1, 1) if arguments.quick else (3, 3))))
    print('\n'.join(lines))


main()

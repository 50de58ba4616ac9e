"""Other ways to serve a cached answer than ours, and other allocators, each beside ours in the same round."""
import argparse
import contextlib
import ctypes.util
import os
import signal
import sys
import time

import pinned
import wrk
from bystanders import TOLERATED
from cluster import ROOT
from contest import Contest
from edge import free_port
from figures import table
from readings import Question

EPOLL, IO_URING = (ROOT / f'build/tests/bench_alternatives{back_end}' for back_end in ('', '_io_uring'))
OURS, BARE, SHARED, ACCEPTORS = 'ours', 'ours, without bounds', 'one shared io_context', 'an acceptor per thread'
ALLOCATORS = ('jemalloc', 'mimalloc')
QUESTION = Question('2 KiB', '/', {}, 200, (), '/', None)
EACH_ALONE = QUESTION._replace(name='2 KiB, a connection each', headers={'Connection': 'close'})

WAYS = {  # by name: the program, what it is told, the allocator
    OURS: (EPOLL, 'ours', None),
    'ours, on io_uring': (IO_URING, 'ours', None),
    **{allocator: (EPOLL, 'ours', allocator) for allocator in ALLOCATORS},
    BARE: (EPOLL, 'bare', None),
    'awaits each write': (EPOLL, 'awaited', None),
    'awaits each write, on io_uring': (IO_URING, 'awaited', None),
    'one prebuilt buffer': (EPOLL, 'prebuilt', None),
    'Beast\'s serializer': (EPOLL, 'serializer', None),
    SHARED: (EPOLL, 'shared', None),
    ACCEPTORS: (EPOLL, 'reuseport', None)}
BETWEEN_THREADS = (OURS, BARE, SHARED, ACCEPTORS, 'ours, on io_uring', *ALLOCATORS)  # what may differ with a second one
HEAD = ['answer', 'way', '1,000/s', 'p50 / p99 ms', 'CPU µs an answer', 'cores: server', 'wrk', '']


def say(text):
    print(f'{time.strftime("%H:%M:%S")} {text}', file=sys.stderr, flush=True)


def start(ends, name, threads):
    program, way, allocator = WAYS[name]
    options = {}
    if allocator:
        options['env'] = {**os.environ, 'LD_PRELOAD': ctypes.util.find_library(allocator)}
    port = free_port()
    return ends.enter_context(pinned.Server(name, port, program, way, threads, port, **options))


def available(name):
    program, _, allocator = WAYS[name]
    return program.exists() and (not allocator or ctypes.util.find_library(allocator))


def measure(threads, rounds, seconds):
    """The report's lines: each way in turn, in each round."""
    cached, each_alone = contests = Contest(QUESTION), Contest(EACH_ALONE)
    with contextlib.ExitStack() as ends:
        for name in filter(available, WAYS if threads == 1 else BETWEEN_THREADS):
            server = start(ends, name, threads)
            cached.enter(name, server, '/')
            if threads > 1 and name in (OURS, ACCEPTORS):
                each_alone.enter(name, server, '/')
        for number in range(rounds):
            say(f'{threads} thread(s), round {number + 1} of {rounds}')
            for contest in contests:
                contest.run(seconds)
    yield from table(HEAD, (line(contest, name) for contest in contests for name in contest.servers))
    yield (f'Medians of {rounds} interleaved round(s) of {seconds} s; in brackets the median ratio to ours in the same '
           f'round. {threads} io thread(s) on core(s) {pinned.SERVER}; on core(s) {pinned.LOAD} '
           f'`wrk -t1 -c{wrk.CONNECTIONS}`, {"which takes its share of them" if threads > 1 else "mostly the limit"}: '
           'compare the CPU, not the rate.')
    yield ''


def line(contest, name):
    others = contest.median(name, lambda one: one.others)
    return [contest.question.name, name, contest.rate(name, OURS), contest.delays(name), contest.cpu(name, OURS, 2),
            *contest.cores(name), f'disturbed: others took {others:.2f} cores' if others > TOLERATED else '']


def main():
    parser = argparse.ArgumentParser(prog='alternatives', description=__doc__)
    parser.add_argument('--quick', action='store_true', help='one short round')
    parser.add_argument('--threads', type=int, choices=(1, 2), help='with so many alone')
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what was started ends with us
    rounds, seconds = (1, 1) if arguments.quick else (3, 3)
    lines = []
    if arguments.threads != 2:
        lines += measure(1, rounds, seconds)
    if arguments.threads != 1:
        pinned.share_cores()
        lines += measure(2, rounds, seconds)
    print('\n'.join(lines))


main()

"""The property test: random worlds, an edge on each, and what it showed against what was.

  run [--seed S] [--round K] [--transactions N] [--for 2h]
  run mutants [part of a name …]
"""
import argparse
import collections
import itertools
import multiprocessing
import pathlib
import random
import sys
import time
import traceback
from functools import partial

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'database')]

from bank import Teller, audit, bank_world  # noqa: E402
from judge import Judge  # noqa: E402
from round import SESSIONS, Plan, Round  # noqa: E402
from weakened import try_mutants  # noqa: E402
from world import random_world, shapes_world  # noqa: E402

BELL = Plan(bell=True)
NO_BELL = Plan(bell=False, quiet=15)
ROUNDS = [
    ('shapes, bell on', partial(shapes_world, 0), BELL),
    ('random views, bell on', random_world, BELL),
    ('shapes, bell off', partial(shapes_world, 1), NO_BELL),
    ('random views, bell off', random_world, NO_BELL),
    ('bank, bell on', bank_world, BELL._replace(sessions=Teller)),
    ('shapes, bell on', partial(shapes_world, 2), BELL),
    ('random views, bell on', random_world, BELL),
    ('random views, bell off', random_world, NO_BELL),
]


def kind_of(number):
    return ROUNDS[number % len(ROUNDS)]


def judged(record):
    counts = Judge(record).run()
    counts['audited'] = audit(record)
    return +counts


class Run:
    """Plays rounds in turn. While one is played, the next world is built and the round before is judged."""

    def __init__(self, seed, pool):
        self.seed, self.pool = seed, pool
        self.counts = collections.Counter()
        self.passed = self.failed = 0
        self.worlds = {}       # round -> the world, being built
        self.judgement = None  # (round, world, what it did, verdict to come)

    def build(self, number):
        _, make, _ = kind_of(number)
        self.worlds[number] = self.pool.apply_async(make, [f'{self.seed}/{number}'])

    def play(self, number, last):
        name, _, plan = kind_of(number)
        world = None
        try:
            if number not in self.worlds:
                self.build(number)
            world = self.worlds.pop(number).get()
            if not last:
                self.build(number + 1)
            played = Round(f'{self.seed}/{number}', plan, world, self.pool)
            record = played.play()
        except Exception:
            self.fail(number)
            if world:
                world.drop()
            return
        self.counts.update(played.counts)
        self.judge()
        self.judgement = number, world, f'{name}: {played.counts["committed"]} transactions', self.pool.apply_async(judged, [record])

    def judge(self):
        """Awaits the verdict that is to come."""
        if not self.judgement:
            return
        (number, world, told, verdict), self.judgement = self.judgement, None
        try:
            compared = ', '.join(f'{n} {what}' for what, n in verdict.get().items())
            self.passed += 1
            print(f'ok     round {number}, {told}; {compared}', flush=True)
        except Exception:
            self.fail(number)
        world.drop()

    def fail(self, number):
        self.failed += 1
        print(f'FAILED round {number}, {kind_of(number)[0]}\n{traceback.format_exc()}\n'
              f'again: tests/property/run --seed {self.seed} --round {number}', flush=True)


def play_rounds(given, pool):
    run, began = Run(given.seed, pool), time.monotonic()
    for number in itertools.count(given.round or 0):
        enough = run.counts['committed'] + SESSIONS * sum(kind_of(number)[2].bursts) >= given.transactions
        last = given.round is not None or (enough and time.monotonic() - began >= given.seconds)
        run.play(number, last)
        if last:
            break
    run.judge()
    print(dict(run.counts))
    return run.passed, run.failed


def duration(text):
    return float(text[:-1]) * {'s': 1, 'm': 60, 'h': 3600}[text[-1]]


def main():
    options = argparse.ArgumentParser(usage=__doc__)
    options.add_argument('what', nargs='*')
    options.add_argument('--seed', type=int, default=random.SystemRandom().randrange(10**6))
    options.add_argument('--round', type=int)
    options.add_argument('--transactions', type=int, default=10000)
    options.add_argument('--for', type=duration, default=0, dest='seconds')
    given = options.parse_intermixed_args()
    print(f'seed {given.seed}', flush=True)
    with multiprocessing.get_context('fork').Pool(SESSIONS + 2) as pool:
        passed, failed = try_mutants(given.seed, given.what[1:], pool) if given.what else play_rounds(given, pool)
    print(f'\n{passed} passed, {failed} failed')
    sys.exit(1 if failed or not passed else 0)


main()

"""The suite's teeth: each rule of derivation, capture and protocol weakened in turn, and a round must fail.

  tests/property/run mutants [part of a name …]
"""
from functools import partial

import psycopg2

from judge import Judge
from mutants import MUTANTS
from oracle import Wrong
from round import Plan, Round
from world import random_world, shapes_world

ROUNDS = 16  # that a mutant may survive before the suite has no teeth

# As in tests/database/mutants.py: (function, what stands there, what stands there instead, and so on).
PROTOCOL = {
    'nobody rings': ('edge.ring', "perform pg_catalog.pg_notify('edge', '')", 'null'),
    'the flag is not set': ('edge.fall_asleep', 'perform edge.raise_flag()', 'null'),
    'TRUNCATE is not journaled': ('edge.record_code', 'insert into edge.journal (link) values %5$s;', 'null;'),
    'TRUNCATE is not pulled': ('edge.pull', "when r.links && whole then 'truncate'", "when false then 'truncate'"),
    'a table without a way is not pulled': ('edge.pull', "when r.whole && touched then 'fallback'", "when false then 'fallback'"),
    'the first transaction after is taken for applied': ('edge.journal_since', 'j.xid >= after', 'j.xid > after'),
    'what nobody has applied is pruned, and forgotten': (
        'edge.prune', 'into bound, newest from edge.consumer;', 'into bound, newest from edge.consumer; bound := pg_snapshot_xmax(now_seen);',
        'if deleted > 0 then', 'if false then'),
}

# Mostly single transactions: a pull after many reads most keys, whatever leads to them.
BELL = Plan(bell=True, bursts=(30,), quiet=60)
NO_BELL = Plan(bell=False, bursts=(60,), quiet=20)
KINDS = [(partial(shapes_world, part), plan) for plan in (BELL, NO_BELL) for part in range(3)] + [(random_world, BELL), (random_world, NO_BELL)]


def noticed_by(seed, mutant, pool):
    """The message of the first Wrong that a weakened database leads to, or None."""
    for number in range(ROUNDS):
        make, plan = KINDS[number % len(KINDS)]
        try:
            world = make(f'{seed}/{number}', mutant)
        except psycopg2.errors.SyntaxError:  # code that was generated for this world's tables: another world has others
            continue
        try:
            Judge(Round(f'{seed}/{number}', plan, world, pool).play()).run()
        except Wrong as wrong:
            return f'round {number}: {str(wrong).splitlines()[0]}'
        finally:
            world.drop()
    return None


def try_mutants(seed, names, pool):
    """(noticed, not noticed) of the mutants whose name contains one of `names`."""
    noticed = missed = 0
    for name, mutant in [(n, m) for n, m in MUTANTS.items() if len(m) == 3] + list(PROTOCOL.items()):
        if names and not any(part in name for part in names):
            continue
        how = noticed_by(f'{seed}/{name}', mutant, pool)
        noticed, missed = noticed + (how is not None), missed + (how is None)
        print(f'ok     {name}: {how}' if how else f'FAILED {name}: not noticed', flush=True)
    return noticed, missed

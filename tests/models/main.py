"""Verifies the model in its sizes, and its mutants; prints 'N passed, N failed'."""
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from mutants import MUTANTS

HERE = pathlib.Path(__file__).parent
MODEL = {file.name: file.read_text() for file in HERE.glob('*.pml')}
SIZES = [
    ('two transactions at a time', ('TRANSACTIONS=2', 'STATEMENTS=1')),
    ('one of two statements, calls broken off', ('TRANSACTIONS=1', 'STATEMENTS=2', 'BROKEN_OFF')),
]
LARGE = [
    ('two of two statements', ('TRANSACTIONS=2', 'STATEMENTS=2')),
    ('two transactions at a time, calls broken off', ('TRANSACTIONS=2', 'STATEMENTS=1', 'BROKEN_OFF')),
]
OF_MUTANTS = ('TRANSACTIONS=1', 'STATEMENTS=1', 'BROKEN_OFF')

# Breadth first, which finds a shortest way to a violation. Every state is kept, and kept whole.
COMPILE = ['gcc', '-O1', '-w', '-DSAFETY', '-DBFS', '-DNOREDUCE', '-DMEMLIM=4000', '-o', 'pan', 'pan.c']
PATIENCE = 300  # seconds


class Failed(Exception):
    """Why a model or a mutant is not as it should be."""


def shell(command, place):
    try:
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired as expired:
        raise Failed(f'{command[0]} did not end within {PATIENCE} s') from expired
    return done.stdout + done.stderr


def definitions(size):
    return [f'-D{setting}' for setting in size]


def verify(model, size, place):
    """What the verifier said, and the property that it saw violated: none if all hold in every state there is."""
    for name, text in model.items():
        (place / name).write_text(text)
    built = shell(['spin', '-a', *definitions(size), 'protocol.pml'], place) + shell(COMPILE, place)
    if not (place / 'pan').exists():
        raise Failed(built)
    said = shell(['./pan'], place)
    violated = re.search(r'assertion violated\s+!\((\w+)\)', said)
    if violated:
        return said, violated[1]
    if 'errors: 0' not in said or re.search('not completed|out of memory|MEMLIM|too small', said):
        raise Failed(said)
    return said, None


def trace(size, place):
    """The steps that led to a violation."""
    said = shell(['spin', '-t', '-p', *definitions(size), 'protocol.pml'], place)
    steps = re.findall(r'proc +\d+ \((\w+):1\) (\S+:\d+) \(state \d+\)\s+\[(.*)\]$', said, re.MULTILINE)
    return ''.join(f'\n       {who:10} {where:16} {what}' for who, where, what in steps)


def verify_size(size, place):
    """The model must hold, and take each of its steps at some time."""
    said, violated = verify(MODEL, size, place)
    if violated:
        raise Failed(violated + trace(size, place))
    idle = [line for line in re.findall(r'\S+\.pml:\d+, state \d+, .*', said)
            if '-end-' not in line and 'bell_missed' not in line]
    if idle and 'BROKEN_OFF' in size:  # elsewhere nothing is ever refused
        raise Failed('\n'.join(['never reached:', *idle]))
    states = int(re.search(r'(\d+) states, stored', said)[1])
    return f'holds, {states:,} states'


def mutated(changes):
    model = dict(MODEL)
    for old, new in changes:
        hits = [name for name, text in model.items() if old in text]
        if len(hits) != 1 or model[hits[0]].count(old) != 1:
            raise Failed(f'it does not fit the model any more: {old!r}')
        model[hits[0]] = model[hits[0]].replace(old, new)
    return model


def verify_mutant(wanted, changes, traced, place):
    """The mutant must violate the property `wanted`."""
    _, violated = verify(mutated(changes), OF_MUTANTS, place)
    if violated != wanted:
        raise Failed(f'violates {violated}, not {wanted}')
    return f'violates {violated}' + (trace(OF_MUTANTS, place) if traced else '')


def run(name, verifier, *arguments):
    since = time.monotonic()
    with tempfile.TemporaryDirectory(prefix='edge-models-') as place:
        try:
            said = verifier(*arguments, pathlib.Path(place))
        except Failed as failed:
            return False, f'FAILED {name}: {failed}'
    verdict, *steps = said.split('\n', 1)
    return True, '\n'.join([f'ok     {name}: {verdict}  {time.monotonic() - since:.0f} s', *steps])


def main():
    words = set(sys.argv[1:]) - {'large', 'traces'}
    runs = [(name, verify_size, size) for name, size in SIZES + (LARGE if 'large' in sys.argv else [])]
    runs += [(name, verify_mutant, wanted, changes, 'traces' in sys.argv) for name, wanted, *changes in MUTANTS]
    runs = [one for one in runs if not words or any(word in one[0] for word in words)]
    passed = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for well, said in pool.map(lambda one: run(*one), runs):
            passed += well
            print(said, flush=True)
    print(f'\n{passed} passed, {len(runs) - passed} failed')
    sys.exit(0 if passed == len(runs) > 0 else 1)


main()

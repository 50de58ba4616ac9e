"""wrk on the load's core: how many answers a server gives, and how soon."""
import collections
import os
import re
import subprocess

import pinned
from cluster import ROOT

CONNECTIONS = 64
SCRIPT = ROOT / 'tests/bench/load.lua'

# Answers a second, bytes of an answer, milliseconds until an answer; of wrk itself: cores in use, seconds.
Run = collections.namedtuple('Run', 'rate size p50 p99 cores seconds')


def run(port, target, headers, seconds, *arguments):
    """`arguments` of load.lua. Ends us where an answer is an error or none comes."""
    words = ['wrk', '-t1', f'-c{CONNECTIONS}', f'-d{seconds}s', '-s', SCRIPT,
             *(word for name, value in headers.items() for word in ('-H', f'{name}: {value}')),
             f'http://127.0.0.1:{port}{target}', '--', *arguments]
    process = subprocess.Popen(pinned.command(pinned.LOAD, *words), stdout=subprocess.PIPE, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    found = re.search(r'^figures: (.*)$', output, re.M)
    if process.returncode or not found:
        raise SystemExit(f'wrk failed:\n{output}')
    answers, size, us, p50, p99, errors = map(int, found[1].split())
    if errors or not answers:
        raise SystemExit(f'wrk has seen errors:\n{output}')
    seconds = us / 1e6
    return Run(answers / seconds, size / answers, p50 / 1000, p99 / 1000,
               (usage.ru_utime + usage.ru_stime) / seconds, seconds)

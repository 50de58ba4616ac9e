"""What `reads` prints: Markdown."""
import pinned
import wrk
from bystanders import TOLERATED
from contest import FLOOR
from figures import median, table

BUSY = 0.95    # cores
SPREAD = 0.15  # between rounds
HEAD = ['answer', 'bytes', 'server', '1,000/s', 'p50 / p99 ms', 'server: CPU µs an answer', 'cores: server', 'wrk', '']


def of_reads(contests, rounds, seconds):
    yield from table(HEAD, (_line(contest, name) for contest in contests for name in contest.servers))
    yield (f'Medians of {rounds} interleaved round(s) of {seconds} s; in brackets the median ratio to the floor in the '
           f'same round. Servers on core {pinned.SERVER}, one thread each for clients; on core {pinned.LOAD} '
           f'`wrk -t1 -c{wrk.CONNECTIONS}`, keep-alive. The floor: an epoll program that sends the bytes of the '
           'edge\'s answer to whatever it is asked. Bytes: of an answer with its head. "wrk is the limit": the server '
           'had time left, so that its rate says little; compare its CPU.')
    yield ''


def _line(contest, name):
    return [contest.question.name, f'{contest.median(name, lambda one: one.load.size):,.0f}', name,
            contest.rate(name, FLOOR),
            '' if contest.question.pipelined else contest.delays(name),  # of which wrk knows nothing
            contest.cpu(name, FLOOR, 1), *contest.cores(name), '; '.join(_remarks(contest.found[name]))]


def _remarks(found):
    rates = [one.load.rate for one in found]
    spread = (max(rates) - min(rates)) / median(rates)
    others = median([one.others for one in found])
    if median([one.load.cores for one in found]) > BUSY > median([one.cores for one in found]):
        yield 'wrk is the limit'
    if spread > SPREAD:
        yield f'disturbed: the rounds differ by {spread:.0%}'
    if others > TOLERATED:
        yield f'disturbed: others took {others:.2f} cores'

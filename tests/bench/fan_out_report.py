"""What `fan-out` prints: Markdown."""
import fan_out_rounds as plan
from figures import median, table

LIMIT = 0.9  # of its core: from there on the load tool is measured, not the server


def _cell(runs, floors, read, form='{:.2f}'):
    """The median, and the median ratio to the floor of the same round."""
    values = [read(one) for one in runs]
    ratios = [value / base for value, base in zip(values, map(read, floors)) if base > 0]
    return form.format(median(values)) + (f' (**{median(ratios):.2f}**)' if ratios else '')


def _p50(one):
    return one.found['changes_ms']['p50']


def _p99(one):
    return one.found['changes_ms']['p99']


def _per_second(one):
    return one.found['events'] / one.found['seconds']


def of_delays(rounds):
    yield (f'One event of 300 bytes to N streams, {plan.RATE} a second; the load tool never sleeps, since a send that wakes '
           'its core would pay for what is the readers\' and depends on which of the two happens to be faster.')
    yield ''
    head = ['N', 'server', 'p50, ms', 'p99, ms', 'CPU per delivery, µs', 'KiB per idle stream']
    yield from table(head, (
        [f'{streams:,}', name, _cell(runs, floors, _p50), _cell(runs, floors, _p99),
         _cell(runs, floors, lambda one: one.cpu * 1e6, '{:.1f}'), f'{median(one.idle_kib for one in runs):.1f}']
        for streams in plan.SIZES for name in rounds.servers
        for runs, floors in [(rounds.found['delays', name, streams], rounds.found['delays', 'floor', streams])]))


def of_rates(rounds):
    yield f'{plan.FEW:,} streams: the most that keeps p99 below {plan.BOUND_MS} ms.'
    yield ''
    head = ['server', 'deliveries/s', 'changes/s then', 'p99, ms', 'changes/s at most', 'p99, ms']
    lines = []
    for name in rounds.servers:
        climbs = [climb for climb in rounds.found['rates', name] if climb]
        if not climbs:
            lines.append([name, f'none at {plan.RATES[0]} changes/s', '', '', '', ''])
            continue
        best = [max(climb, key=lambda step: _per_second(step[1])) for climb in climbs]
        last = [climb[-1] for climb in climbs]
        lines.append([
            name, f'{median(_per_second(one) for _, one in best):,.0f}{_limit(best)}',
            f'{median(rate for rate, _ in best):,.0f}', f'{median(_p99(one) for _, one in best):.1f}',
            f'{median(rate for rate, _ in last):,.0f}', f'{median(_p99(one) for _, one in last):.1f}'])
    yield from table(head, lines)
    yield (f'Tried: {", ".join(map(str, plan.RATES))} changes/s. A server that sends the newest state instead of each '
           'change delivers fewer events than changes; p99 is of all changes, until this or a newer one is read.')
    yield ''


def _limit(best):
    return ' (the load tool is the limit)' if any(one.found['cpu'] > LIMIT for _, one in best) else ''


def of_flood(rounds):
    yield f'{plan.MANY:,} streams, {plan.FLOOD:,} changes/s.'
    yield ''
    head = ['server', 'changes/s taken', 'newest state: p50 / p99, ms', 'every change: p50 / p99, ms', 'deliveries/s',
            'events of a stream, fewest–most', 'streams that ended exact', 'memory grew, MiB']
    yield from table(head, (
        [name, f'{_median(runs, lambda one: one.found["changes"] / one.found["seconds"]):,.0f}',
         *(f'{_median(runs, lambda one, of=of: one.found[of]["p50"]):.0f} / '
           f'{_median(runs, lambda one, of=of: one.found[of]["p99"]):.0f}' for of in ('events_ms', 'changes_ms')),
         f'{_median(runs, _per_second):,.0f}',
         f'{min(one.found["fewest"] for one in runs)}–{max(one.found["most"] for one in runs)}',
         f'{min(plan.MANY - one.found["behind"] for one in runs):,}',
         f'{_median(runs, lambda one: one.grown_kib) / 1024:.0f}']
        for name in rounds.servers for runs in [rounds.found['flood', name]]))


def of_slow(rounds):
    yield (f'{plan.NORMAL} streams beside {plan.SLOW} slow ones, of which half read a byte a second and half nothing; '
           f'{plan.SLOW_RATE} events/s of {plan.SLOW_FRAME:,} bytes. Then the slow ones read on.')
    yield ''
    head = ['server', 'p99 without, ms', 'p99 with, ms', 'memory grew by, MiB', 'slow: buffered events, at most',
            'left out, at most', 'events from there to the newest, at most', 'came to the newest']
    lines = []
    for name in rounds.servers:
        without, beside = rounds.found['slow', name, 0], rounds.found['slow', name, plan.SLOW]
        slow = [one for run in beside for one in run.slow]
        lines.append([
            name, f'{_median(without, _p99):.2f}', _cell(beside, without, _p99),
            f'{_median(beside, lambda one: one.grown_kib) / 1024:.1f}',
            str(max(one['after'] - (one['since_leap'] if one['leap'] else 0) for one in slow)),
            str(max(one['leap'] for one in slow)),
            str(max((one['since_leap'] for one in slow if one['leap']), default='–')),
            f'{sum(one["exact"] for one in slow)} of {len(slow)}'])
    yield from table(head, lines)
    yield 'In brackets: to p99 without them.'
    yield ''


def _median(runs, read):
    return median(read(one) for one in runs)


def of_circumstances(rounds):
    runs = list(rounds.all_runs())
    loads = [one.found['cpu'] for key in rounds.found if key[0] != 'delays' for one in rounds.runs_of(key)]
    used = f'The load tool used at most {max(loads):.2f} of its core, others' if loads else 'Others used'
    yield (f'Medians of {rounds.count} interleaved round(s); in brackets the median ratio to the floor of the same '
           'round. Servers on one core (the edge: its io thread and its core thread both), load on the other; every run '
           'has a server of its own. Delays are from the moment at which a change was sent to that at which its event '
           f'was read. {used} at '
           f'most {max(one.others for one in runs):.2f} cores beside; a change was sent '
           f'{median(one.found["late_ms"]["p99"] for one in runs):.2f} ms after it was due (median of the p99).')
    yield ''

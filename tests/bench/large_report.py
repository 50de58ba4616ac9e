"""What `large` prints: Markdown."""
import collections

import windows
from edge import MIB
from figures import median, p50_p99, table

AIM_JSON, AIM_ENTRY = 1.3, 120  # of memory: so many times the JSON, and so many bytes an entry besides


def of_memory(found):
    aim = (AIM_JSON * found.json + AIM_ENTRY * found.entries) / MIB

    def line(name, resident):
        above = (resident - found.empty) * MIB
        return [name, f'{resident:,.0f}', f'{above / found.entries:,.0f}',
                f'{(above - found.json) / found.entries:,.0f}', f'{above / MIB / aim:.2f}']

    yield from table(
        [f'memory with {found.entries:,} entries', 'MiB', 'above an empty edge: bytes an entry', 'without its JSON',
         f'to {AIM_JSON} × JSON + {AIM_ENTRY} bytes an entry'],
        [line('as loaded', found.loaded), line('with a window on all of it', found.window)])
    yield (f'An empty edge has {found.empty:.1f} MiB. JSON: {found.json / MIB:,.0f} MiB, '
           f'{found.json / found.entries:,.0f} bytes an entry. The read that opens the window, and so makes its index, '
           f'takes {found.reads[0]:,.0f} ms, the next one {found.reads[1]:.1f} ms.')
    yield ''


def of_changes(found):
    by_posts = collections.defaultdict(list)
    for change in found:
        by_posts[change.posts].append(change)
    yield from table(
        ['a one-row change among', 'samples', 'sent → seen, ms p50 / p99', 'answered → seen, ms p50 / p99',
         'CPU of the edge, µs', 'of the database, µs'],
        ([f'{posts:,} posts', str(sum(len(change.delays.sent) for change in changes)),
          p50_p99([delay for change in changes for delay in change.delays.sent]),
          p50_p99([delay for change in changes for delay in change.delays.answered]),
          f'{median([change.cpu for change in changes]):,.0f}',
          f'{median([change.server_cpu for change in changes]):,.0f}'] for posts, changes in by_posts.items()))


def of_renamings(found, posts):
    def middle(field, form):
        return form.format(median([getattr(renaming, field) for renaming in found]))

    yield from table(
        [f'an author of {posts:,} posts renamed', 's until committed', 's from then until shown', 'versions',
         'CPU s of the edge', 'MiB more meanwhile', 'events of another resource: usual p99, ms',
         'at most meanwhile, ms'],
        [[f'median of {len(found)}', *(middle(field, form) for field, form in (
            ('commit', '{:.2f}'), ('shown', '{:.2f}'), ('versions', '{:.0f}'), ('cpu', '{:.2f}'), ('peak', '{:.0f}'),
            ('usual', '{:.1f}'), ('delayed', '{:,.0f}')))]])


def of_windows(found):
    yield from table(
        ['windows open, one per author', 'opened in, s', 'MiB then', 'changes', 'frames sent',
         'CPU of the edge, µs a change', 'of the database, µs', 'sent → seen, ms p50 / p99',
         'answered → seen, ms p50 / p99'],
        ([f'{cost.windows:,.0f}', f'{cost.opening:.2f}', f'{cost.resident:,.0f}', f'{cost.changes:,.0f}',
          f'{cost.frames:,.0f}', f'{cost.cpu:,.0f}', f'{cost.server_cpu:,.0f}', p50_p99(cost.delays.sent),
          p50_p99(cost.delays.answered)] for cost in found))
    yield (f'{windows.RATE} one-row changes a second by `pgbench`, and {1000 // windows.INTERVAL_MS} by the probe, '
           'each of a post that one window shows, where any are open; the edge is awake and pulls every 2 ms.')
    yield ''

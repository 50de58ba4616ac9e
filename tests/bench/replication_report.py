"""What `replication` prints: Markdown."""
import json

import feed
import hops
import patches
import writers
from figures import median, p50_p99, table

MB = 1e6
LOADS = {'small': 'one row a commit', 'large': f'{feed.BULK_ROWS:,} rows a commit',
         'input': 'an input, one entry a patch (no database)'}
FED = [count for count in feed.FOLLOWERS if count]


def of_delays(found):
    yield from table(
        ['an event arrives, ms', 'samples', f'write → reader of the {hops.CHAIN[0]}, p50 / p99',
         *(f'{hops.CHAIN[0]} → {name}, p50 / p99' for name in hops.CHAIN[1:])],
        ([name if not rate else f'{name}: {rate:,.0f} commits/s beside it', str(len(writes)),
          *(p50_p99(column) for column in zip(*writes))] for name, rate, writes in found))
    load = ' '.join(writers.command(hops.CLIENTS, min(hops.CLIENTS, 2), 'N', hops.RATE))
    yield (f'{1000 // hops.INTERVAL_MS} writes a second of one post; one process reads the streams of all three nodes. '
           f'Load: `{load}`.')
    yield ''


def of_feed(rounds, plain):
    bytes_of = {'small': plain, 'large': plain, 'input': len(json.dumps(patches.value(0)))}

    def per_second(load, count, figure):
        return rounds.median_of(load, count, lambda run: figure(run) / run.seconds)

    def line(load, count):
        versions = per_second(load, count, lambda run: run.versions)
        ratio = versions / per_second(load, 0, lambda run: run.versions)
        commits = per_second(load, count, lambda run: run.commits)
        return [LOADS[load], str(count), f'{commits:,.{0 if commits >= 100 else 1}f}',
                f'{per_second(load, count, lambda run: run.entries):,.0f}', f'{versions:,.0f} (**{ratio:.2f}**)',
                f'{per_second(load, count, lambda run: run.sent_versions):,.0f}',
                f'{per_second(load, count, lambda run: run.sent) / MB:.1f}',
                f'{per_second(load, count, lambda run: run.entries) * count * bytes_of[load] / MB:.1f}',
                f'{rounds.median_of(load, count, lambda run: run.drained):.2f}']

    yield from table(
        ['written without a pause', 'followers', 'commits or patches/s', 'entries/s', 'versions/s', 'sent: versions/s',
         'MB/s', 'MB/s as JSON', 'all have it after the last one, s'],
        (line(load, count) for load in LOADS for count in feed.FOLLOWERS))
    yield (f'Medians of {rounds.count} round(s) of {rounds.seconds} s, from the first write until every follower was '
           'at the leader\'s version; in brackets the ratio to no follower. One row: '
           f'`pgbench -c {feed.CLIENTS}` on {feed.HOT_POSTS:,} of {rounds.posts:,} posts; many: one client; patches: '
           f'{feed.PATCHING} connections. sent: to all followers together. A post is one entry, of {plain:,.0f} bytes '
           f'of JSON, which zstd halves about; one of the input {bytes_of["input"]}. Database, writers, leader and '
           'followers share the machine.')
    yield ''
    yield from table(
        ['followers stood still meanwhile', 'followers', 'versions behind', 'entries behind',
         'then all have it in, s', 'versions/s to all', 'entries/s to all', 'MB/s to all'],
        ([LOADS[load], str(count), *_catching_up(rounds.caught_up[load, count], count)]
         for load in LOADS for count in FED))
    yield ('The same loads while the followers are stopped (SIGSTOP); from SIGCONT on, without writers and pulls, what '
           'leader and followers do alone. The first megabytes have waited in the sockets, the others in the log.')
    yield ''


def _catching_up(found, count):
    def middle(figure):
        return median([figure(*one) for one in found])

    yield f'{middle(lambda s, versions, entries, sent: versions):,.0f}'
    yield f'{middle(lambda s, versions, entries, sent: entries):,.0f}'
    yield f'{middle(lambda s, versions, entries, sent: s):.2f}'
    yield f'{middle(lambda s, versions, entries, sent: versions * count / s):,.0f}'
    yield f'{middle(lambda s, versions, entries, sent: entries * count / s):,.0f}'
    yield f'{middle(lambda s, versions, entries, sent: sent / s) / MB:.1f}'


def of_cost(rounds):
    def per_versions(count):
        return rounds.median_of('steady', count, lambda run: run.cpu / run.versions * 1000)

    def per_commits(count):
        return rounds.median_of('steady', count, lambda run: run.cpu / run.commits * 1000)

    def per_entries(count):
        return rounds.median_of('large', count, lambda run: run.cpu / run.entries * 100_000)

    def more(cost, count, form):  # per follower, above what none cost
        return form((cost(count) - cost(0)) / count) if count else ''

    def resident(count):
        return median(rounds.resident['leader', count])

    def line(count):
        theirs = rounds.median_of('steady', count, lambda run: run.followers_cpu / run.commits * 1000 / max(count, 1))
        return [
            str(count), f'{rounds.median_of("steady", count, lambda run: run.versions / run.seconds):,.0f}',
            f'{per_versions(count):.3f} (**{per_versions(count) / per_versions(0):.2f}**)',
            more(per_versions, count, '{:.3f}'.format),
            f'{per_commits(count):.3f} (**{per_commits(count) / per_commits(0):.2f}**)',
            more(per_commits, count, '{:.3f}'.format), f'{theirs:.3f}' if count else '',
            f'{per_entries(count):.2f} (**{per_entries(count) / per_entries(0):.2f}**)',
            more(per_entries, count, '{:.2f}'.format), f'{resident(count):.1f}', more(resident, count, '{:.2f}'.format),
            f'{median(rounds.resident["follower", count]):.1f}' if count else '']

    yield from table(
        ['followers', 'versions/s', 'leader: CPU s per 1,000 versions', 'per follower',
         'leader: CPU s per 1,000 commits', 'per follower', 'a follower itself',
         'leader: CPU s per 100,000 entries of large versions', 'per follower', 'leader: MiB', 'per follower',
         'a follower itself: MiB'], map(line, feed.FOLLOWERS))
    entries = rounds.median_of('steady', 0, lambda run: run.entries / run.versions)
    yield (f'Versions: {feed.STEADY:,} one-row commits a second, about {entries:.1f} to a version without followers. '
           'In brackets the ratio to no follower; "per follower": what is above no follower, divided. MiB: resident '
           'once all are loaded, before anything is written.')
    yield ''


def of_loads(loads, plain):
    def middle(who, field):
        return median([getattr(load, field) for load in loads.found[who]])

    names = {'copy': 'psql: `\\copy` of the view (the floor)', 'leader': 'the leader, from the database',
             'follower': 'a follower, from the leader'}

    def line(who):
        seconds, size = middle(who, 'seconds'), middle(who, 'bytes')
        mine = [] if who == 'copy' else [f'{middle(who, "cpu"):.2f}', f'{middle(who, "resident"):,.0f}',
                                         f'{middle(who, "peak"):,.0f}']
        return [names[who], f'{seconds:.2f} (**{seconds / middle("copy", "seconds"):.2f}**)',
                f'{loads.entries / seconds:,.0f}', *(mine or ['', '', '']), f'{size / MB:,.1f}' if size else '']

    yield from table([f'a load of {loads.entries:,} entries', 's until ready', 'entries/s', 'CPU s', 'MiB then',
                      'MiB at most', 'MB sent'], map(line, names))
    count = len(loads.sending)
    yield (f'Medians of {count} load(s); in brackets the ratio to `\\copy`, whose MB are its text. An entry has '
           f'{plain:,.0f} bytes of JSON. Sending takes the leader {median(loads.sending):.2f} s of CPU. A follower to '
           f'its leader: **{middle("follower", "seconds") / middle("leader", "seconds"):.2f}** of the time. '
           'What the last load logged:')
    yield ''
    yield '```'
    yield from loads.progress
    yield '```'

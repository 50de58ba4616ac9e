"""What `capture` prints: Markdown."""
import writers
from configurations import CONFIGURATIONS
from figures import median, p50_p99, percentile, table
from rounds import BULK, CLIENTS, CPU

AIMS = ('Aims: awake with 16 clients at least 0.85, the one UPDATE at most 1.5; p99 under load below 100 ms; idle at '
        'most 2; a pull of one change below 1 ms.')


def of_writers(rounds, posts):
    columns = {
        **{n: (f'{n} client{"s" * (n > 1)}', '{:,.0f}/s'.format) for n in CLIENTS},
        CPU: (f'{max(CLIENTS)}: CPU per update', lambda seconds: f'{seconds * 1e6:.0f} µs'),
        BULK: (f'UPDATE of {posts:,} rows', '{:.2f} s'.format)}
    yield from table(['writers', *(head for head, _ in columns.values())], (
        [configuration.name, *(
            f'{form(rounds.median(configuration, measurement))} (**{rounds.ratio(configuration, measurement):.2f}**)'
            for measurement, (_, form) in columns.items())]
        for configuration in CONFIGURATIONS))
    command = ' '.join(writers.command('N', 'min(N,2)', rounds.seconds))
    yield (f'Medians of {rounds.count} interleaved round(s); in brackets the median ratio to the same round without '
           f'triggers. One-row updates: a random one of {writers.HOT_POSTS:,} among {posts:,} posts, by `{command}` as '
           'blog_web; posts and my_posts are published. CPU: of server and edge.')
    yield ''
    shares = ', '.join(f'{median(shares):.2f} with {clients}' for clients, shares in rounds.pgbench_cpu.items())
    yield (f'pgbench takes for itself, in cores: {shares}. Bells heard per update while a consumer sleeps: '
           f'{median(rounds.bells):.2f}. Runs at whose end the edge was awake: {sum(rounds.awake)} of '
           f'{len(rounds.awake)}. The edge had the UPDATE of all {median(rounds.caught_up):.2f} s after its commit.')
    yield ''


def of_delays(idle, under_load):
    head = ['from write to reader, ms', 'samples', 'sent → seen p50 / p99', 'answered → seen p50 / p99']
    yield from table(head, (
        [name, str(len(delays.sent)), p50_p99(delays.sent), p50_p99(delays.answered)] for name, delays in (
            ('idle: LISTEN and one SELECT of the entry (the floor)', idle['floor']),
            ('idle: event of the edge', idle['edge']),
            (f'event of the edge under {max(CLIENTS)} clients', under_load))))
    ratio = percentile(idle['edge'].sent, 0.5) / percentile(idle['floor'].sent, 0.5)
    yield f'Idle, event to floor, sent → seen: **{ratio:.2f}** at p50.'
    yield ''


def of_pulls(pulls, entries):
    yield from table([f'server time of a pull, a resource of {entries:,} entries', 'ms p50 / p99'], pulls)

"""What one leader can feed, and what followers cost it: rounds with none to some of them, each with fresh processes."""
import collections
import contextlib
import time

import patches
import prose
import writers
from cluster import rows
from edge import Edge, Follower
from figures import median

FOLLOWERS = (0, 1, 3, 6)
CLIENTS = 8
PATCHING = 4  # clients
HOT_POSTS = 10_000
BULK_ROWS = 10_000
STEADY = 1000  # commits/s at which costs are compared
LOG_MB = '1024'  # more than any of these loads, so that who stood still is sent each version, and no load

# From a load's begin until the last node had all of it. `sent`: bytes to all followers. `drained`: seconds of these
# that came after the writers' end.
Run = collections.namedtuple('Run', 'seconds drained versions entries commits sent_versions sent cpu followers_cpu')


class Rounds:
    def __init__(self, cluster, database, count, seconds, say):
        self.cluster, self.database, self.count, self.seconds, self.say = cluster, database, count, seconds, say
        self.posts = cluster.run(database, 'select count(*) from posts')[0][0]
        self.runs = collections.defaultdict(list)      # (load, followers) -> Runs
        self.resident = collections.defaultdict(list)  # ('leader' or 'follower', followers) -> MiB before any load
        self.caught_up = collections.defaultdict(list)  # (load, followers) -> (seconds, versions, entries, bytes)
        self.bulk = 0

    def run(self):
        for number in range(self.count):
            # Up in one round and down in the next: the machine is not the same a minute later.
            for followers in FOLLOWERS if number % 2 == 0 else reversed(FOLLOWERS):
                self.say(f'round {number + 1} of {self.count}: {followers} followers')
                self._measure(followers)
                for table in ('posts', 'edge.journal'):
                    self.cluster.run(self.database, f'vacuum {table}')

    def _measure(self, count):
        with contextlib.ExitStack() as ends:
            leader = ends.enter_context(Edge(self.cluster, self.database, EDGE_HISTORY_MB=LOG_MB))
            followers = [ends.enter_context(Follower(leader, f'follower{n}', EDGE_HISTORY_MB=LOG_MB))
                         for n in range(count)]
            self.resident['leader', count].append(leader.resident_mib())
            self.resident['follower', count].extend(node.resident_mib() for node in followers)
            loads = {'small': self._small, 'large': self._large, 'input': lambda: self._patches(leader)}
            for load, write in (('steady', self._steady), *loads.items()):
                self.runs[load, count].append(self._watch(leader, followers, write))
            if count:
                for load, write in loads.items():
                    self.caught_up[load, count].append(self._pause_during(leader, followers, write))
            self._same_contents(leader, followers)

    def _watch(self, leader, followers, write):
        def figures():
            return (leader.metric('edge_versions_total'), leader.metric('edge_replicated_versions_total'),
                    leader.metric('edge_replicated_bytes_total'), leader.cpu_seconds(),
                    sum(node.cpu_seconds() for node in followers))
        before = figures()
        began = time.monotonic()
        commits, entries = write()
        written = time.monotonic()
        leader.catch_up()
        version = leader.version()
        for node in followers:
            node.catch_up(version)
        ended = time.monotonic()
        versions, sent_versions, sent, cpu, followers_cpu = (now - then for now, then in zip(figures(), before))
        return Run(ended - began, ended - written, versions, entries, commits, sent_versions, sent, cpu, followers_cpu)

    def _pause_during(self, leader, followers, write):
        for node in followers:
            node.pause()
        versions, sent = leader.metric('edge_versions_total'), leader.metric('edge_replicated_bytes_total')
        _, entries = write()
        leader.catch_up()
        version = leader.version()
        versions = leader.metric('edge_versions_total') - versions
        began = time.monotonic()
        for node in followers:
            node.resume()
        for node in followers:
            node.catch_up(version)
        seconds = time.monotonic() - began
        return seconds, versions, entries, leader.metric('edge_replicated_bytes_total') - sent

    def _same_contents(self, leader, followers):
        for target in ('/v1/resources/posts?limit=1000', f'/v1/resources/{prose.INPUT}'):
            held = leader.get(target)
            for node in followers:
                if node.get(target) != held:
                    raise SystemExit(f'{node.name} shows something else than its leader')

    # Each load: commits or patches, and entries that it changed.

    def _steady(self):
        return self._one_row_updates(STEADY)

    def _small(self):
        return self._one_row_updates(None)

    def _one_row_updates(self, rate):
        script = prose.one_row_update(HOT_POSTS)
        with writers.OneRowUpdates(self.cluster, self.database, CLIENTS, self.seconds, rate, script) as load:
            achieved, _ = load.result()
        return achieved * self.seconds, achieved * self.seconds

    def _patches(self, leader):
        count = patches.run(leader, PATCHING, self.seconds)
        return count, count

    def _large(self):
        commits = 0
        with contextlib.closing(self.cluster.connect(self.database, 'blog_web')) as connection:
            end = time.monotonic() + self.seconds
            while time.monotonic() < end:
                first = 1 + self.bulk * BULK_ROWS % self.posts
                rows(connection, prose.update_of(first, BULK_ROWS, self.bulk))
                self.bulk += 1
                commits += 1
        return commits, commits * BULK_ROWS

    def median_of(self, load, followers, figure):
        return median([figure(run) for run in self.runs[load, followers]])

"""How long a follower takes to load, beside its leader's load from the database and psql's copy of the same view."""
import collections
import subprocess
import time

from edge import Edge, Follower

COPY = "\\copy (select * from published_posts) to program 'wc -c'"

# Seconds from the start until ready; CPU seconds; MiB then, and at most; bytes that were sent or copied.
Load = collections.namedtuple('Load', 'seconds cpu resident peak bytes')


class Loads:
    def __init__(self, cluster, database, count, say):
        self.found = collections.defaultdict(list)  # 'copy', 'leader', 'follower' -> Loads
        self.sending = []    # CPU seconds of the leader while the follower loads
        self.progress = []   # lines about the last follower's load
        self.entries = cluster.run(database, 'select count(*) from published_posts')[0][0]
        for number in range(count):
            say(f'load {number + 1} of {count} of {self.entries:,} entries')
            self.found['copy'].append(_copy(cluster, database))
            self._load(cluster, database)

    def _load(self, cluster, database):
        with Edge(cluster, database, EDGE_LOG_LEVEL='info') as leader:
            self.found['leader'].append(_load_of(leader, 0))
            before = leader.cpu_seconds()
            with Follower(leader, 'follower', EDGE_LOG_LEVEL='info') as follower:
                self.sending.append(leader.cpu_seconds() - before)
                self.found['follower'].append(_load_of(follower, leader.metric('edge_replicated_bytes_total')))
                if follower.get('/v1/resources/posts?limit=1000') != leader.get('/v1/resources/posts?limit=1000'):
                    raise SystemExit('the follower shows something else than its leader')
                self.progress = [
                    line for node, names in ((follower, ('loading', 'loaded', 'resource_loaded', 'upstream_connected')),
                                             (leader, ('follower_connected', 'follower_loaded')))
                    for line in _lines(node, names)]


def _load_of(node, sent):
    return Load(node.took, node.cpu_seconds(), node.resident_mib(), node.resident_mib('VmHWM'), sent)


def _copy(cluster, database):
    began = time.monotonic()
    done = subprocess.run(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', cluster.url('blog_edge', database), '-c', COPY],
                          check=True, stdout=subprocess.PIPE, text=True)
    return Load(time.monotonic() - began, None, None, None, int(done.stdout))


def _lines(node, names):
    """As they stand in the log, less what is the same in each."""
    for event in node.events():
        if event['event'] in names:
            yield ' '.join([event['ts'], node.name, event['event'], *(
                f'{key}={value}' for key, value in event.items()
                if key not in ('ts', 'level', 'service', 'node', 'event'))])

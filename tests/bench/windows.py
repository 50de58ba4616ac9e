"""What a change costs an edge, and how soon it is seen, beside none, many and very many open windows."""
import collections
import time

import authors
import probe
import writers
from streams import Streams

CLIENTS, RATE = 4, 500  # of changes a second: the edge is awake in each case
INTERVAL_MS = 25

# Windows open, and seconds until they were; changes, and µs of CPU that each took the edge and the database; frames
# sent; MiB resident; milliseconds until a change was seen.
Cost = collections.namedtuple('Cost', 'windows opening changes cpu server_cpu frames resident delays')


def measure(cluster, edge, counts, seconds, say):
    """Each author's posts are a window. All changes are of authors whose windows are open, where any are."""
    with Streams(edge) as streams:
        for count in counts:
            say(f'{count:,} windows')
            began = time.monotonic()
            for number in range(len(streams.sockets), count):
                streams.open(authors.window_of(number))
            opening = time.monotonic() - began
            yield _changes(cluster, edge, count, opening, min(count for count in counts if count), seconds)


def _changes(cluster, edge, count, opening, hot, seconds):
    def figures():
        return edge.cpu_seconds(), cluster.cpu_seconds(), edge.metric('edge_frames_total')

    edge.catch_up()  # reads: what that needs is made before
    before = figures()
    probes = int(seconds * 1000 / INTERVAL_MS * 0.8)
    script = authors.one_row_update(hot - 1)
    with writers.OneRowUpdates(cluster, edge.database, CLIENTS, seconds, RATE, script) as load:
        course = probe.course_of_edge(cluster, edge, authors.POST)
        delays = probe.measure(probes, INTERVAL_MS, course)['edge']
        achieved, _ = load.result()
    edge.catch_up()
    changes = achieved * seconds + probes
    cpu, server_cpu, frames = (now - then for now, then in zip(figures(), before))
    cluster.run(edge.database, 'vacuum posts')
    cluster.run(edge.database, 'vacuum edge.journal')
    return Cost(count, opening, changes, cpu / changes * 1e6, server_cpu / changes * 1e6,
                frames - probes, edge.resident_mib(), delays)

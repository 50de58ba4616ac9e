"""The fan-out benchmark's loads, in rounds that take every server in turn."""
import collections
import functools

from broadcasters import EdgeBroadcaster, Floor
from fan_out_runs import run

FEW, MANY = 1_000, 10_000
SIZES = (100, FEW, MANY)
RATE = 5
RATES = (20, 50, 80, 100, 120, 150, 200, 400, 1000)
BOUND_MS = 100
FLOOD = 1_000                     # changes a second
PUBLISHERS = 64                   # connections, where changes come faster than a server may answer them
NORMAL, SLOW = 900, 100
SLOW_RATE, SLOW_FRAME = 20, 4096  # so much that what the sockets of an edge hold is soon full


class Rounds:
    def __init__(self, cluster, database, peers, quick, say):
        self.count = 1 if quick else 3
        self.seconds = 3 if quick else 8
        self.say = say
        self.found = collections.defaultdict(list)  # (table, server, …) -> a Run per round
        self.servers = {'edge': functools.partial(EdgeBroadcaster, cluster, database),
                        **{broadcaster.name: broadcaster for broadcaster in (Floor, *peers)}}

    def in_turn(self, table):
        for number in range(self.count):
            for name, server in self.servers.items():
                self.say(f'{table}, round {number + 1} of {self.count}: {name}')
                yield name, server

    def delays(self):
        for name, server in self.in_turn('delays'):
            for streams in SIZES:
                self.found['delays', name, streams].append(run(server, streams, RATE, self.seconds, spin=True))

    def rates(self):
        for name, server in self.in_turn('rates'):
            self.found['rates', name].append(self._climb(server))

    def _climb(self, server):
        """The runs, each at a higher rate, that kept the bound."""
        held = []
        for rate in RATES:
            one = run(server, FEW, rate, self.seconds / 2, publishers=PUBLISHERS)
            if not keeps_bound(one.found):
                break
            held.append((rate, one))
        return held

    def flood(self):
        for name, server in self.in_turn('flood'):
            self.found['flood', name].append(run(server, MANY, FLOOD, self.seconds, publishers=4 * PUBLISHERS,
                                                     warm_up=0))

    def slow(self):
        for name, server in self.in_turn('slow'):
            for slow in (0, SLOW):
                self.found['slow', name, slow].append(
                    run(server, NORMAL, SLOW_RATE, 2.5 * self.seconds, frame=SLOW_FRAME, slow=slow))

    def all_runs(self):
        yield from (one for key in self.found for one in self.runs_of(key))

    def runs_of(self, key):
        runs = self.found[key]
        yield from (one for climbed in runs for _, one in climbed) if key[0] == 'rates' else runs


def keeps_bound(found):
    """With what the publisher had to wait: a change is late from the moment on at which it was due."""
    return not found['behind'] and found['changes_ms']['p99'] + found['late_ms']['p99'] < BOUND_MS

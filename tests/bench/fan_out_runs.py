"""One load on one server, and all that is read off from it."""
import collections
import time

import cpu
from stream_load import StreamLoad

SETTLE_S = 1
DISTURBED = 0.1  # cores in use by others; what PostgreSQL does for an edge and we do ourselves is below
ATTEMPTS = 2

# `found`: what the load tool says. CPU seconds of the server per event; KiB per idle stream, and by how many the server
# grew while events came; cores that others used meanwhile, the hypervisor included; of each slow subscriber, how it
# came to the newest state.
Run = collections.namedtuple('Run', 'found cpu idle_kib grown_kib others slow')


class Machine:
    """How many cores are in use by others than those who are being measured."""

    def __init__(self, measured):
        self.measured = measured
        self.began, self.before = time.monotonic(), self._by_others()

    def _by_others(self):
        busy, stolen = cpu.busy_seconds()
        return busy + stolen - sum(map(cpu.run_time, self.measured()))

    def others(self):
        return max(self._by_others() - self.before, 0) / (time.monotonic() - self.began)


def run(make_broadcaster, streams, rate, seconds, **options):
    """The least disturbed of as few attempts as possible."""
    attempts = []
    while not attempts or (attempts[-1].others > DISTURBED and len(attempts) < ATTEMPTS):
        attempts.append(_run(make_broadcaster, streams, rate, seconds, **options))
    return min(attempts, key=lambda one: one.others)


def _run(make_broadcaster, streams, rate, seconds, **options):
    """On a server of its own, so that none has memory to give from an earlier run."""
    slow = options.get('slow', 0)
    with make_broadcaster() as broadcaster:
        time.sleep(SETTLE_S)
        empty = broadcaster.memory_kib()
        with StreamLoad(broadcaster, streams, rate, seconds, **options) as load:
            time.sleep(SETTLE_S)
            idle = broadcaster.memory_kib()
            machine = Machine(lambda: [*broadcaster.processes(), load.process.pid])
            before = broadcaster.cpu_seconds()
            found = load.publish()
            taken = broadcaster.cpu_seconds() - before
            return Run(found, taken / max(found['events'], 1), (idle - empty) / (streams + slow),
                       broadcaster.memory_kib() - idle, machine.others(), load.read_on() if slow else [])

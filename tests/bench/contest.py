"""One question, put to several servers by wrk in turn."""
import collections
import random

import wrk
from bystanders import Bystanders

FLOOR, EDGE = 'floor', 'edge'

# One run of wrk. cpu: of the server, seconds an answer; cores: in use by the server, and by others than it and wrk.
Measured = collections.namedtuple('Measured', 'load cpu cores others')


class Contest:
    def __init__(self, question):
        self.question = question
        self.servers = {}  # by name, with the target there
        self.found = collections.defaultdict(list)  # by name: Measured, one a round

    def enter(self, name, server, target):
        self.servers[name] = server, target

    def run(self, seconds):
        # Beside each other in time, since the machine is not the same a minute later.
        for name in random.sample(list(self.servers), len(self.servers)):
            self.found[name].append(self._ask(*self.servers[name], seconds))

    def _ask(self, server, target, seconds):
        bystanders, before = Bystanders(), server.cpu_seconds()
        load = wrk.run(server.port, target, self.question.headers, seconds, *self.question.asked)
        cpu = server.cpu_seconds() - before
        return Measured(load, cpu / (load.rate * load.seconds), cpu / load.seconds,
                        bystanders.cores(load.seconds, cpu + load.cores * load.seconds))

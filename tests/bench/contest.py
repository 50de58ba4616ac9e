"""One question, put to several servers by wrk in turn."""
import collections
import random

import wrk
from bystanders import Bystanders
from figures import median

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

    def median(self, name, figure):
        """Of a figure of Measured, over the rounds."""
        return median(map(figure, self.found[name]))

    def ratio(self, name, other, figure):
        """The median one to another server in the same round, as it stands in a table."""
        pairs = zip(self.found[name], self.found[other])
        return f'(**{median([figure(one) / figure(beside) for one, beside in pairs]):.2f}**)'

    def rate(self, name, other):
        def rate(one):
            return one.load.rate
        return f'{self.median(name, rate) / 1000:.1f} {self.ratio(name, other, rate)}'

    def cpu(self, name, other, digits):
        def cpu(one):
            return one.cpu
        return f'{self.median(name, cpu) * 1e6:.{digits}f} {self.ratio(name, other, cpu)}'

    def delays(self, name):
        return ' / '.join(f'{self.median(name, figure):.2f}' for figure in (
            lambda one: one.load.p50, lambda one: one.load.p99))

    def cores(self, name):
        """In use by the server, and by wrk."""
        return [f'{self.median(name, figure):.2f}' for figure in (
            lambda one: one.cores, lambda one: one.load.cores)]

    def _ask(self, server, target, seconds):
        bystanders, before = Bystanders(), server.cpu_seconds()
        load = wrk.run(server.port, target, self.question.headers, seconds, *self.question.asked)
        cpu = server.cpu_seconds() - before
        return Measured(load, cpu / (load.rate * load.seconds), cpu / load.seconds,
                        bystanders.cores(load.seconds, cpu + load.cores * load.seconds))

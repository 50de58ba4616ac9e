"""The rounds of writers' measurements, and what they found."""
import collections
import random

import probe
import writers
from configurations import AWAKE, BASE, CONFIGURATIONS
from figures import median

CLIENTS = (1, 4, 16)
BULK = 'bulk'  # seconds of one UPDATE of all posts
CPU = 'cpu'    # of server and edge, seconds per update, with the most clients


class Rounds:
    """Per configuration and measurement one value a round."""

    def __init__(self, cluster, count, seconds, say):
        self.cluster, self.count, self.seconds, self.say = cluster, count, seconds, say
        self.found = collections.defaultdict(list)  # (configuration, measurement) -> values
        self.pgbench_cpu = collections.defaultdict(list)  # clients -> shares of a core
        self.under_load = probe.Delays([], [])
        self.bells = []  # per update, while a consumer sleeps
        self.awake = []  # whether the edge that is to be awake was so when pgbench ended
        self.caught_up = []  # seconds from the end of the bulk statement until the edge had it

    def run(self):
        for number in range(self.count):
            self.say(f'round {number + 1} of {self.count}')
            for measurement in (*CLIENTS, BULK):
                # Beside each other in time, since the machine is not the same a minute later; in random order,
                # since neither is it the same after each.
                for configuration in random.sample(CONFIGURATIONS, len(CONFIGURATIONS)):
                    self._measure(configuration, measurement, number)

    def _measure(self, configuration, measurement, number):
        with configuration.measured(self.cluster) as sleeper:
            if measurement == BULK:
                value = writers.update_all(self.cluster, configuration.database, number)
            else:
                value = self._one_row_updates(configuration, measurement)
                if sleeper:
                    self.bells.append(sleeper.bells / (value * self.seconds))
        self.found[configuration.name, measurement].append(value)
        waited = configuration.settle(self.cluster)
        if configuration is AWAKE and measurement == BULK:
            self.caught_up.append(waited)

    def _one_row_updates(self, configuration, clients):
        before = configuration.cpu_seconds(self.cluster)
        with writers.OneRowUpdates(self.cluster, configuration.database, clients, self.seconds) as load:
            if configuration is AWAKE and clients == max(CLIENTS):
                self._probe_during()
            rate, share = load.result()
        if clients == max(CLIENTS):
            taken = configuration.cpu_seconds(self.cluster) - before
            self.found[configuration.name, CPU].append(taken / (rate * self.seconds))
        if configuration is AWAKE:
            self.awake.append(not configuration.somebody_sleeps(self.cluster))
        else:
            self.pgbench_cpu[clients].append(share)
        return rate

    def _probe_during(self):
        interval_ms = 20
        count = int(self.seconds * 1000 / interval_ms * 0.8)
        delays = probe.measure(count, interval_ms, probe.course_of_edge(self.cluster, AWAKE.edge))['edge']
        self.under_load.sent.extend(delays.sent)
        self.under_load.answered.extend(delays.answered)

    def median(self, configuration, measurement):
        return median(self.found[configuration.name, measurement])

    def ratio(self, configuration, measurement):
        """Of rates, durations or costs to those of the same round without triggers."""
        pairs = zip(self.found[configuration.name, measurement], self.found[BASE.name, measurement])
        return median([value / base for value, base in pairs])

"""edge_service processes: an edge that follows a database, and those that follow an edge."""
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time

import cpu
import pinned
from cluster import ROOT

BINARY = ROOT / 'build/edge_service/edge_service'
MIB = 1024 * 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Node:
    """Ready from `with` on, and ended with it. `core`: on that one alone. `settings`: EDGE_… beside those all have."""

    def __init__(self, upstream, name, core=None, **settings):
        self.name = name
        self.command = [BINARY] if core is None else pinned.command(core, BINARY)
        self.port, self.control_port = free_port(), free_port()
        self.settings = {
            'EDGE_UPSTREAM': upstream, 'EDGE_BIND': '127.0.0.1', 'EDGE_STREAMING_PORT': str(self.port),
            'EDGE_CONTROL_PORT': str(self.control_port), 'EDGE_NODE': name,
            'EDGE_JWT_SECRET': 'a-jwt-secret-of-the-benchmark-0123456789', 'EDGE_DRAIN_S': '1',
            'EDGE_LOG_LEVEL': 'warn', **settings}
        self.took = None  # seconds from its start until it was ready

    def __enter__(self):
        self.log = tempfile.TemporaryFile('w+')
        began = time.monotonic()
        self.began_at = time.time()
        self.process = subprocess.Popen(
            self.command, env={'PATH': os.environ['PATH'], **self.settings},
            stdout=2 if self.settings['EDGE_LOG_LEVEL'] == 'warn' else self.log)
        try:
            self.wait(lambda: self._status('/readyz') == 200, 'ready')
        except BaseException:
            self.__exit__()
            raise
        self.took = time.monotonic() - began
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.send_signal(signal.SIGCONT)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def get(self, target, port=None):
        """Status and body; nothing where nobody answers."""
        connection = http.client.HTTPConnection('127.0.0.1', port or self.port, timeout=30)
        try:
            connection.request('GET', target)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except ConnectionError:
            return None, b''
        finally:
            connection.close()

    def url(self, target):
        return f'http://127.0.0.1:{self.port}{target}'

    def _status(self, target):
        return self.get(target)[0]

    def wait(self, met, what, patience_s=120):
        deadline = time.monotonic() + patience_s
        while not met():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f'the edge {self.name} did not become {what}')
            time.sleep(0.002)

    def version(self):
        """Lineage and number of what it shows."""
        lineage, number = json.loads(self.get('/v1/status', self.control_port)[1])['version'].split('.')
        return lineage, int(number)

    def metric(self, name):
        text = self.get('/metrics', self.control_port)[1].decode()
        return float(re.search(rf'^{name} (\S+)$', text, re.M)[1])

    def cpu_seconds(self):
        return cpu.of_process(self.process.pid)

    def resident_mib(self, field='VmRSS'):
        """`VmHWM`: the most that it ever was."""
        with open(f'/proc/{self.process.pid}/status', encoding='utf-8') as status:
            return int(re.search(rf'^{field}:\s+(\d+) kB', status.read(), re.M)[1]) * 1024 / MIB

    def forget_peak(self):
        """`VmHWM` counts from now on."""
        with open(f'/proc/{self.process.pid}/clear_refs', 'w', encoding='utf-8') as clear:
            clear.write('5')

    def events(self):
        """Of its log, where EDGE_LOG_LEVEL is info: one dictionary each."""
        self.log.seek(0)
        return [json.loads(line) for line in self.log]


class Edge(Node):
    """Follows one database."""

    def __init__(self, cluster, database, **settings):
        super().__init__(cluster.url('blog_edge', database), database, **settings)
        self.cluster, self.database = cluster, database

    def catch_up(self):
        """Waits until the edge has applied all that is committed by now."""
        token = self.cluster.run(self.database, 'select pg_current_xact_id()::text')[0][0]
        self.wait(lambda: self._status(f'/v1/resources/posts?limit=0&after={token}') == 200, 'up to date')


class Follower(Node):
    def __init__(self, above, name, **settings):
        super().__init__(f'http://127.0.0.1:{above.control_port}', name, **settings)

    def has(self, version):
        lineage, number = self.version()
        return lineage == version[0] and number >= version[1]

    def catch_up(self, version):
        self.wait(lambda: self.has(version), f'as new as {version}')

    def pause(self):
        """As if the machine stood still."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

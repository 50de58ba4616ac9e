"""An edge_service that follows one database."""
import http.client
import os
import socket
import subprocess
import time

from cluster import ROOT

BINARY = ROOT / 'build/edge_service/edge_service'


def free_port():
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class Edge:
    """Ready from `with` on, and ended with it."""

    def __init__(self, cluster, database):
        self.cluster, self.database = cluster, database
        self.port = free_port()

    def __enter__(self):
        settings = {
            'EDGE_UPSTREAM': self.cluster.url('blog_edge', self.database), 'EDGE_BIND': '127.0.0.1',
            'EDGE_STREAMING_PORT': str(self.port), 'EDGE_CONTROL_PORT': str(free_port()), 'EDGE_NODE': self.database,
            'EDGE_JWT_SECRET': 'a-jwt-secret-of-the-benchmark-0123456789', 'EDGE_DRAIN_S': '1',
            'EDGE_LOG_LEVEL': 'warn'}
        self.process = subprocess.Popen([BINARY], env={'PATH': os.environ['PATH'], **settings}, stdout=2)
        try:
            self._await(lambda: self._status('/readyz') == 200, 'ready')
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _status(self, target):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=30)
        try:
            connection.request('GET', target)
            return connection.getresponse().status
        except ConnectionError:
            return None
        finally:
            connection.close()

    def _await(self, met, what):
        deadline = time.monotonic() + 120
        while not met():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f'the edge of {self.database} did not become {what}')
            time.sleep(0.05)

    def catch_up(self):
        """Waits until the edge has applied all that is committed by now."""
        token = self.cluster.run(self.database, 'select pg_current_xact_id()::text')[0][0]
        self._await(lambda: self._status(f'/v1/resources/posts?limit=0&after={token}') == 200, 'up to date')

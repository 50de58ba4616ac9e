"""The edge under test: the real process, and its log of the snapshots that it applied."""
import collections
import http.client
import json
import os
import pathlib
import socket
import subprocess
import threading
import time

from history import Snapshot
from oracle import Wrong

BINARY = pathlib.Path(__file__).resolve().parents[2] / 'build/edge_service/edge_service'
PATIENCE = 30  # seconds that anything may take before the test gives up


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Edge:
    def __init__(self, dbname, probe_ms, poll_ms):
        self.port = free_port()
        self.applied = []  # (version number, snapshot), as logged
        self.news = threading.Condition()
        self.last_lines = collections.deque(maxlen=30)
        settings = {'UPSTREAM': f'postgresql:///{dbname}?host={os.environ["PGHOST"]}&port={os.environ["PGPORT"]}&user={os.environ["PGUSER"]}',
                    'BIND': '127.0.0.1', 'STREAMING_PORT': self.port, 'CONTROL_PORT': free_port(), 'NODE': 'property', 'THREADS': 2,
                    'PROBE_MS': probe_ms, 'POLL_MS': poll_ms, 'HEARTBEAT_S': 1, 'MAX_WAIT_MS': PATIENCE * 1000, 'DRAIN_S': 0, 'LOG_LEVEL': 'debug'}
        self.process = subprocess.Popen([BINARY], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env=dict(os.environ, **{f'EDGE_{name}': str(v) for name, v in settings.items()}))
        self.reader = threading.Thread(target=self.read_log, daemon=True)
        self.reader.start()
        self.await_applied(lambda snapshot: True, 'the first load')
        self.await_ready()

    def read_log(self):
        for line in self.process.stdout:
            if b'"event":"applied"' in line:
                event = json.loads(line)
                with self.news:
                    self.applied.append((int(event['version']), Snapshot(event['snapshot'])))
                    self.news.notify_all()
            elif b'"event":"resource_read"' not in line and b'"event":"duplicate_keys"' not in line:
                self.last_lines.append(line.decode(errors='replace').rstrip())
        with self.news:
            self.news.notify_all()

    def await_applied(self, wanted, what, patience=PATIENCE):
        """Waits until a snapshot was applied that is as wanted."""
        seen = 0

        def there():
            nonlocal seen
            found = any(wanted(snapshot) for _, snapshot in self.applied[seen:])
            seen = len(self.applied)
            return found or self.process.poll() is not None

        with self.news:
            done = self.news.wait_for(there, patience)
        if not done or self.process.poll() is not None:
            raise Wrong(f'the edge did not apply {what} within {patience} s\n' + '\n'.join(self.last_lines))

    def await_ready(self):
        deadline = time.monotonic() + PATIENCE
        while True:
            connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=PATIENCE)
            connection.request('GET', '/readyz')
            status = connection.getresponse().status
            connection.close()
            if status == 200:
                return
            if time.monotonic() > deadline:
                raise AssertionError(f'the edge is not ready: {status}')
            time.sleep(0.01)

    def get(self, path, after=None):
        """(version number, body) of a JSON read."""
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=PATIENCE)
        try:
            return self.get_over(connection, path, after)
        finally:
            connection.close()

    @staticmethod
    def get_over(connection, path, after=None):
        connection.request('GET', path, headers={'Edge-After': after} if after else {})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise AssertionError(f'GET {path}: {answer.status} {body[:500]}')
        return number_of(answer.headers['Edge-Version']), body.decode()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.reader.join()


def number_of(version_id):
    return int(version_id.split('.')[1])

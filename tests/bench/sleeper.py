"""A consumer that is kept asleep: every commit rings for it, and it never pulls."""
import select
import threading
import time

from cluster import rows

LEASE_S = 10


class Sleeper:
    """Asleep from `with` on. Its thread hears the bells, and renews the leases once a second."""

    def __init__(self, cluster, database):
        self.connection = cluster.connect(database, 'blog_edge')
        self.bells = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._hear)

    def __enter__(self):
        rows(self.connection, 'listen edge')
        self._renew()
        if self._renew() != 'asleep':
            raise SystemExit('the consumer does not stay asleep')
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        rows(self.connection, "select edge.release('sleeper')")
        self.connection.close()

    def _renew(self):
        answer = rows(self.connection, "select edge.acknowledge('sleeper', pg_current_snapshot(), %s)", LEASE_S)[0][0]
        if answer == 'awake':
            rows(self.connection, "select edge.fall_asleep('sleeper')")
        return answer

    def _hear(self):
        renewed = time.monotonic()
        while not self.over.is_set():
            select.select([self.connection], [], [], 0.1)
            self.connection.poll()
            if time.monotonic() - renewed > 1:
                self._renew()
                renewed = time.monotonic()
            self.bells += len(self.connection.notifies)
            self.connection.notifies.clear()

"""A small resource beside the posts, written and read all the time: how long others' work keeps its events waiting."""
import re
import socket
import threading
import time

from cluster import rows

INSTALL = """
    create table notes (id int primary key, number int not null);
    grant select, update on notes to blog_web;
    insert into notes values (1, 0);
    select edge.publish('notes', source => 'public.notes', key => 'id')
"""
INTERVAL_S = 0.02


class Notes:
    """Writes and reads from `with` on. Milliseconds from a write's sending until its event; one that is skipped, since
    a later one came at once, counts as seen with that."""

    def __init__(self, cluster, edge):
        self.cluster, self.edge = cluster, edge
        self.sent, self.seen = [], []

    def __enter__(self):
        self.stream = socket.create_connection(('127.0.0.1', self.edge.port), timeout=0.1)
        self.stream.sendall(b'GET /v1/streams/notes HTTP/1.1\r\nHost: bench\r\n\r\n')
        self.first = 1 + self.cluster.run(self.edge.database, 'select number from notes')[0][0]
        self.ending = False
        self.threads = [threading.Thread(target=one) for one in (self._write, self._read)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ending = True
        for thread in self.threads:
            thread.join()
        self.stream.close()

    def delays(self):
        """After the end."""
        return [(seen - sent) * 1000 for sent, seen in zip(self.sent, self.seen)]

    def _write(self):
        connection = self.cluster.connect(self.edge.database, 'blog_web')
        while not self.ending:
            self.sent.append(time.monotonic())
            rows(connection, 'update notes set number = number + 1')
            time.sleep(INTERVAL_S)
        connection.close()

    def _read(self):
        text = b''
        deadline = None
        while not self.ending or len(self.seen) < len(self.sent):
            deadline = deadline or (self.ending and time.monotonic() + 30)
            if deadline and time.monotonic() > deadline:
                raise SystemExit('an event of the notes did not come')
            try:
                text = text[-64:] + self.stream.recv(65536)
            except TimeoutError:
                continue
            now = time.monotonic()
            newest = max(map(int, re.findall(rb'"number":(\d+)}', text)), default=0)
            self.seen += [now] * (newest - self.first + 1 - len(self.seen))

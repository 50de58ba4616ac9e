"""Many event streams, open and drained by a thread."""
import resource
import selectors
import socket
import threading


def allow(count):
    """So many descriptors for this process, and for those that it starts from now on."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < count:
        raise SystemExit(f'the benchmark needs {count} descriptors: ulimit -Hn says {most}')
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Streams:
    """Of one edge. Each is open once its first bytes are there."""

    def __init__(self, edge):
        self.edge = edge
        self.selector = selectors.DefaultSelector()
        self.sockets = []

    def __enter__(self):
        self.ending = False
        self.thread = threading.Thread(target=self._drain)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending = True
        self.thread.join()
        for one in self.sockets:
            one.close()
        self.selector.close()

    def open(self, target):
        opened = socket.create_connection(('127.0.0.1', self.edge.port), timeout=60)
        self.sockets.append(opened)
        opened.sendall(f'GET {target} HTTP/1.1\r\nHost: bench\r\nAccept: text/event-stream\r\n\r\n'.encode())
        if not opened.recv(65536).startswith(b'HTTP/1.1 200'):
            raise SystemExit(f'the edge {self.edge.name} does not open {target}')
        opened.setblocking(False)
        self.selector.register(opened, selectors.EVENT_READ)

    def _drain(self):
        while not self.ending:
            for key, _ in self.selector.select(0.1):
                if not key.fileobj.recv(1 << 20):
                    self.selector.unregister(key.fileobj)  # ended by the edge

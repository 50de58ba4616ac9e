"""Readers: event streams of every window, and JSON reads of random ones, while the data change.

All that came is kept, to be judged afterwards.
"""
import http.client
import json
import selectors
import socket
import threading
import time
from typing import NamedTuple

from edge import PATIENCE, number_of

DECODER = json.JSONDecoder()
SAMPLE_EVERY = 0.02  # seconds from one JSON read to the next


class Frame(NamedTuple):
    event: str
    number: int     # of the version
    entries: list   # [(key, value)] as JSON texts; value None: the entry left


class Stream:
    """What came over one connection."""

    def __init__(self, window, port):
        self.window = window
        self.received = bytearray()
        self.socket = socket.create_connection(('127.0.0.1', port), PATIENCE)
        self.socket.sendall(f'GET {window.path()} HTTP/1.1\r\nHost: edge\r\nAccept: text/event-stream\r\n\r\n'.encode())
        self.socket.setblocking(False)

    def receive(self):
        """False at the end."""
        data = self.socket.recv(1 << 20)
        self.received += data
        return bool(data)

    def newest(self):
        """The version number of the last frame that came wholly; None before the first."""
        if len(self.received) > 16 and not self.received.startswith(b'HTTP/1.1 200 '):
            raise AssertionError(f'{self.window.path()}: {bytes(self.received[:1000])}')
        whole = self.received.rfind(b'\n\n')
        begin = self.received.rfind(b'\nid: ', 0, max(whole, 0))
        return number_of(self.received[begin:self.received.find(b'\n', begin + 1)].decode()) if begin >= 0 else None


def frames_of(received):
    head, _, body = received.partition(b'\r\n\r\n')
    assert head.startswith(b'HTTP/1.1 200 '), received[:500]
    blocks = body.decode().split('\n\n')[:-1]  # what is not ended has not come yet
    return [frame_of(b) for b in blocks if 'data: ' in b]


def frame_of(block):
    fields = [line.partition(': ')[::2] for line in block.split('\n')]
    data = '\n'.join(v for name, v in fields if name == 'data')
    named = dict(fields)
    if named['event'] not in ('init', 'update'):
        return Frame(named['event'], number_of(named['id']) if 'id' in named else None, [])
    return Frame(named['event'], number_of(named['id']), list(pairs(data)))


def pairs(text):
    """The entries of `[[key,[value]],[key,[]],…]`, as the very texts that stand there."""
    at = 1
    while text[at] != ']':
        at += text[at] == ','
        key_end = DECODER.raw_decode(text, at + 1)[1]
        key = text[at + 1:key_end]
        assert text[key_end:key_end + 2] == ',[', f'no pair: {text[at:at + 200]}'
        at = key_end + 2
        value = None
        if text[at] != ']':
            value_end = DECODER.raw_decode(text, at)[1]
            value, at = text[at:value_end], value_end
        assert text[at:at + 2] == ']]', f'no pair: {text[at:at + 200]}'
        yield key, value
        at += 2
    assert at == len(text) - 1, f'something stands behind the entries: {text[at:at + 200]}'


class Readers:
    """Reads all streams in one thread, and samples in another, until stopped."""

    def __init__(self, edge, windows, chance):
        self.edge, self.chance = edge, chance
        self.stopping = threading.Event()
        self.streams = [Stream(w, edge.port) for w in windows]
        self.samples = []  # (window, version number, body)
        self.failures = []
        self.threads = [threading.Thread(target=self.guarded, args=[work], daemon=True) for work in (self.read, self.sample)]
        for thread in self.threads:
            thread.start()

    def guarded(self, work):
        try:
            work()
        except Exception as error:  # told by check()
            self.failures.append(error)

    def read(self):
        with selectors.DefaultSelector() as selector:
            for stream in self.streams:
                selector.register(stream.socket, selectors.EVENT_READ, stream)
            while not self.stopping.is_set():
                for key, _ in selector.select(0.1):
                    if not key.data.receive():
                        raise AssertionError(f'the stream of {key.data.window.path()} ended: {bytes(key.data.received[-300:])}')

    def sample(self):
        windows = [s.window for s in self.streams if s.window.key is None]
        connection = http.client.HTTPConnection('127.0.0.1', self.edge.port, timeout=PATIENCE)
        while not self.stopping.wait(SAMPLE_EVERY):
            window = self.chance.choice(windows)
            self.samples.append((window, *self.edge.get_over(connection, window.path())))
        connection.close()

    def check(self):
        if self.failures:
            raise self.failures[0]

    def await_version(self, number):
        """Until every stream has told, by a frame or a heartbeat, that it is at the version."""
        deadline = time.monotonic() + PATIENCE
        waiting = self.streams
        while waiting := [s for s in waiting if (s.newest() or 0) < number]:
            self.check()
            if time.monotonic() > deadline:
                raise AssertionError(f'{waiting[0].window.path()} did not reach version {number}: {bytes(waiting[0].received[-1000:])}')
            time.sleep(0.02)

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        for stream in self.streams:
            stream.socket.close()
        self.check()

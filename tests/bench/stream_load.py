"""Streams on one server and what is published to them: bench_stream_load, and what it says."""
import json
import subprocess

import pinned
from cluster import ROOT

BINARY = ROOT / 'build/tests/bench_stream_load'


class StreamLoad:
    """Its streams are open from `with` on, and closed with it."""

    def __init__(self, broadcaster, streams, rate, seconds, frame=300, slow=0, publishers=1, warm_up=0.1,
                 spin=False):
        count = int(rate * seconds)
        publication = broadcaster.publication(frame)
        self.words = [
            BINARY, '--streams', streams + slow, '--slow', slow, '--url', broadcaster.stream_url,
            '--publish', publication.url, '--method', publication.method, '--body', publication.body,
            '--type', 'application/json', '--rate', rate, '--count', count, '--uncounted', int(warm_up * count),
            '--publishers', publishers, *(['--spin'] if spin else [])]

    def __enter__(self):
        self.process = subprocess.Popen(pinned.command(pinned.LOAD, *self.words), stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        if self._line() != 'open\n':
            self.__exit__()
            raise SystemExit('the streams did not open')
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()

    def _line(self):
        return self.process.stdout.readline()

    def _go(self):
        self.process.stdin.write('\n')
        self.process.stdin.flush()
        line = self._line()
        if not line:
            raise SystemExit('the load tool has failed')
        return json.loads(line)

    publish = _go  # what came of it
    read_on = _go  # of each slow subscriber, once published

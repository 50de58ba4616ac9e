"""Children that run on one core and end with us: servers on the first, load on the last."""
import os
import socket
import subprocess
import time

import cpu

SERVER, LOAD = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))
PATIENCE_S = 20


def command(core, *words):
    """The same command on that core. It is told to end when the thread that starts it does."""
    return ['setpriv', '--pdeathsig', 'TERM', 'taskset', '--cpu-list', str(core), *map(str, words)]


def share_cores():
    """From now on servers and load are on the cores of both."""
    global SERVER, LOAD
    SERVER = LOAD = f'{SERVER},{LOAD}'


class Server:
    """A server of one command, in the foreground. It answers at its port from `with` on, and has ended with it."""

    def __init__(self, name, port, *words, **options):
        self.name, self.port = name, port
        self.words, self.options = words, options  # the latter of subprocess.Popen

    def __enter__(self):
        options = {'stdin': subprocess.DEVNULL, 'stdout': 2, **self.options}
        self.process = subprocess.Popen(command(SERVER, *self.words), **options)
        try:
            self._await_port()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _await_port(self):
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return socket.create_connection(('127.0.0.1', self.port), timeout=1).close()
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f'{self.name} does not answer') from None
            time.sleep(0.01)

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_seconds(self):
        """Of the process and its children."""
        return cpu.of_tree(self.process.pid)

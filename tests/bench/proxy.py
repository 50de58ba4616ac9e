"""The suite's own HAProxy in front of followers, with a certificate of its own making."""
import http.client
import os
import ssl
import subprocess
import tempfile
import time

import cpu
from cluster import ROOT
from edge import free_port


class Proxy:
    """As reverse_proxy/serve starts it in distributed mode. Neither web service nor page are behind it."""

    def __init__(self, followers):
        self.followers = followers
        self.port = free_port()

    def __enter__(self):
        self.place = tempfile.TemporaryDirectory(prefix='edge-bench-')
        secrets = f'{self.place.name}/secrets'
        subprocess.run([ROOT / '.ci/secrets', secrets], check=True)
        alive = f'127.0.0.1:{self.followers[0].port}'  # answers the checks of web service and page
        self.process = subprocess.Popen([ROOT / 'reverse_proxy/serve'], stdout=subprocess.DEVNULL, env={
            'PATH': f'{os.environ["PATH"]}:/usr/sbin', 'PUBLIC_BIND': '127.0.0.1', 'HTTP_PORT': str(free_port()),
            'HTTPS_PORT': str(self.port), 'PUBLIC_HTTPS_PORT': str(self.port), 'STATS_PORT': str(free_port()),
            'TLS_CERTIFICATE': f'{secrets}/tls.pem', 'WEB_ADDRESS': alive, 'WWW_ADDRESS': alive,
            'FOLLOWERS': ' '.join(f'127.0.0.1:{follower.port}' for follower in self.followers)})
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.place.cleanup()

    def _wait(self):
        deadline = time.monotonic() + 20
        while not self._serves():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit('the proxy did not become ready')
            time.sleep(0.05)

    def _serves(self):
        trusting = ssl._create_unverified_context()  # pylint: disable=protected-access
        connection = http.client.HTTPSConnection('127.0.0.1', self.port, timeout=5, context=trusting)
        try:
            connection.request('GET', '/api/posts?limit=0')
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def url(self, target):
        return f'https://127.0.0.1:{self.port}{target}'

    def cpu_seconds(self):
        return cpu.of_process(self.process.pid)

"""Other servers of cached answers, each with the least configuration that lets it be fast, on the servers' core."""
import contextlib
import functools
import http.server
import pathlib
import subprocess
import threading

import readings
from edge import free_port
from pinned import Server

NGINX = """
daemon off;
worker_processes 1;
pid {place}/{port}.pid;
error_log stderr error;
events {{ worker_connections 512; }}
http {{
  access_log off;
  default_type application/json;
  keepalive_requests 1000000000;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=16;
  client_body_temp_path {place}/temporary;
  fastcgi_temp_path {place}/temporary;
  uwsgi_temp_path {place}/temporary;
  scgi_temp_path {place}/temporary;
  proxy_temp_path {place}/temporary;
  proxy_cache_path {place}/cached keys_zone=answers:1m;
  server {{
    listen 127.0.0.1:{port};
    {answers}
  }}
}}
"""
NGINX_STATIC = 'root {place}/files;'
NGINX_PROXY = 'location / {{ proxy_pass http://127.0.0.1:{origin}; proxy_cache answers; proxy_cache_valid 1d; }}'

HAPROXY = """
global
  nbthread 1
cache answers
  total-max-size 16
  max-object-size 65536
  max-age 86400
defaults
  mode http
  timeout client 1h
  timeout connect 5s
  timeout server 5s
frontend readers
  bind 127.0.0.1:{port}
  http-request cache-use answers
  http-response cache-store answers
  default_backend origin
backend origin
  server origin 127.0.0.1:{origin}
"""

VARNISH = """
vcl 4.1;
backend origin {{ .host = "127.0.0.1"; .port = "{origin}"; }}
"""


class Origin(http.server.SimpleHTTPRequestHandler):
    """Where caches have their answers from."""

    def end_headers(self):
        self.send_header('Cache-Control', 'max-age=86400')
        super().end_headers()

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def running(place, bodies):
    """The peers. `bodies`, by name: each has cached them all, and the origin is gone, so whatever is no hit fails."""
    files = pathlib.Path(place) / 'files'
    files.mkdir()
    for name, body in bodies.items():
        (files / name).write_bytes(body)
    with contextlib.ExitStack() as ends:
        with _origin(files) as origin:
            peers = [ends.enter_context(peer) for peer in _peers(place, origin)]
            for peer in peers:
                for name, body in bodies.items():
                    for _ in 'miss', 'hit':
                        if readings.answer(peer.port, f'/{name}', {})[1] != body:
                            raise SystemExit(f'{peer.name} answers something else')
        yield peers


@contextlib.contextmanager
def _origin(files):
    with http.server.ThreadingHTTPServer(
            ('127.0.0.1', 0), functools.partial(Origin, directory=files)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def _peers(place, origin):
    def configured(name, text, *words, **options):
        port = free_port()
        path = f'{place}/{port}.conf'
        values = {'place': place, 'port': port, 'origin': origin}
        pathlib.Path(path).write_text(text.format(**values), encoding='utf-8')
        return Server(name, port, *(word.format(path=path, **values) for word in words), **options)

    def nginx(name, answers):
        return configured(name, NGINX.replace('{answers}', answers), 'nginx', '-p', '{place}', '-c', '{path}')

    return [
        nginx('nginx, a file', NGINX_STATIC),
        nginx('nginx, its cache', NGINX_PROXY),
        configured('HAProxy, its cache', HAPROXY, 'haproxy', '-db', '-f', '{path}'),
        configured('Varnish', VARNISH, 'varnishd', '-F', '-j', 'none', '-f', '{path}', '-a', '127.0.0.1:{port}',
                   '-n', '{place}/varnish', '-s', 'malloc,64m', '-p', 'thread_pools=1',
                   stderr=subprocess.DEVNULL)]  # where it tells each of its steps

"""What sends one event to many streams: the edge, a floor, and peers with as little configuration as they need."""
import collections
import contextlib
import pathlib
import re
import sys
import tempfile

import cpu
import pinned
from cluster import ROOT
from edge import Edge, free_port

HERE = pathlib.Path(__file__).parent
PROGRAMS = ROOT / 'build/tests'
STAMP = 32  # characters, bench_stream_load's

Publication = collections.namedtuple('Publication', 'method url body')


def padded(before, after, frame, around):
    """A body with the stamp, of which comes a frame of so many bytes where `around` are the server's own."""
    pad = frame - around - len(before) - len(after) - STAMP
    return before + '{stamp}' + '.' * max(pad, 0) + after


class Broadcaster(contextlib.ExitStack):
    """Runs from `with` on. Its processes are on one core."""
    name = None
    publish_target = stream_target = '/'
    method = 'POST'

    def __enter__(self):
        super().__enter__()
        try:
            self.folder = self.enter_context(tempfile.TemporaryDirectory(prefix='edge-bench-'))
            self.port = self.publish_port = free_port()
            self.root = self.start()
        except BaseException:
            self.close()
            raise
        return self

    def start(self):
        """The process that is the server, or the parent of all that are."""
        raise NotImplementedError

    def run(self, *words, **options):
        server = pinned.Server(self.name, self.port, *words, cwd=self.folder, **options)
        return self.enter_context(server).process.pid

    @property
    def stream_url(self):
        return f'http://127.0.0.1:{self.port}{self.stream_target}'

    def publication(self, frame):
        return Publication(self.method, f'http://127.0.0.1:{self.publish_port}{self.publish_target}', self.body(frame))

    def body(self, frame):
        return padded('"', '"', frame, len('data: \n\n'))

    def processes(self):
        return cpu.tree(self.root)

    def cpu_seconds(self):
        return sum(map(cpu.run_time, self.processes()))

    def memory_kib(self):
        """Resident, less what is mapped from files; of pages that processes share, each has its part."""
        return sum(map(_resident_kib, self.processes()))


def _resident_kib(pid):
    with open(f'/proc/{pid}/smaps_rollup', encoding='utf-8') as smaps:
        return sum(map(int, re.findall(r'^Pss_(?:Anon|Shmem):\s+(\d+) kB', smaps.read(), re.M)))


class Floor(Broadcaster):
    name = 'floor'

    def start(self):
        return self.run(PROGRAMS / 'bench_floor_broadcaster', self.port)


class EdgeBroadcaster(Broadcaster):
    """One io thread beside the core's, an input of one entry."""
    name = 'edge'
    method = 'PATCH'
    input = 'load'

    def __init__(self, cluster, database, **settings):
        super().__init__()
        self.cluster, self.database = cluster, database
        self.settings = {'EDGE_THREADS': '1', **settings}

    @classmethod
    def prepare(cls, cluster, database):
        cluster.clone(database)
        cluster.run(database, f"select edge.publish_input('{cls.input}', ttl_s => 86400)", role='blog_owner')

    def start(self):
        node = self.enter_context(Edge(self.cluster, self.database, core=pinned.SERVER, **self.settings))
        self.port, self.publish_port = node.port, node.control_port
        self.stream_target, self.publish_target = f'/v1/streams/{self.input}', f'/v1/inputs/{self.input}'
        return node.process.pid

    def body(self, frame):
        return padded('[["state",["', '"]]]', frame, len('event: update\nid: 0123456789abcdef.1000.0123456789abcdef\n'
                                                         'data: \n\n'))


class Node(Broadcaster):
    name = 'Node.js, naive'

    def start(self):
        return self.run('node', HERE / 'naive_node.js', self.port)


class Nchan(Broadcaster):
    name = 'nchan'
    stream_target, publish_target = '/sub', '/pub'

    CONF = """
        load_module {modules}/ngx_nchan_module.so;
        user root;
        daemon off;
        pid {folder}/pid;
        error_log stderr error;
        worker_processes 1;
        worker_rlimit_nofile 20000;
        events {{ worker_connections 19000; }}
        http {{
          access_log off;
          keepalive_requests 1000000;
          client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
          uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
          server {{
            listen 127.0.0.1:{port} backlog=4096;
            location /sub {{ nchan_subscriber eventsource; nchan_channel_id load; }}
            location /pub {{ nchan_publisher; nchan_channel_id load; }}
          }}
        }}"""

    def start(self):
        conf = pathlib.Path(self.folder, 'nginx.conf')
        conf.write_text(self.CONF.format(modules='/usr/lib/nginx/modules', folder=self.folder, port=self.port),
                        encoding='utf-8')
        return self.run('nginx', '-c', conf)

    def body(self, frame):
        return padded('"', '"', frame, len('id: 1700000000:0\ndata: \n\n'))


class Pushpin(Broadcaster):
    """Its backend is asked once for each stream, and runs on the load's core."""
    name = 'Pushpin'
    publish_target = '/publish/'

    CONF = """
        [global]
        include={{libdir}}/internal.conf
        rundir={folder}/run
        [runner]
        services=condure,zurl,pushpin-proxy,pushpin-handler
        http_port=127.0.0.1:{port}
        logdir={folder}/log
        log_level=0
        client_buffer_size=8192
        client_maxconn=20000
        [proxy]
        routesfile={folder}/routes
        zurl_out_specs=ipc://{folder}/run/pushpin-zurl-in
        zurl_out_stream_specs=ipc://{folder}/run/pushpin-zurl-in-stream
        zurl_in_specs=ipc://{folder}/run/pushpin-zurl-out
        [handler]
        push_in_http_addr=127.0.0.1
        push_in_http_port={publish_port}
        push_in_spec=ipc://{folder}/run/push-in
        push_in_sub_specs=ipc://{folder}/run/push-in-sub
        command_spec=ipc://{folder}/run/command
        message_rate=10000000
        message_hwm=10000000
        """

    def start(self):
        self.publish_port, backend = free_port(), free_port()
        folder = pathlib.Path(self.folder)
        for name in ('run', 'log'):
            (folder / name).mkdir()
        conf = self.CONF.format(folder=folder, port=self.port, publish_port=self.publish_port)
        (folder / 'pushpin.conf').write_text(re.sub(r'^ +', '', conf, flags=re.M), encoding='utf-8')
        (folder / 'routes').write_text(f'* 127.0.0.1:{backend}\n', encoding='utf-8')
        self.enter_context(pinned.Server('the backend', backend, sys.executable, HERE / 'grip_backend.py', backend))
        return self.run('pushpin', '--config', folder / 'pushpin.conf')

    def body(self, frame):
        return padded('{"items":[{"channel":"load","formats":{"http-stream":{"content":"data: ', '\\n\\n"}}}]}',
                      frame + len('{"items":[{"channel":"load","formats":{"http-stream":{"content":"\\n\\n"}}}]}'), 0)


PEERS = [Nchan, Pushpin, Node]

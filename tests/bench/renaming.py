"""An author of many posts is given another name, and each of these posts carries it."""
import collections
import socket
import time

import notes
from cluster import rows
from figures import percentile

# Seconds of the UPDATE with its commit, and from there until a reader has the name; versions made; MiB above what was
# resident before; CPU seconds of the edge; milliseconds that events of another resource took, p99 before and at most
# during it.
Renaming = collections.namedtuple('Renaming', 'commit shown versions peak cpu usual delayed')


def measure(cluster, edge, number):
    name = f'renamed {number}'
    with socket.create_connection(('127.0.0.1', edge.port), timeout=60) as stream:
        stream.sendall(b'GET /v1/streams/posts?author_id=1&limit=1 HTTP/1.1\r\nHost: bench\r\n\r\n')
        stream.recv(65536)
        quiet = _rename(cluster, edge, stream, name)
    with notes.Notes(cluster, edge) as beside:
        time.sleep(2)
        usual = len(beside.seen)
        cluster.run(edge.database, "update users set username = 'user1' where id = 1", role='blog_web')
        edge.catch_up()
    delays = beside.delays()
    return Renaming(*quiet, percentile(delays[:usual], 0.99), max(delays[usual:]))


def _rename(cluster, edge, stream, name):
    edge.forget_peak()
    resident, version, cpu = edge.resident_mib(), edge.version(), edge.cpu_seconds()
    connection = cluster.connect(edge.database, 'blog_web')
    began = time.monotonic()
    rows(connection, 'update users set username = %s where id = 1', name)
    committed = time.monotonic()
    connection.close()
    text = ''
    while name not in text:
        text += stream.recv(65536).decode()
    shown = time.monotonic()
    edge.catch_up()
    return (committed - began, shown - committed, edge.version()[1] - version[1],
            edge.resident_mib('VmHWM') - resident, edge.cpu_seconds() - cpu)

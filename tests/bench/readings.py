"""What `reads` asks for: windows of 2 KiB and 32 KiB, and single entries, of a resource with very many."""
import collections
import socket

import prose

SMALL, LARGE = 8, 128  # entries of 255 bytes
ALL = '/v1/resources/readings'

# Places are of five letters, so that all entries are equally long.
FILL = f"""
    select edge.unpublish('posts'), edge.unpublish('my_posts');
    create table readings (id bigint primary key, place text not null, text text not null);
    insert into readings
      select i, case when i <= {SMALL} then 'small' when i <= {SMALL + LARGE} then 'large' else 'other' end,
             left({prose.content('i')}, 222 - length(i::text))
      from generate_series(1, {{entries}}) as i;
    create view published_readings as select * from readings;
    select edge.publish('readings', source => 'published_readings', key => 'id', sort => 'id',
                        filters => '{{{{place}}}}')
"""


class Question(collections.namedtuple('Question', 'name target headers status asked example peer')):
    """`asked`: arguments of load.lua; `example`: one of the targets that these lead to; `peer`: what others call it."""

    @property
    def pipelined(self):
        return bool(self.asked) and self.asked[0] > 1


def fill(cluster, database, entries):
    cluster.clone(database)
    cluster.run(database, FILL.format(entries=entries), role='blog_owner')
    cluster.run(database, 'vacuum analyze')


def questions(port, entries):
    def question(name, target, headers=None, status=200, asked=(), example=None, peer=None):
        return Question(name, target, headers or {}, status, asked, example or target, peer)

    small, large = f'{ALL}?place=small', f'{ALL}?place=large'
    gzip = {'Accept-Encoding': 'gzip'}
    first = entries // 10  # from here on all keys have the same number of digits
    middle = f'{ALL}/{entries // 2}'

    def at_random(count):
        asked = (1, first, (entries - first) // count, count)
        return question(f'{count:,} entries of {entries:,}, at random', ALL, asked=asked, example=middle)

    return [
        question('2 KiB', small, peer='small'),
        question('32 KiB', large, peer='large'),
        question('2 KiB, 304', small, {'If-None-Match': etag(port, small)}, 304),
        question('2 KiB, gzip', small, gzip),
        question('32 KiB, gzip', large, gzip),
        question('2 KiB, 16 pipelined', small, asked=(16,)),
        question(f'an entry of {entries:,}', middle),
        at_random(1000),
        at_random(entries - first)]


def etag(port, target):
    head, _ = answer(port, target, {})
    return next(line.partition(': ')[2] for line in head.decode().splitlines() if line.lower().startswith('etag:'))


def answer(port, target, headers, status=200):
    """Head and body as they come over the wire. Host as wrk says it: caches tell answers apart by it."""
    fields = ''.join(f'{name}: {value}\r\n' for name, value in {'Host': f'127.0.0.1:{port}', **headers}.items())
    with socket.create_connection(('127.0.0.1', port), timeout=30) as connection:
        connection.sendall(f'GET {target} HTTP/1.1\r\n{fields}\r\n'.encode())
        stream = connection.makefile('rb')
        head, length = b'', 0
        while not head.endswith(b'\r\n\r\n'):
            line = stream.readline()
            if not line:
                raise SystemExit(f'{target}: no answer')
            name, _, value = line.partition(b':')
            if name.lower() == b'content-length':
                length = int(value)
            head += line
        body = stream.read(0 if status == 304 else length)
    if int(head.split()[1]) != status:
        raise SystemExit(f'{target}: {head.decode()}')
    return head, body

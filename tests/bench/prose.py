"""Texts for what is sent between nodes: as compressible as prose (zstd halves them), and as long as a post's."""

import hashlib

WORDS = 8  # of 33 characters
INPUT = 'readings'


def content(number):
    """SQL of a text that is another one for each value of the SQL expression `number`."""
    return '(' + " || ' ' || ".join(f"md5({number} || '{word}')" for word in 'abcdefgh'[:WORDS]) + ')'


def text(seed):
    """The same without a database."""
    return ' '.join(hashlib.md5(f'{seed} {word}'.encode()).hexdigest() for word in range(WORDS))


def one_row_update(posts):
    """A pgbench script: another text for a random one of so many posts."""
    return (f'\\set id random(1, {posts})\n\\set n random(1, 1000000000)\n'
            f"update posts set title = 'title ' || :n, content = {content(':n::text')} where id = :id;\n")


def update_of(first, count, number):
    """Another text for each of `count` posts."""
    return (f"update posts set title = 'bulk {number}, post ' || id, content = {content(f'id::text || {number}')} "
            f'where id between {first} and {first + count - 1}')


def alone(cluster, database):
    """A clone in which a post is one entry, so that entries and rows can be compared; with an input beside."""
    cluster.clone(database)
    cluster.run(database, f"select edge.unpublish('my_posts'), edge.publish_input('{INPUT}', ttl_s => 86400)",
                role='blog_owner')
    cluster.run(database, 'vacuum analyze')


def fill_up(cluster, database, posts, author='1 + i % 1000'):
    """More of them, up to so many. `author`: SQL of their `i`."""
    cluster.run(database, f"""
        set session_replication_role = replica;  -- nothing is stamped or journaled
        insert into posts (author_id, title, content, status, published_at)
          select {author}, 'post ' || i, {content('i')}, 'published', now() - i * interval '1 s'
          from generate_series((select count(*) from posts) + 1, {posts}) as i;
        insert into post_tags (post_id, tag_id) select p.id, 1 + (p.id + t * 7) % 50
          from posts p, generate_series(1, 2) as t on conflict do nothing""")
    cluster.run(database, 'vacuum analyze')


def plain_bytes(cluster, database):
    """Of an entry's JSON, on average."""
    return float(cluster.run(database, 'select avg(octet_length(to_json(x)::text)) from published_posts x '
                                       'where id % 100 = 1')[0][0])

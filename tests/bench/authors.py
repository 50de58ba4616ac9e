"""Posts of many authors: the first wrote a tenth of all, the last ones; the others take turns in writing the rest."""
import prose

AUTHORS = 10_000
OTHERS = AUTHORS - 1  # from the second on
SHOWN = 9  # of an author's newest posts, so many are changed: each is in a window of the default limit
POST = OTHERS  # the second author's, for a probe: below it is not changed


def fill(cluster, database, posts):
    cluster.run(database, """
        insert into users (username, email, password_hash)
          select 'user' || i, 'user' || i || '@bench.example', '$argon2id$none'
          from generate_series((select count(*) from users) + 1, %s) as i""", AUTHORS)
    prose.fill_up(cluster, database, posts, f'case when i > {posts * 9 // 10} then 1 else 2 + i % {OTHERS} end')


def one_row_update(authors):
    """A pgbench script: another title for one of the newest posts of one of so many authors, from the third on."""
    return (f'\\set turn random(0, {SHOWN - 1})\n\\set author random(1, {authors})\n\\set n random(1, 1000000000)\n'
            f"update posts set title = 'title ' || :n where id = {OTHERS} * :turn + :author;\n")


def window_of(number):
    """The target of the stream of the number-th of the others."""
    return f'/v1/streams/posts?author_id={2 + number}'

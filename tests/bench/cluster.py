"""A PostgreSQL cluster of the benchmark's own, with the blog installed and filled."""
import glob
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import psycopg2

import cpu

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Nothing of the server's own housekeeping falls into a measurement: between them we vacuum ourselves. What a commit
# waits for is as in production.
SETTINGS = {
    'listen_addresses': '', 'shared_buffers': '512MB', 'max_connections': '60', 'fsync': 'on',
    'synchronous_commit': 'on', 'max_wal_size': '16GB', 'checkpoint_timeout': '1h', 'autovacuum': 'off',
}

FILL = """
    set session_replication_role = replica;  -- nothing is stamped or journaled
    insert into users (username, email, password_hash)
      select 'user' || i, 'user' || i || '@bench.example', '$argon2id$none' from generate_series(1, 1000) as i;
    insert into posts (author_id, title, content, status, published_at)
      select 1 + i % 1000, 'post ' || i, {content}, 'published', now() - i * interval '1 s'
      from generate_series(1, {posts}) as i;
    insert into tags (name) select 'tag' || i from generate_series(1, 50) as i;
    insert into post_tags (post_id, tag_id)
      select p, 1 + (p + t * 7) % 50 from generate_series(1, {posts}) as p, generate_series(1, 2) as t;
    reset session_replication_role
"""


def default_bindir():
    found = glob.glob('/usr/lib/postgresql/*/bin/initdb')
    if not found:
        raise SystemExit('no PostgreSQL server found: install postgresql, or set PG_BINDIR to the folder of initdb')
    return os.path.dirname(max(found, key=lambda path: int(re.search(r'postgresql/(\d+)', path)[1])))


class Cluster:
    """Runs from `with` on, and is gone with it. Its socket is in its own folder."""

    def __init__(self):
        self.bindir = os.environ.get('PG_BINDIR') or default_bindir()

    def __enter__(self):
        self.place = tempfile.mkdtemp(prefix='edge-bench-')
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self):
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(self.place, 'postgres')
        self._server('initdb', '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8')
        with open(f'{self.place}/data/postgresql.conf', 'a', encoding='utf-8') as conf:
            conf.write(f"unix_socket_directories = '{self.place}'\n")
            conf.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
        self._server('pg_ctl', '-l', f'{self.place}/log', '-w', '-s', 'start')

    def __exit__(self, *_):
        if os.path.exists(f'{self.place}/data/postmaster.pid'):
            self._server('pg_ctl', '-m', 'immediate', '-w', '-s', 'stop')
        shutil.rmtree(self.place)

    def _server(self, program, *arguments):
        as_postgres = ['runuser', '-u', 'postgres', '--'] if os.geteuid() == 0 else []
        subprocess.run([*as_postgres, f'{self.bindir}/{program}', '-D', f'{self.place}/data', *arguments],
                       check=True, stdout=subprocess.DEVNULL, cwd=self.place)

    def cpu_seconds(self):
        with open(f'{self.place}/data/postmaster.pid', encoding='utf-8') as file:
            return cpu.of_tree(int(file.readline()))

    def install(self, posts, content="repeat('words of a post, ', 15)"):
        """The blog as an installation makes it, with so many posts, ready to be cloned. `content`: SQL of their `i`."""
        self._psql('postgres', 'postgres', 'roles.sql')
        for script in ('edge.sql', 'schema.sql', 'resources.sql'):
            self._psql('blog_owner', 'blog', script)
        self.run('blog', FILL.format(posts=posts, content=content))
        self.run('blog', 'vacuum analyze')

    def _psql(self, role, database, script):
        subprocess.run(['psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', self.url(role, database),
                        '-f', str(ROOT / 'db' / script)], check=True, stdout=subprocess.DEVNULL)

    def clone(self, database):
        self.run('postgres', f'create database {database} template blog owner blog_owner')

    def url(self, role, database):
        return f'postgresql://{role}@/{database}?host={self.place}'

    def connect(self, database, role='postgres'):
        connection = psycopg2.connect(self.url(role, database))
        connection.autocommit = True
        return connection

    def run(self, database, statements, *values, role='postgres'):
        """Rows of the last statement, if it has any, on a connection of its own."""
        connection = self.connect(database, role)
        try:
            return rows(connection, statements, *values)
        finally:
            connection.close()


def rows(connection, statements, *values):
    with connection.cursor() as cursor:
        cursor.execute(statements, values or None)
        return cursor.fetchall() if cursor.description else []

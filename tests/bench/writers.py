"""The load: one-row updates by pgbench, and one statement over all posts."""
import os
import re
import subprocess
import tempfile
import time

from cluster import rows

HOT_POSTS = 10_000  # of these pgbench updates one at random; those behind are the probe's
UPDATE = f"""\\set id random(1, {HOT_POSTS})
\\set n random(1, 1000000000)
update posts set title = 'title ' || :n, content = repeat('word :n ', 20) where id = :id;
"""


def command(clients, threads, seconds, rate=None):
    """As the report shows it; the server and the database are in the environment."""
    limit = f' -R {rate}' if rate else ''
    return f'pgbench -n -c {clients} -j {threads} -T {seconds}{limit} -f update.sql'.split()


class OneRowUpdates:
    """So many clients, without a pause or together `rate` a second. Started by `with`, counted by result()."""

    def __init__(self, cluster, database, clients, seconds, rate=None, script=UPDATE):
        self.cluster, self.clients, self.seconds, self.rate = cluster, clients, seconds, rate
        self.database, self.script = database, script

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='edge-bench-')
        with open(f'{self.folder.name}/update.sql', 'w', encoding='utf-8') as script:
            script.write(self.script)
        program, *arguments = command(self.clients, min(self.clients, 2), self.seconds, self.rate)
        self.process = subprocess.Popen(
            [f'{self.cluster.bindir}/{program}', *arguments], cwd=self.folder.name, text=True,
            env={**os.environ, 'PGHOST': self.cluster.place, 'PGUSER': 'blog_web', 'PGDATABASE': self.database},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return self

    def __exit__(self, *_):
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()
        self.folder.cleanup()

    def result(self):
        """Updates per second, and how much of one core pgbench took for itself."""
        before = os.times()
        output, errors = self.process.communicate()
        after = os.times()
        found = re.search(r'tps = ([\d.]+)', output)
        if self.process.returncode or not found:
            raise SystemExit(f'pgbench failed: {errors}')
        taken = after.children_user + after.children_system - before.children_user - before.children_system
        return float(found[1]), taken / self.seconds


def update_all(cluster, database, number):
    """Seconds that one UPDATE of every post takes, its commit included."""
    connection = cluster.connect(database, 'blog_web')
    began = time.monotonic()
    rows(connection, 'update posts set title = %s || id', f'bulk {number}, post ')
    taken = time.monotonic() - began
    connection.close()
    return taken

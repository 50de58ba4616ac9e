"""How long after a write its event arrives: bench_latency, and what it says."""
import collections
import subprocess

from cluster import ROOT

BINARY = ROOT / 'build/tests/bench_latency'
POST = 10_001  # behind those that pgbench updates

# Milliseconds, in the order of the writes. sent: from the statement's sending on; answered: from the moment on at
# which the writer knew of the commit (below zero: the event was first).
Delays = collections.namedtuple('Delays', 'sent answered')

FLOOR = """
    select edge.unpublish('posts'), edge.unpublish('my_posts');
    create function ring() returns trigger language plpgsql as $$
      begin perform pg_notify('note', new.id::text); return null; end $$;
    create trigger ring after update on posts for each row execute function ring()
"""


def make_floor(cluster):
    """What one would write by hand: the same posts, but with a trigger that sends the key to who listens."""
    cluster.clone('floor')
    cluster.run('floor', FLOOR, role='blog_owner')


def course_of_edge(cluster, edge, post=POST):
    return ['edge', cluster.url('blog_web', edge.database), str(post), edge.url(f'/v1/resources/posts/{post}')]


def course_of_floor(cluster):
    return ['floor', cluster.url('blog_web', 'floor'), str(POST)]


def measure(count, interval_ms, *courses):
    """{course: Delays} of `count` writes on each course in turn."""
    arguments = [str(count), str(interval_ms), *(word for course in courses for word in course)]
    done = subprocess.run([BINARY, *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit('the probe did not see what it wrote')
    delays = collections.defaultdict(lambda: Delays([], []))
    for line in done.stdout.splitlines():
        course, sent, answered = line.split()
        delays[course].sent.append(float(sent) / 1000)
        delays[course].answered.append(float(answered) / 1000)
    return delays

"""Under which circumstances writers are measured. Each has a database of its own."""
import contextlib
import time

import cpu
from edge import Edge
from sleeper import Sleeper


class Configuration:
    """`prepare` is SQL, once; `follows`: an edge runs all the time, asleep while others are measured."""

    def __init__(self, name, database, prepare='select', follows=False, sleeps=False):
        self.name, self.database, self.prepare = name, database, prepare
        self.follows, self.sleeps = follows, sleeps
        self.edge = None

    def set_up(self, cluster, ends):
        cluster.clone(self.database)
        cluster.run(self.database, self.prepare, role='blog_owner')
        if self.follows:
            self.edge = ends.enter_context(Edge(cluster, self.database))

    def measured(self, cluster):
        """What must be so while a measurement runs."""
        return Sleeper(cluster, self.database) if self.sleeps else contextlib.nullcontext()

    def settle(self, cluster):
        """Until the last measurement has no consequences for the next; how long an edge took to have it all."""
        began = time.monotonic()
        if self.edge:
            self.edge.catch_up()
        waited = time.monotonic() - began
        cluster.run(self.database, 'vacuum posts')
        cluster.run(self.database, 'vacuum edge.journal')
        return waited

    def cpu_seconds(self, cluster):
        """Of the server and the edge so far."""
        return cluster.cpu_seconds() + (cpu.of_process(self.edge.process.pid) if self.edge else 0)

    def somebody_sleeps(self, cluster):
        return cluster.run(self.database, "select coalesce(pg_sequence_last_value('edge.asleep'), 0) "
                                          ">= extract(epoch from clock_timestamp())")[0][0]


BASE = Configuration('without triggers', 'untriggered', "select edge.unpublish('posts'), edge.unpublish('my_posts')")
# The least that capturing by triggers can cost: the keys that a statement changed, by their transaction.
BARE_TRIGGER = """
    select edge.unpublish('posts'), edge.unpublish('my_posts');
    create unlogged table noted (xid xid8 not null default pg_current_xact_id(), key bigint);
    create index on noted (xid);
    create function note() returns trigger language plpgsql security definer as $$
      begin insert into noted (key) select id from new_rows; return null; end $$;
    create trigger note after update on posts referencing new table as new_rows
      for each statement execute function note()
"""
AWAKE = Configuration('an edge follows, awake', 'awake', follows=True)
CONFIGURATIONS = [
    BASE,
    Configuration('a bare trigger, nobody reads (the floor)', 'bare', BARE_TRIGGER),
    Configuration('no consumer', 'unfollowed'),
    Configuration('a consumer asleep', 'asleep', sleeps=True),
    AWAKE,
    Configuration('an edge follows, bell off', 'silent', 'select edge.configure(bell => false)', follows=True),
]

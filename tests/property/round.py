"""One round: an edge follows a world while sessions change it, in bursts and in quiet times."""
import collections
import random
import time
from typing import NamedTuple

import history
from edge import PATIENCE, Edge
from judge import Record
from oracle import Wrong
from session import Errand, Session, run
from streams import Readers
from support import PULL_SETTINGS, connect, rows, value

SESSIONS = 8
BELL_PATIENCE = 10  # seconds for a change to be applied by its bell alone; the next probe should be farther


class Plan(NamedTuple):
    """How a round goes. With the bell, an edge that sleeps hears of a change by it alone."""
    bell: bool
    bursts: tuple = (80, 80)  # transactions of each session
    quiet: int = 30           # single transactions after each burst
    sessions: type = Session  # or one that changes other things

    def intervals(self):
        return {'probe_ms': 25000, 'poll_ms': 600000} if self.bell else {'probe_ms': 300, 'poll_ms': 20}


class Round:
    def __init__(self, seed, plan, world, pool):
        self.seed, self.plan, self.world, self.pool = seed, plan, world, pool
        self.chance = random.Random(f'{seed} round')
        self.counts = collections.Counter()
        self.sql = connect(world.dbname)

    def play(self):
        """The record of what happened, for the judge."""
        rows(self.sql, 'select edge.configure(bell => %s)', self.plan.bell)
        self.edge = Edge(self.world.dbname, **self.plan.intervals())
        try:
            self.readers = Readers(self.edge, self.world.windows, random.Random(f'{self.seed} reads'))
            for number, transactions in enumerate(self.plan.bursts):
                self.burst(number, transactions)
                self.quiet(number)
            return self.settle()
        finally:
            self.edge.stop()
            self.sql.close()

    def errand(self, name, transactions):
        return Errand(self.plan.sessions, self.world.dbname, f'{self.seed} {name}', self.world.tables, transactions, prepares=not self.plan.bell)

    def burst(self, number, transactions):
        """All sessions at once. Without the bell, the lease lapses now and then: nothing is journaled until it is renewed."""
        errands = [self.errand(f'{number} {session}', transactions) for session in range(SESSIONS)]
        done = self.pool.map_async(run, errands, chunksize=1)
        for _ in range(10 * PATIENCE):
            done.wait(self.chance.uniform(0.2, 2))
            self.readers.check()
            if done.ready():
                break
            if not self.plan.bell:
                rows(self.sql, "select setval('edge.lease', 1), setval('edge.followed', 1)")
        for counts in done.get(timeout=0):
            self.counts.update(counts)

    def quiet(self, number):
        """Single transactions, each awaited, while another is open for long."""
        single, late = (self.plan.sessions(self.errand(f'{number} {name}', 0)) for name in ('single', 'late'))
        late.attempt(late.begin)
        for n in range(self.plan.quiet):
            time.sleep(self.chance.choice([0, 0, 0, self.chance.uniform(0, 0.4)]))
            single.transaction()
            if n == self.plan.quiet // 2 and late.connection.info.transaction_status:
                late.attempt(late.end)
            self.await_journaled()
        for session in (single, late):
            self.counts.update(session.counts)
            session.connection.close()

    def await_journaled(self):
        """Until the edge has applied all that is in the journal. Nothing here asks it to look."""
        xids = [xid for xid, in rows(self.sql, 'select distinct xid::text::bigint from edge.journal')]
        try:
            self.edge.await_applied(lambda snapshot: all(snapshot.sees(x) for x in xids), 'what was journaled', BELL_PATIENCE)
        except Wrong as wrong:
            newest = self.edge.applied[-1][1]
            raise Wrong(f'nobody rang, or looked: {wrong}\nmissed {[x for x in xids if not newest.sees(x)]}\n{self.circumstances()}') from None

    def circumstances(self):
        """For the report: the leases, and what the edge is doing."""
        leases = rows(self.sql, "select now()::text, to_timestamp(edge.last_value)::text from (values ('edge.lease'), ('edge.asleep')) as s (name), "
                                'pg_sequence_last_value(name::regclass) as edge (last_value)')
        at_work = rows(self.sql, "select state, (clock_timestamp() - query_start)::text, left(query, 200) from pg_stat_activity "
                                 "where application_name like 'property%'")
        return f'now and end of lease, of sleep {leases}\nat work {at_work}'

    def settle(self):
        """All that was committed is applied and read once more; then the round is over."""
        token = value(self.sql, 'select pg_current_xact_id()::text')
        reads = [(w, *self.edge.get(w.path(), after=token)) for w in self.world.windows if w.key is None]
        self.readers.await_version(self.edge.applied[-1][0])
        self.readers.stop()
        connection = connect(self.world.dbname, options=PULL_SETTINGS)
        last = {r.name: [(key, v) for key, v, _ in rows(connection, r.contents_sql())] for r in self.world.resources}
        connection.close()
        return Record(self.world.shadow, self.world.tables, self.world.resources, history.read(self.sql), list(self.edge.applied),
                      [(s.window, bytes(s.received)) for s in self.readers.streams], self.readers.samples + reads, last)

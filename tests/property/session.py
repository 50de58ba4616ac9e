"""One session's random transactions. Everything but the interleaving follows from its seed."""
import collections
import random
import time
from typing import NamedTuple

import psycopg2

from statements import Statements
from support import connect, rows

# What concurrent random statements may run into. Anything else that fails is a finding: above all,
# triggers must not fail a user's statement.
EXPECTED = ('23', '40', '55P03', '55006', '21000')  # constraints, serialization and deadlock, locks, TRUNCATE of pending rows, MERGE of one row twice


class Errand(NamedTuple):
    """What a worker process is sent to do."""
    kind: type  # Session, or one that changes other things
    dbname: str
    seed: str
    tables: list
    transactions: int
    prepares: bool  # two-phase commits among them


class Session:
    def __init__(self, errand):
        self.errand = errand
        self.chance = random.Random(errand.seed)
        self.statements = Statements(self.chance, errand.tables)
        self.counts = collections.Counter()
        self.changed = False  # whether the open transaction has changed anything
        self.connection = connect(errand.dbname)
        rows(self.connection, "set lock_timeout = '20ms'")

    def run(self):
        """Commits as many transactions that change something as asked for; counts what it did."""
        try:
            while self.counts['committed'] < self.errand.transactions:
                self.transaction()
            return self.counts
        finally:
            self.connection.close()

    def transaction(self):
        self.attempt(self.chance.choices([self.single, self.several, self.held], [40, 59, 1])[0])

    def attempt(self, work):
        """Does it, or, where it runs into others, rolls back."""
        try:
            work()
        except psycopg2.Error as error:
            if not (error.pgcode or '').startswith(EXPECTED):
                raise
            self.counts[f'failed {error.pgcode[:2]}'] += 1
            if self.connection.info.transaction_status:
                rows(self.connection, 'rollback')

    def execute(self, statement=None):
        """One statement; whether it changed a row."""
        sql, arguments = statement or self.statements.any()
        with self.connection.cursor() as cursor:
            cursor.execute(sql, arguments or None)
            return cursor.rowcount != 0

    def single(self):
        self.changed = self.execute()
        self.committed()

    def begin(self):
        """A transaction that stays open, and locks no table against an edge."""
        rows(self.connection, 'begin')
        self.changed = self.execute(self.statements.ordinary())

    def several(self):
        level = self.chance.choice(['read committed'] * 4 + ['repeatable read'] * 2 + ['serializable'])
        rows(self.connection, f'begin isolation level {level}')
        self.changed = False
        for _ in range(self.chance.choice([1, 2, 2, 3, 8])):
            self.changed |= self.chance.choice([self.execute, self.guarded])()
        self.end()

    def guarded(self):
        """Statements under a savepoint, which may be nested and rolled back to."""
        rows(self.connection, 'savepoint one')
        try:
            changed = self.execute()
            if self.chance.random() < 0.2:
                rows(self.connection, 'savepoint two')
                changed |= self.execute()
            undo = self.chance.random() < 0.3
        except psycopg2.IntegrityError:
            undo = True
        rows(self.connection, 'rollback to one' if undo else 'release one')
        return not undo and changed

    def held(self):
        """A transaction whose id is old when it commits."""
        rows(self.connection, 'begin')
        self.changed = self.execute()
        time.sleep(self.chance.choice([0.01, 0.1, 0.1, 0.5, 1.5]))
        self.changed |= self.execute()
        self.counts['held open'] += 1
        self.end()

    def end(self):
        how = self.chance.random()
        if how < 0.1:
            rows(self.connection, 'rollback')
            self.counts['rolled back'] += 1
        elif how < 0.3 and self.errand.prepares:
            self.prepare()
        else:
            rows(self.connection, 'commit')
            self.committed()

    def prepare(self):
        gid = f'{self.errand.seed} {self.counts["prepared"]}'
        rows(self.connection, 'prepare transaction %s', gid)
        self.counts['prepared'] += 1
        time.sleep(self.chance.choice([0, 0, 0, 0.05]))
        if self.chance.random() < 0.3:
            rows(self.connection, 'rollback prepared %s', gid)
            self.counts['rolled back'] += 1
        else:
            rows(self.connection, 'commit prepared %s', gid)
            self.committed()

    def committed(self):
        self.counts['committed' if self.changed else 'empty'] += 1


def run(errand):
    return errand.kind(errand).run()

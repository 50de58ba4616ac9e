"""Random transactions, and a copy of every view of shapes.py that must follow them."""
import collections
import random
import uuid

import psycopg2

from shapes import SHAPES, TABLES
from support import Mirror, connect, rows

WORDS = ['a', 'b', 'A', 'red', 'blue', 'line\nbreak', 'say "hi"', "it's", 'emoji 🐘', '\\', '{,}', 'x' * 9000, '']
UUIDS = [str(uuid.UUID(int=i)) for i in range(5)]


def publish_shapes(sql, tables=TABLES, shapes=SHAPES):
    """Makes tables and views, and publishes each view under its name."""
    rows(sql, tables)
    for name, (definition, _, _) in shapes.items():
        rows(sql, f'create view v_{name} as {definition}')
    for name, (_, key, _) in shapes.items():
        rows(sql, 'select edge.publish(%s, %s, key => %s)', name, f'v_{name}', key)


def whole_tables(sql, shapes):
    """Per shape the tables whose changes re-read all of it, sorted."""
    found = {name: [] for name in shapes}
    for name, relation in rows(sql, """
            select name, ((i->>'relation')::oid::regclass)::text
            from edge.resource, jsonb_array_elements(ways) as i where not i ? 'way'"""):
        found[name].append(relation)
    return {name: sorted(relations) for name, relations in found.items()}


class Writer:
    """Random statements on the tables of shapes.py, from one seed."""

    def __init__(self, connection, chance, tables):
        self.connection, self.chance = connection, chance
        self.tables = tables or list(self.TABLES) + ['p', 'p', 'u', 'c', 'pt']
        self.open = None  # the statements of the open transaction
        rows(connection, "set lock_timeout = '5ms'")

    def number(self, top=6):
        return None if self.chance.random() < 0.15 else self.chance.randrange(top)

    def word(self):
        return None if self.chance.random() < 0.1 else self.chance.choice(WORDS)

    def values(self, table):
        r, n, w = self.chance.randrange, self.number, self.word
        return {
            'u': lambda: (r(8), w(), n(3), n(), w()),
            'p': lambda: (r(10), n(), w(), n(5), n(3), self.chance.choice([None, '2026-01-02 03:04:05.678901+00', 'infinity', '1999-12-31']),
                          self.chance.choice([None, [], ['red'], ['a', 'blue', None]])),
            'c': lambda: (r(10), n(10), n(), w(), self.chance.choice([None, 'low', 'middle', 'high'])),
            't': lambda: (r(5), w()),
            'pt': lambda: (r(10), r(5)),
            'ck': lambda: (r(3), self.chance.choice(WORDS), n()),
            'cv': lambda: (n(3), w(), n(4), self.chance.choice([None, '1.0', '1.00', '2', '-0.5', 'NaN'])),
            'code': lambda: (self.chance.choice(WORDS), self.chance.choice([None] + UUIDS), self.chance.choice([None, 'a', 'ab', 'b   '])),
            '"Odd Place"."Mixed, Table"': lambda: (self.chance.choice(UUIDS), n(), '{"k": [1.0, null]}'),
            'part': lambda: (n(8), r(4), w()),
            'part_1': lambda: (n(8), r(2), w()),
            'part_2': lambda: (w(), 2, n(8)),
            'parent': lambda: (n(8), w()),
            'child': lambda: (n(8), w(), n(8)),
            'gen': lambda: (r(8), n(4)),
            'lang': lambda: (self.chance.choice(WORDS), w()),
            'word': lambda: (r(8), w(), w()),
        }[table]()

    TABLES = {'u': 'id name grp boss mail', 'p': 'id author_id title score kind at tags', 'c': 'id pid uid body mood', 't': 'id name',
              'pt': 'pid tid', 'ck': 'a b v', 'cv': 'a b w n', 'code': 'code ref fixed',
              '"Odd Place"."Mixed, Table"': '"Key_Col" "select" payload', 'part': 'id region v', 'part_1': 'id region v',
              'part_2': 'v region id', 'parent': 'id v', 'child': 'id v extra', 'gen': 'id a', 'lang': 'code name', 'word': 'id lang w'}

    def columns(self, table):
        return [c.replace('Key_Col', 'Key Col') for c in self.TABLES[table].split()]

    def statement(self):
        table = self.chance.choice(self.tables)
        columns = self.columns(table)
        what = self.chance.random()
        some = f'(tableoid, ctid) in (select tableoid, ctid from {table} order by random() limit %s)'
        if what < 0.4:
            many = [self.values(table) for _ in range(self.chance.choice([1, 1, 1, 4]))]
            marks = ', '.join(['(' + ', '.join(['%s'] * len(columns)) + ')'] * len(many))
            return f"insert into {table} ({', '.join(columns)}) values {marks} on conflict do nothing", [x for v in many for x in v]
        if what < 0.75:
            new = dict(zip(columns, self.values(table)))
            chosen = self.chance.sample(columns, self.chance.choice([1, 1, 2, len(columns)]) if len(columns) > 1 else 1)
            sets = ', '.join(f'{c} = %s' for c in chosen)
            return f'update {table} set {sets} where {some}', [new[c] for c in chosen] + [self.chance.choice([1, 1, 3])]
        if what < 0.995:
            return f'delete from {table} where {some}', [self.chance.choice([1, 1, 3])]
        return f'truncate {table}', []

    def step(self):
        """One statement, in a transaction that may stay open for long; None while nothing was committed."""
        with self.connection.cursor() as cursor:
            if not self.open:
                level = self.chance.choice(['read committed', 'read committed', 'repeatable read', 'serializable'])
                cursor.execute(f'begin isolation level {level}')
                self.open = []
                self.length = self.chance.choice([1, 1, 1, 2, 5, 12])
            cursor.execute('select setseed(%s)', [self.chance.random()])
            sql, arguments = self.statement()
            cursor.execute('savepoint s')
            try:
                cursor.execute(sql, arguments)
                self.open.append(cursor.mogrify(sql, arguments).decode()[:500])
                undo = self.chance.random() < 0.1
            except psycopg2.Error:  # a unique key, a partition's bound, another writer's lock: part of the game
                undo = True
            cursor.execute('rollback to s' if undo else 'release s')
            if len(self.open) < self.length and not undo and not sql.startswith('truncate'):
                return None
            done, self.open = self.open, None
            try:
                cursor.execute('rollback' if self.chance.random() < 0.1 else 'commit')
            except psycopg2.Error:  # not serializable
                cursor.execute('rollback')
            return done


class Wrong(AssertionError):
    """The copy differs from the view at the same snapshot."""


class Oracle:
    """Lets seeded writers change the tables of a database, interleaved, and compares after each step."""

    def __init__(self, dbname, seed, shapes=SHAPES, tables=(), writer=Writer):
        self.seed = seed
        self.shapes = shapes
        self.chance = random.Random(seed)
        self.writers = [writer(connect(dbname), self.chance, tables) for _ in range(3)]
        self.mirror = Mirror(dbname)
        self.other = connect(dbname)
        self.away = 0  # for how many transactions the mirror does not look
        self.done = ['nothing']
        self.counts = collections.Counter()
        self.by_chain = collections.Counter()  # comparisons per shape that a chain alone decided

    def close(self):
        for writer in self.writers:
            writer.connection.close()
        self.mirror.close()
        self.other.close()

    def compare(self, mirror):
        for name in self.shapes:
            truth, copy = mirror.load(name), mirror.contents[name]
            if truth != copy:
                keys = [k for k in truth.keys() | copy.keys() if truth.get(k) != copy.get(k)]
                raise Wrong(f'{name} differs at {keys}\n{self.shapes[name][0]} with key {self.shapes[name][1]}\nview {[truth.get(k) for k in keys]}\n'
                            f'copy {[copy.get(k) for k in keys]}\nafter {self.done} with EDGE_TEST_SEED={self.seed}')

    def is_away(self):
        """Now and then all leases end for some transactions; another consumer may register meanwhile."""
        if self.away == 0 and self.chance.random() < 0.006:
            rows(self.other, "select setval('edge.lease', 1), setval('edge.followed', 1)")
            self.away = self.chance.randrange(8)
        if self.chance.random() < (0.1 if self.away else 0.01):
            rows(self.other, "select edge.acknowledge('other', null, 1)")
        self.away = max(self.away - 1, 0)
        if self.away == 0 and self.chance.random() < 0.5:
            self.mirror.acknowledge()
        return self.away > 0

    def run(self, steps):
        mirror = self.mirror
        mirror.pull(self.compare)
        while self.counts['transactions'] < steps:
            done = self.chance.choice(self.writers).step()
            if done is None:
                continue
            self.done = done
            self.counts['transactions'] += 1
            if self.is_away():
                continue
            self.counts['others open'] += sum(w.open is not None for w in self.writers)
            before = {name: dict(mirror.contents[name]) for name in self.shapes}
            answer = mirror.pull(self.compare)
            self.counts['resolved'] += sum(r[0] in 'ED' for r in answer)
            for name in self.shapes:
                old, new = before[name], mirror.contents[name]
                changed = sum(old.get(k) != new.get(k) for k in old.keys() | new.keys())
                if name in mirror.reloads:
                    self.counts[f'whole: {mirror.reloads[name]}'] += 1
                elif changed:
                    self.counts['changed by chain alone'] += changed
                    self.by_chain[name] += 1

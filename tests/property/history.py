"""What every transaction did to every table, kept by triggers of the test's own.

A table's contents at a snapshot are a bag: every row image that a transaction visible in it
has made, less every one that such a transaction has removed, all since the last TRUNCATE that
is visible. (A row version has one maker and at most one remover, and a TRUNCATE's lock lets
no other transaction's change of its table fall on both of its sides.) Nothing of this is the product's:
no edge trigger, no journal, no statement trigger, no transition table.
"""
import collections
from typing import NamedTuple

from support import rows

TRIGGERS = '''
create schema judge;
create table judge.history (
  seq bigint generated always as identity,
  xid xid8 not null default pg_current_xact_id(),  -- top level: work that was rolled back logs nothing
  relation text not null,
  removed text,
  made text  -- both null: all of the table was removed
);
create function judge.log_row() returns trigger language plpgsql as $$
begin
  insert into judge.history (relation, removed, made) values (
    format('%I.%I', tg_table_schema, tg_table_name),
    case when tg_op <> 'INSERT' then old::text end, case when tg_op <> 'DELETE' then new::text end);
  return null;
end $$;
create function judge.log_truncate() returns trigger language plpgsql as $$
begin
  insert into judge.history (relation) values (format('%I.%I', tg_table_schema, tg_table_name));
  return null;
end $$;
'''


def install(connection, tables):
    """On an empty database: the history begins with the first row."""
    rows(connection, TRIGGERS)
    for table in tables:
        if table.kind == 'r':
            rows(connection, f'''
                create trigger a_judge after insert or update or delete on {table.name} for each row execute function judge.log_row();
                create trigger a_judge_of_all after truncate on {table.name} for each statement execute function judge.log_truncate()''')


class Entry(NamedTuple):
    seq: int
    xid: int
    relation: str
    removed: str
    made: str


def read(connection):
    return [Entry(*e) for e in rows(connection, 'select seq, xid::text::bigint, relation, removed, made from judge.history order by seq')]


class Snapshot:
    """A pg_snapshot."""

    def __init__(self, text):
        self.text = text
        xmin, xmax, xip = text.split(':')
        self.xmin, self.xmax = int(xmin), int(xmax)
        self.running = frozenset(int(x) for x in xip.split(',') if x)

    def __le__(self, later):
        """Whether all that this one sees the other sees, too."""
        return self.xmax <= later.xmax and all(x in self.running for x in later.running if x < self.xmax)

    def sees(self, xid):
        return xid < self.xmax and xid not in self.running


class Past:
    """All tables at a snapshot that moves forward."""

    def __init__(self, history):
        self.later = collections.deque(sorted(history, key=lambda e: e.xid))
        self.running = []  # of transactions that had begun, but were not visible
        self.bags = collections.defaultdict(collections.Counter)  # relation -> row image -> how many

    def advance(self, snapshot):
        """Moves to a later snapshot; returns the entries that became visible, in their order."""
        begun = self.running
        while self.later and self.later[0].xid < snapshot.xmax:
            begun.append(self.later.popleft())
        self.running = [e for e in begun if not snapshot.sees(e.xid)]
        seen = sorted(e for e in begun if snapshot.sees(e.xid))
        for entry in seen:
            self.apply(entry, self.bags[entry.relation])
        for relation in {e.relation for e in seen}:
            self.bags[relation] = +self.checked(self.bags[relation])
        return seen

    @staticmethod
    def apply(entry, bag):
        if entry.removed is None and entry.made is None:
            bag.clear()
        if entry.removed is not None:
            bag[entry.removed] -= 1
        if entry.made is not None:
            bag[entry.made] += 1

    @staticmethod
    def checked(bag):
        broken = [image for image, count in bag.items() if count < 0]
        assert not broken, f'the judge is wrong: there was no row {broken[0]}'
        return bag

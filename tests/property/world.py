"""What a round plays in: a database with tables, their history, views and publications, and its shadow."""
import random
from typing import NamedTuple

import psycopg2

import history
from publish import Chooser, choose_windows, columns_of
from resources import Resource
from schema import random_schema
from shapes import SHAPES, TABLES
from statements import Statements
from support import DB, connect, new_database, psql, rows
from tables import read_tables, with_readers

FIRST_STATEMENTS = 300  # that fill the tables


class World(NamedTuple):
    dbname: str
    shadow: str  # the database with the same tables and views
    tables: list
    resources: list
    windows: list

    def drop(self):
        admin = connect('postgres')
        for name in (self.dbname, self.shadow):
            rows(admin, f'drop database {name} with (force)')
        admin.close()


class Builder:
    """`script` creates the tables; `choose(builder)` returns the script of the views, and the resources."""

    def __init__(self, seed, weaken=None):
        self.chance = random.Random(f'{seed} world')
        self.weaken = weaken  # a mutant: (function, what stands there, what is to stand there, and so on)
        self.dbname, self.shadow = new_database(), new_database()
        self.sql = connect(self.dbname)

    def build(self, script, fill, choose):
        rows(self.sql, script)
        self.tables = read_tables(self.sql)
        history.install(self.sql, self.tables)
        fill(self)
        views, resources = choose(self)
        self.tables = with_readers(self.sql, self.tables, [r.source for r in resources])
        shadow = connect(self.shadow)
        rows(shadow, script + views)
        shadow.close()
        psql(self.dbname, DB / 'edge.sql')
        if self.weaken:
            weaken(self.sql, *self.weaken)
        for resource in resources:
            resource.publish(self.sql)
        windows = choose_windows(self.chance, self.sql, resources)
        self.sql.close()
        return World(self.dbname, self.shadow, self.tables, resources, windows)


def weaken(sql, function, *changes):
    [[definition]] = rows(sql, 'select pg_get_functiondef(%s::regproc)', function)
    for old, new in zip(changes[::2], changes[1::2]):
        assert old in definition, f'the mutant does not fit {function} any more'
        definition = definition.replace(old, new)
    rows(sql, definition)


def fill_at_random(builder):
    statements = Statements(builder.chance, builder.tables)
    for _ in range(FIRST_STATEMENTS):
        sql, arguments = statements.insert(builder.chance.choice(builder.tables))
        try:
            rows(builder.sql, sql, *arguments)
        except psycopg2.IntegrityError:
            pass


def random_world(seed, weaken=None):
    """Random tables under random views."""
    builder = Builder(seed, weaken)
    return builder.build(random_schema(builder.chance), fill_at_random, lambda b: Chooser(b.chance, b.sql, b.tables).choose())


def shapes_world(part, seed, weaken=None):
    """The hand-made views of shapes.py; every third is published, from `part` on: all at once take long."""
    published = list(SHAPES)[part::3]

    def choose(builder):
        views = ''.join(f'create view v_{name} as {definition};\n' for name, (definition, _, _) in SHAPES.items())
        rows(builder.sql, views)
        return views, [Resource(name, f'public.v_{name}', columns_of(builder.sql, f'v_{name}'), tuple(key.split(',')), text=definition)
                       for name, (definition, key, _) in SHAPES.items() if name in published]

    return Builder(seed, weaken).build(TABLES, fill_at_random, choose)

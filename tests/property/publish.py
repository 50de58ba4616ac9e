"""Chooses what to publish of a schema: its tables, random views over them, and random windows of those."""
import psycopg2

from random_views import Column, Views
from resources import UNSORTED, Resource, Window
from support import rows, value
from values import POOLS, kind_of, literal

VIEWS = 14  # random views per schema
# Of a random view over the first contents. By the planner's word, not by the clock: the same seed makes the same world.
MOST_ROWS, MOST_COST = 100, 200


def columns_of(connection, relation):
    """Name, not quoted, to type, of every column of a relation."""
    return {name: type_name.removeprefix('public.') for name, type_name in rows(connection, '''
        select attname, format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum''', relation)}


class Chooser:
    def __init__(self, chance, connection, tables):
        self.chance, self.connection, self.tables = chance, connection, tables
        self.views = Views(chance, {t.name: [Column(f.name, kind_of(f.type)) for f in t.fields] for t in tables if not t.is_leaf},
                           {kind_of(t): literal(POOLS[t][1], t) for t in POOLS if t != 'text[]'})
        self.resources = []
        self.scripts = []  # the CREATE VIEWs

    def choose(self):
        rows(self.connection, 'analyze')
        for table in self.tables:
            if table.key:
                self.add(table.name, columns_of(self.connection, table.name), [k.strip('"').replace('""', '"') for k in table.key])
        while len(self.scripts) < VIEWS:
            self.try_view()
        return ''.join(self.scripts), self.resources

    def try_view(self):
        definition, columns = self.views.query(depth=self.chance.choice([1, 1, 2]), outer=[])
        keys = [str(c) for c in columns if c.kind not in UNSORTED]
        if not keys:
            return
        name = f'public.v{len(self.scripts)}'
        if self.create(name, definition):
            self.scripts.append(f'create view {name} as {definition};\n')
            self.add(name, columns_of(self.connection, name), keys[:self.chance.choice([1, 1, 1, 2])], definition)
            if self.chance.random() < 0.3:  # views over views
                self.views.tables[name] = [Column(str(c), c.kind) for c in columns]

    def create(self, name, definition):
        """Whether the view could be made and is no burden."""
        try:
            rows(self.connection, f"create view {name} as {definition}")
        except psycopg2.ProgrammingError:  # a FULL JOIN on what is no equality, a name given twice
            return False
        try:
            [[[plan]]] = rows(self.connection, f'explain (format json) select * from {name}')
            if plan['Plan']['Total Cost'] <= MOST_COST and value(self.connection, f'select count(*) from {name}') <= MOST_ROWS:
                return True
        except psycopg2.errors.FeatureNotSupported:  # the FULL JOIN, noticed late
            pass
        rows(self.connection, f'drop view {name}')
        return False

    def add(self, source, columns, key, text=''):
        sortable = [c for c, t in columns.items() if t not in UNSORTED]
        filters = [c for c, t in columns.items() if t != 'jsonb' and c not in ('limit', 'after', 'key')]
        sort = [(c, self.chance.random() < 0.5) for c in self.chance.sample(sortable, min(len(sortable), self.chance.choice([0, 0, 1, 2])))]
        self.resources.append(Resource(
            f'r{len(self.resources)}', source, columns, tuple(key), tuple(sort),
            tuple(self.chance.sample(filters, min(len(filters), self.chance.choice([0, 1, 2])))),
            self.chance.choice([None, None, None, 3]), text))


LONGEST_PATH = 12_000  # an edge takes a request's line and header up to 16 KiB


def choose_windows(chance, connection, resources):
    """The whole of each resource, and parts of it."""
    windows = []
    for resource in resources:
        windows.append(Window(resource))
        condition = None
        if resource.filters:
            name = chance.choice(resource.filters)
            condition = (name, filter_text(chance, resource.columns[name]))
            windows.append(Window(resource, condition=condition, limit=chance.choice([None, 2])))
        what = chance.random()
        if what < 0.4:
            windows.append(Window(resource, limit=chance.choice([1, 2, 5])))
        elif what < 0.6:
            keys = [k for k, _, _ in rows(connection, resource.contents_sql())]
            if keys:
                windows.append(Window(resource, key=chance.choice(keys)))
    return [w for w in windows if len(w.path()) < LONGEST_PATH]


def filter_text(chance, type_name):
    if type_name.endswith('[]'):
        return chance.choice(POOLS['text'])
    return str(chance.choice([v for v in POOLS[type_name] if 'BC' not in str(v)]))  # edges take ISO 8601 there, without eras

"""What is published of a schema, and the windows that are read of it.

The SQL here says once more, independently of edge.publish, what a resource contains and in which order.
"""
import json
from typing import NamedTuple
from urllib.parse import quote, urlencode

from support import rows

INTEGERS = {'integer', 'smallint', 'bigint', 'wide', 'score'}
TEXTS = {'text', 'character(4)'}
UNSORTED = {'jsonb', 'text[]'}
LARGEST = 2**53 - 1  # as a JSON number


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Resource(NamedTuple):
    name: str
    source: str          # a view or table, with its schema
    columns: dict        # name, not quoted -> type
    key: tuple           # names
    sort: tuple = ()     # (name, whether descending)
    filters: tuple = ()  # names
    default_limit: int = None
    text: str = ''       # the view's, for a report

    def publish(self, connection):
        rows(connection, 'select edge.publish(%s, %s, key => %s, sort => %s, filters => %s::text[], default_limit => %s)',
             self.name, self.source, ','.join(quoted(k) for k in self.key),
             ','.join(('-' if down else '') + quoted(c) for c, down in self.sort) or None, list(self.filters), self.default_limit)

    def column(self, name):
        return f'entry.{quoted(name)}'

    def key_sql(self):
        """The JSON text of a row's key."""
        parts = []
        for name in self.key:
            column = self.column(name)
            text = f"to_json(format('%s', {column}))::text"
            if self.columns[name] in INTEGERS:
                text = f'case when {column} between -{LARGEST} and {LARGEST} then {column}::text else {text} end'
            parts.append(text)
        return parts[0] if len(parts) == 1 else "'[' || " + " || ',' || ".join(f'({p})' for p in parts) + " || ']'"

    def order_sql(self):
        """(expression, direction) of every column that orders: the key ends it."""
        named = [c for c, _ in self.sort]
        order = list(self.sort) + [(k, False) for k in self.key if k not in named]
        return [(self.column(c) + ('::text collate "C"' if self.columns[c] in TEXTS else ''), 'desc nulls last' if down else 'asc nulls last')
                for c, down in order]

    def contents_sql(self, conditions=()):
        """SELECT of key, value and which conditions [(filter, value)] match, in order; of rows with one key the least."""
        order = self.order_sql()
        matches = ', '.join(self.condition_sql(*c) for c in conditions)
        return f'''
            select key, value, matches from (
              select distinct on (key collate "C") * from (
                select {self.key_sql()} as key, to_json(entry.*)::text as value, array[{matches}]::boolean[] as matches,
                       {', '.join(f'{sql} as o{n}' for n, (sql, _) in enumerate(order))}
                from {self.source} as entry where {' and '.join(f'{self.column(k)} is not null' for k in self.key)}) as keyed
              order by key collate "C", value collate "C") as entries
            order by {', '.join(f'o{n} {direction}' for n, (_, direction) in enumerate(order))}'''

    def condition_sql(self, name, value):
        type_name = self.columns[name]
        literal = "'" + value.replace("'", "''") + "'"
        if type_name.endswith('[]'):
            return f'coalesce({self.column(name)} @> array[{literal}]::{type_name}, false)'
        return f'coalesce({self.column(name)} = {literal}::{qualified(type_name)}, false)'


def qualified(type_name):
    return f'public.{type_name}' if type_name in ('mood', 'wide', 'score') else type_name


class Window(NamedTuple):
    resource: Resource
    limit: int = None
    condition: tuple = None  # (filter, value)
    key: str = None          # its JSON text: a window of one entry

    def path(self):
        path = f'/v1/resources/{self.resource.name}'
        if self.key is not None:
            plain = json.loads(self.key) if self.key[0] == '"' else self.key
            return f'{path}/{quote(plain, safe="")}'
        given = ([('limit', self.limit)] if self.limit is not None else []) + ([self.condition] if self.condition else [])
        return path + (f'?{urlencode(given)}' if given else '')

    def shown(self, contents):
        """The window's entries [(key, value)] of the resource's contents [(key, value, set of conditions that match)]."""
        if self.key is not None:
            return [(k, v) for k, v, _ in contents if k == self.key]
        found = [(k, v) for k, v, matching in contents if self.condition is None or self.condition in matching]
        limit = self.resource.default_limit if self.limit is None else self.limit
        return found if limit is None else found[:limit]

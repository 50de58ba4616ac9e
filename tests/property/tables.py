"""The tables of a database as its catalog has them: what random statements need to know."""
from typing import NamedTuple

from support import rows


class Field(NamedTuple):
    name: str       # quoted
    type: str
    generated: bool


class Table(NamedTuple):
    name: str       # quoted, with its schema
    kind: str       # 'r', or 'p' for a partitioned one
    is_leaf: bool   # a partition
    fields: tuple
    key: tuple      # names of the primary key's columns
    readers: int = 1  # how many resources read it, and one

    def written(self):
        return [f for f in self.fields if not f.generated]


def read_tables(connection):
    """All tables of the user's, partitions included."""
    return [Table(name, kind, is_leaf, tuple(Field(*f) for f in zip(names, types, generated)), tuple(key))
            for name, kind, is_leaf, names, types, generated, key in rows(connection, '''
        select format('%I.%I', n.nspname, c.relname), c.relkind, c.relispartition,
               array_agg(quote_ident(a.attname) order by a.attnum),
               array_agg(regexp_replace(format_type(a.atttypid, a.atttypmod), '^public\\.', '') order by a.attnum),
               array_agg(a.attgenerated <> '' order by a.attnum),
               coalesce((select array_agg(quote_ident(k.attname) order by i.n)
                         from pg_index x, unnest(x.indkey) with ordinality as i(attnum, n), pg_attribute k
                         where x.indrelid = c.oid and x.indisprimary and k.attrelid = c.oid and k.attnum = i.attnum), '{}')
        from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
        where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
          and n.nspname not in ('pg_catalog', 'information_schema', 'edge', 'judge')
        group by c.oid, n.nspname, c.relname order by 1''')]


def with_readers(connection, tables, sources):
    """The tables, each with the number of `sources` (views and tables) that read it, at any depth."""
    found = dict(rows(connection, '''
        with recursive under (source, oid) as (
          select s, s::regclass::oid from unnest(%s::text[]) as s
          union
          select under.source, d.refobjid from under
          join pg_rewrite r on r.ev_class = under.oid
          join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass)
        select format('%%I.%%I', n.nspname, c.relname), count(*)
        from under join pg_class c using (oid) join pg_namespace n on n.oid = c.relnamespace group by 1''', sources))
    return [t._replace(readers=1 + found.get(t.name, 0)) for t in tables]

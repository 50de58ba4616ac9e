"""A second database with the same tables and views, in which the past is set up again."""
import collections

from history import Past
from support import PULL_SETTINGS, connect, rows

# Removes so many of each row image, and then adds so many.
REMOVE = '''
delete from only {table} where ctid = any (array(
  select ctid from (
    select ctid, image, row_number() over (partition by image) as n
    from (select t.ctid, (t.*)::text as image from only {table} as t) as all_rows) as numbered
  join unnest(%s::text[], %s::int[]) as gone (image, count) using (image)
  where n <= count));'''
ADD = '''
insert into {table} ({columns}) overriding system value
select {values} from (
  select image::{table} as made from unnest(%s::text[], %s::int[]) as new (image, count), generate_series(1, count) offset 0) as rows;'''


class Shadow:
    def __init__(self, dbname, tables, resources, conditions, history):
        self.connection = connect(dbname, options=PULL_SETTINGS + ' -c session_replication_role=replica')
        self.tables = {t.name: t for t in tables}
        self.past = Past(history)
        self.held = collections.defaultdict(collections.Counter)
        self.names = [r.name for r in resources]
        digests = []
        for r in resources:
            contents = r.contents_sql(conditions[r.name])
            rows(self.connection, f'prepare contents_of_{r.name} as {contents}')
            digests.append(f"(select md5(string_agg(key || ' ' || value || ' ', '')) from ({contents}) as c)")
        rows(self.connection, f"prepare digests as select array[{', '.join(digests)}]")
        self.conditions = conditions
        self.digests = dict.fromkeys(self.names)

    def close(self):
        self.connection.close()

    def advance(self, snapshot):
        """Sets up a later snapshot. Returns the history's new entries, and the names of the resources that differ from before."""
        seen = self.past.advance(snapshot)
        script, arguments = [], []
        for relation in sorted({e.relation for e in seen}):
            self.exchange(relation, script, arguments)
        if not script and any(self.digests.values()):
            return seen, []
        first = not any(self.digests.values())
        [[found]] = rows(self.connection, ''.join(script) + ('analyze;' if first else '') + 'execute digests', *arguments)
        now = {name: digest or 'empty' for name, digest in zip(self.names, found)}
        changed = [n for n in self.names if now[n] != self.digests[n]]
        self.digests = now
        return seen, changed

    def exchange(self, relation, script, arguments):
        """Appends what turns the held contents of a table into those of the past."""
        now, held = self.past.bags[relation], self.held[relation]
        table = self.tables[relation]
        columns = [f.name for f in table.written()]
        for difference, template in ((held - now, REMOVE), (now - held, ADD)):
            if difference:
                script.append(template.format(table=relation, columns=', '.join(columns), values=', '.join(f'(made).{c}' for c in columns)))
                arguments += [list(difference), list(difference.values())]
        self.held[relation] = collections.Counter(now)

    def contents(self, name):
        """[(key, value, set of conditions that match)] of a resource."""
        return [(key, value, {c for c, matches in zip(self.conditions[name], matching) if matches})
                for key, value, matching in rows(self.connection, f'execute contents_of_{name}')]

"""Random tables: their keys, types, constraints and names, as one script.

A wide is a bigint that need not fit into a JSON number, and so one that no arithmetic may touch.
"""
TYPES = '''
create schema "Odd Place";
create type mood as enum ('low', 'middle', 'high');
create domain wide as bigint;
'''

TABLE_NAMES = ['users', 'posts', 'items_2', '"Mixed Case"', '"select"', '"Odd Place"."Tab, le"', '"Odd Place".users', '"quo""te"',
               '"Ünï 🐘"', '"it\'s"']
COLUMN_NAMES = ['a', 'b', 'c_3', 'ref', 'value', 'name', '"A"', '"Key Col"', '"from"', '"quo""te"', '"with, comma"', '"ß"', '"-minus"',
                '"x.y"', '"it\'s"', '"\\"']
KEYS = [['integer'], ['integer'], ['bigint'], ['wide'], ['uuid'], ['text'], ['text'], ['smallint', 'integer'], ['integer', 'text'],
        ['uuid', 'wide'], ['text', 'text'], []]
OTHERS = ['integer', 'integer', 'smallint', 'text', 'numeric(8,2)', 'double precision', 'date', 'timestamp with time zone', 'boolean',
          'mood', 'jsonb', 'text[]', 'character(4)']


class Draft:
    """One table on its way to SQL."""

    def __init__(self, chance, name, number):
        self.chance, self.name, self.number = chance, name, number
        self.names = chance.sample(COLUMN_NAMES, len(COLUMN_NAMES))
        self.types = {}  # column -> type
        self.parts = []  # of the CREATE TABLE
        self.after = []  # statements that follow it
        self.partition = ''

    def column(self, type_name, more=''):
        name = self.names.pop()
        self.types[name] = type_name
        self.parts.append(f'{name} {type_name} {more}'.strip())
        return name

    def make_key(self):
        self.key = [self.column(t) for t in self.chance.choice(KEYS)]
        if self.key:
            self.parts.append(f"primary key ({', '.join(self.key)})")
        if self.chance.random() < 0.25:
            self.make_partitioned()

    def make_partitioned(self):
        by = self.key[0] if self.key else self.column('integer')
        leaves = [f'"Part {n} of {self.number}"' for n in range(3)]
        if self.types[by] in ('integer', 'bigint'):
            self.partition = f' partition by list ({by})'
            bounds = ['for values in (0, 1, 2)', 'for values in (3)', 'default']
        else:
            self.partition = f' partition by hash ({by})'
            bounds = [f'for values with (modulus 3, remainder {n})' for n in range(3)]
        self.after += [f'create table {leaf} partition of {self.name} {bound}' for leaf, bound in zip(leaves, bounds)]

    def refer_to(self, other):
        """Columns like the other's key, most often with a foreign key."""
        columns = [self.column(other.types[k]) for k in other.key]
        if self.chance.random() < 0.6:
            on_delete = self.chance.choice(['cascade', 'cascade', 'set null', 'no action'])
            on_update = self.chance.choice(['cascade', 'no action'])
            late = ' deferrable initially deferred' if on_delete == on_update == 'no action' else ''
            self.parts.append(f"foreign key ({', '.join(columns)}) references {other.name} on delete {on_delete} on update {on_update}{late}")
        if self.chance.random() < 0.7:
            self.after.append(f"create index on {self.name} ({', '.join(columns)})")

    def make_rest(self):
        for type_name in self.chance.sample(OTHERS, self.chance.choice([1, 2, 3])):
            self.column(type_name, self.chance.choice(['', '', '', 'default null']))
        integers = [c for c, t in self.types.items() if t == 'integer']
        if integers and self.chance.random() < 0.2:
            self.column('integer', f'generated always as ({integers[0]} * 2) stored')
        if integers and self.chance.random() < 0.2:
            self.parts.append(f'check ({integers[-1]} < 7)')
        if integers and not self.partition and self.chance.random() < 0.2:
            self.parts.append(f'unique ({integers[-1]})')

    def sql(self):
        return ';\n'.join([f'create table {self.name} (' + ', '.join(self.parts) + f'){self.partition}'] + self.after) + ';\n'


def random_schema(chance):
    """A script that creates between three and five tables, some of which refer to each other."""
    drafts = []
    for number, name in enumerate(chance.sample(TABLE_NAMES, chance.choice([3, 4, 4, 5]))):
        draft = Draft(chance, name, number)
        draft.make_key()
        with_key = [d for d in drafts + [draft] if d.key]
        for _ in range(chance.choice([0, 1, 1, 2])):
            if with_key:
                draft.refer_to(chance.choice(with_key))
        draft.make_rest()
        drafts.append(draft)
    return TYPES + ''.join(d.sql() for d in drafts)

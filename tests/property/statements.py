"""Random statements on any tables, as (SQL, arguments): all that can change a row, keys and joins included."""
from values import any_value


class Statements:
    def __init__(self, chance, tables):
        self.chance = chance
        self.tables = tables
        self.weights = [t.readers for t in tables]

    def any(self):
        if self.chance.random() < 0.006:
            return f'truncate {self.table().name} cascade', []
        return self.ordinary()

    def ordinary(self):
        makers = [self.insert] * 9 + [self.update] * 8 + [self.delete] * 3 + [self.upsert, self.merge, self.update_from]
        return self.chance.choice(makers)(self.table())

    def table(self):
        """Most often one that many resources read."""
        return self.chance.choices(self.tables, self.weights)[0]

    def value(self, field):
        return None if self.chance.random() < 0.1 else any_value(self.chance, field.type)

    def row(self, fields, key=()):
        return [any_value(self.chance, f.type) if f.name in key else self.value(f) for f in fields]

    def values(self, table, fields, count):
        """A VALUES list, each value cast, so that it can stand anywhere."""
        marks = ', '.join(['(' + ', '.join(f'cast(%s as {f.type})' for f in fields) + ')'] * count)
        return f'values {marks}', [v for _ in range(count) for v in self.row(fields, table.key)]

    def insert(self, table, tail='on conflict do nothing'):
        fields = table.written()
        sql, arguments = self.values(table, fields, self.chance.choice([1, 1, 1, 4]))
        return f"insert into {table.name} ({', '.join(f.name for f in fields)}) {sql} {tail}", arguments

    def upsert(self, table):
        others = [f.name for f in table.written() if f.name not in table.key]
        if not table.key or not others:
            return self.insert(table)
        sets = ', '.join(f'{name} = excluded.{name}' for name in others)
        return self.insert(table, f"on conflict ({', '.join(table.key)}) do update set {sets}")

    def merge(self, table):
        fields = table.written()
        others = [f.name for f in fields if f.name not in table.key]
        if not table.key or not others:
            return self.insert(table)
        names = ', '.join(f.name for f in fields)
        sql, arguments = self.values(table, fields, 1)
        return (f'''merge into {table.name} as known using ({sql}) as given ({names})
            on {' and '.join(f'known.{k} = given.{k}' for k in table.key)}
            when matched then {self.chance.choice(['delete', f'update set {others[0]} = given.{others[0]}'])}
            when not matched then insert ({names}) values ({', '.join(f'given.{f.name}' for f in fields)})''', arguments)

    def some(self, table):
        """A condition that some rows meet."""
        field = self.chance.choice(table.fields)
        if self.chance.random() < 0.6 and table.key:
            field = next(f for f in table.fields if f.name == table.key[0])
        if self.chance.random() < 0.1:
            return f'{field.name} is null', []
        operator = '=' if self.chance.random() < 0.9 else '<='
        return f'{field.name} {operator} cast(%s as {field.type})', [any_value(self.chance, field.type)]

    def update(self, table):
        chosen = self.chance.sample(table.written(), min(len(table.written()), self.chance.choice([1, 1, 2, 3])))
        where, arguments = self.some(table)
        return (f"update {table.name} set {', '.join(f'{f.name} = %s' for f in chosen)} where {where}", self.row(chosen, table.key) + arguments)

    def update_from(self, table):
        """A column takes another table's values."""
        other = self.chance.choice(self.tables)
        pairs = [(a, b) for a in table.written() for b in other.fields if a.type == b.type]
        if not pairs:
            return self.update(table)
        (to, source), (left, right) = self.chance.choice(pairs), self.chance.choice(pairs)
        return f'update {table.name} as t set {to.name} = o.{source.name} from {other.name} as o where t.{left.name} = o.{right.name}', []

    def delete(self, table):
        where, arguments = self.some(table)
        return f'delete from {table.name} where {where}', arguments

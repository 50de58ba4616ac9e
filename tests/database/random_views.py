"""Random views over the tables of shapes.py, or others: joins of all kinds over tables and subqueries, nested.

Columns of one kind can be compared; those of shapes.py are all integers. A view's rows are
determined by its tables alone: windows use rank and count, LIMIT and DISTINCT ON order by everything.
"""

UNORDERED = {'uuid', 'boolean', 'jsonb'}  # kinds without max()


class Column(str):
    """SQL that names a column, and the kind of its values."""

    def __new__(cls, sql, kind='int'):
        column = super().__new__(cls, sql)
        column.kind = kind
        return column

    def under(self, alias):
        return Column(f'{alias}.{self}', self.kind)


TABLES = {'u': ['id', 'grp', 'boss'], 'p': ['id', 'author_id', 'score', 'kind'], 'c': ['id', 'pid', 'uid'], 'pt': ['pid', 'tid'],
          'gen': ['id', 'a', 'twice']}


class Views:
    def __init__(self, chance, tables=None, constants=None):
        """`tables`: the Columns of each. `constants`: for each kind a value that occurs, as SQL."""
        self.chance = chance
        self.tables = tables or {name: [Column(c) for c in columns] for name, columns in TABLES.items()}
        self.constants = constants or {'int': '1'}
        self.count = 0

    def alias(self):
        self.count += 1
        return f'a{self.count}'

    def view(self):
        """(definition, key)"""
        sql, columns = self.query(depth=self.chance.choice([1, 1, 2]), outer=[])
        key = self.chance.choice([columns[:1], columns[:1], columns[:2], self.chance.sample(columns, 1)])
        return sql, ','.join(key)

    def query(self, depth, outer):
        """A SELECT whose conditions may name `outer` columns; returns its text and its columns."""
        if depth and self.chance.random() < 0.12:
            return self.set_operation(depth, outer)
        source, columns = self.joined(depth, outer)
        where = self.where(columns, depth, outer)
        chosen = self.chance.sample(columns, min(len(columns), self.chance.choice([2, 3, 4])))
        names = [Column(f'c{i}', c.kind) for i, c in enumerate(chosen)]
        listed = ', '.join(f'{c} as {n}' for c, n in zip(chosen, names))
        shape = self.chance.choice(['plain'] * 7 + ['group'] * 4 + ['distinct', 'distinct on', 'window', 'window', 'limit', 'subselect', 'subselect'])
        tail = f'from {source} where {where}'
        if shape == 'plain':
            return f'select {listed} {tail}', names
        if shape == 'group':
            fold = self.chance.choice([Column('count(*)'), self.greatest(columns), self.total(columns)])
            having = self.chance.choice(['', '', ' having count(*) > 1'])
            return f'select {listed}, {fold} as f {tail} group by {", ".join(chosen)}{having}', names + [Column('f', fold.kind)]
        if shape == 'distinct':
            return f'select distinct {listed} {tail}', names
        if shape == 'distinct on':
            on = self.chance.sample(names, min(len(names), self.chance.choice([1, 1, 2])))
            return f'select distinct on ({", ".join(on)}) * from (select {listed} {tail}) s order by {", ".join(on + names)}', names
        if shape == 'window':
            by = self.chance.sample(columns, min(len(columns), self.chance.choice([0, 1, 1, 1, 2])))
            over = (f'partition by {", ".join(by)} ' if by else '') + f'order by {self.chance.choice(columns)}'
            sql = f'select {listed}, {self.chance.choice(["rank()", "count(*)"])} over ({over}) as w {tail}'
            if self.chance.random() < 0.4:
                return f'select * from ({sql}) s where w <= 2', names + [Column('w')]
            return sql, names + [Column('w')]
        if shape == 'limit':
            return f'select {listed} {tail} order by {", ".join(names)} limit {self.chance.choice([2, 5])}', names
        inner, inner_columns = self.query(max(depth - 1, 0), outer + columns)
        inner_columns = [c.under('s') for c in inner_columns]
        fold = self.chance.choice([Column('count(*)'), self.greatest(inner_columns), Column(f'count({self.chance.choice(inner_columns)})')])
        return f'select {listed}, (select {fold} from ({inner}) s) as q {tail}', names + [Column('q', fold.kind)]

    def greatest(self, columns):
        ordered = [c for c in columns if c.kind not in UNORDERED]
        column = self.chance.choice(ordered or columns)
        return Column(f'max({column})', column.kind) if ordered else Column(f'count({column})')

    def total(self, columns):
        integers = [c for c in columns if c.kind == 'int']
        column = self.chance.choice(integers or columns)
        return Column(f'sum({column})::int') if integers else Column(f'count({column})')

    def set_operation(self, depth, outer):
        left, columns = self.query(depth - 1, outer)
        right, others = self.query(depth - 1, outer)
        pairs = [(c, o) for c, o in zip(columns, others) if c.kind == o.kind][:2]
        if not pairs:
            return left, columns
        operator = self.chance.choice(['union all', 'union all', 'union', 'except', 'intersect'])
        lists = [', '.join(f'{c}::int as s{i}' if c.kind == 'int' and self.chance.random() < 0.1 else f'{c} as s{i}' for i, c in enumerate(cs))
                 for cs in zip(*pairs)]
        return (f'select {lists[0]} from ({left}) l {operator} select {lists[1]} from ({right}) r',
                [Column(f's{i}', c.kind) for i, (c, _) in enumerate(pairs)])

    def item(self, depth, outer):
        alias = self.alias()
        if depth and self.chance.random() < 0.35:
            sql, columns = self.query(depth - 1, outer)
            return f'({sql}) {alias}', [c.under(alias) for c in columns]
        table = self.chance.choice(list(self.tables))
        return f'{table} {alias}', [c.under(alias) for c in self.tables[table]]

    def joined(self, depth, outer):
        source, columns = self.item(depth, outer)
        for _ in range(self.chance.choice([0, 1, 1, 1, 2])):
            if self.chance.random() < 0.12 and depth:
                sql, more = self.query(depth - 1, outer + columns)
                alias = self.alias()
                source = f'{source} {self.chance.choice(["join", "left join"])} lateral ({sql}) {alias} on {self.chance.choice(["true", self.condition(columns, columns)])}'
                columns = columns + [c.under(alias) for c in more]
                continue
            right, more = self.item(depth, outer)
            kind = self.chance.choice(['join'] * 5 + ['left join'] * 4 + ['right join', 'full join'])
            on = [self.equality(columns, more)]
            if kind != 'full join' and self.chance.random() < 0.4:
                on.append(self.condition(columns + more, columns + more + outer))
            if kind != 'full join' and self.chance.random() < 0.08:
                on = [self.condition(columns + more, columns + more)]
            source = f'({source} {kind} {right} on {" and ".join(on)})'
            columns = columns + more
        return source, columns

    def pair(self, some, others):
        """One of each, which can be compared; one of `some` twice where no two can."""
        a, b = self.chance.choice(some), self.chance.choice(others)
        if a.kind == b.kind:
            return a, b
        return self.chance.choice([(x, y) for x in some for y in others if x.kind == y.kind] or [(a, a)])

    def equality(self, some, others):
        a, b = self.pair(some, others)
        return f'{a} = {b}'

    def condition(self, some, others):
        a, b = self.pair(some, others)
        tests = [f'{a} = {b}'] * 6 + [f'{a} <= {b}', f'{a} is not distinct from {b}', f'{a} is distinct from {b}']
        if constant := self.constants.get(a.kind):
            tests += [f'({a} = {b} or {a} = {constant})', f'coalesce({a}, {constant}) = {b}', f'{a} > {constant}']
        tests += [f'{a} is not null', f'{a} is null']
        if a.kind == 'int':
            tests.append(f'{a} + 1 = {b}')
        return self.chance.choice(tests)

    def where(self, columns, depth, outer):
        parts = []
        if outer and self.chance.random() < 0.85:
            parts.append(self.equality(columns, outer))
        if self.chance.random() < 0.35:
            parts.append(self.condition(columns, columns + outer))
        if depth and self.chance.random() < 0.25:
            parts.append(self.sublink(columns, depth, outer))
        return ' and '.join(parts) or 'true'

    def sublink(self, columns, depth, outer):
        column = self.chance.choice(columns)
        test = self.chance.choice(['exists', 'not exists', 'in', 'in', 'not in', 'or in'])
        if test in ('exists', 'not exists'):
            sql, _ = self.query(depth - 1, outer + columns)
            return f'{test} ({sql})'
        sql, inner = self.query(depth - 1, self.chance.choice([[], outer + columns]))
        same = [c for c in inner if c.kind == column.kind]
        if not same:
            return f'exists ({sql})'
        member = f'{column} {test.replace("or ", "")} (select s.{same[0]} from ({sql}) s)'
        return f'({member} or {self.condition(columns, columns)})' if test == 'or in' else member

"""Random views over the tables of shapes.py: joins of all kinds over tables and subqueries, nested.

All columns are integers, so that any two can be compared. A view's rows are determined by
its tables alone: windows use rank and count, LIMIT and DISTINCT ON order by everything.
"""

TABLES = {'u': ['id', 'grp', 'boss'], 'p': ['id', 'author_id', 'score', 'kind'], 'c': ['id', 'pid', 'uid'], 'pt': ['pid', 'tid'],
          'gen': ['id', 'a', 'twice']}


class Views:
    def __init__(self, chance):
        self.chance = chance
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
        names = [f'c{i}' for i in range(len(chosen))]
        listed = ', '.join(f'{c} as {n}' for c, n in zip(chosen, names))
        shape = self.chance.choice(['plain'] * 7 + ['group'] * 4 + ['distinct', 'distinct on', 'window', 'window', 'limit', 'subselect', 'subselect'])
        tail = f'from {source} where {where}'
        if shape == 'plain':
            return f'select {listed} {tail}', names
        if shape == 'group':
            fold = self.chance.choice(['count(*)', f'max({self.chance.choice(columns)})', f'sum({self.chance.choice(columns)})::int'])
            having = self.chance.choice(['', '', ' having count(*) > 1'])
            return f'select {listed}, {fold} as f {tail} group by {", ".join(chosen)}{having}', names + ['f']
        if shape == 'distinct':
            return f'select distinct {listed} {tail}', names
        if shape == 'distinct on':
            on = self.chance.sample(names, self.chance.choice([1, 1, 2]))
            return f'select distinct on ({", ".join(on)}) * from (select {listed} {tail}) s order by {", ".join(on + names)}', names
        if shape == 'window':
            by = self.chance.sample(columns, self.chance.choice([0, 1, 1, 1, 2]))
            over = (f'partition by {", ".join(by)} ' if by else '') + f'order by {self.chance.choice(columns)}'
            sql = f'select {listed}, {self.chance.choice(["rank()", "count(*)"])} over ({over}) as w {tail}'
            if self.chance.random() < 0.4:
                return f'select * from ({sql}) s where w <= 2', names + ['w']
            return sql, names + ['w']
        if shape == 'limit':
            return f'select {listed} {tail} order by {", ".join(names)} limit {self.chance.choice([2, 5])}', names
        inner, inner_columns = self.query(max(depth - 1, 0), outer + columns)
        fold = self.chance.choice(['count(*)', 'max(s.{})', 'count(s.{})']).format(self.chance.choice(inner_columns))
        return f'select {listed}, (select {fold} from ({inner}) s) as q {tail}', names + ['q']

    def set_operation(self, depth, outer):
        left, columns = self.query(depth - 1, outer)
        right, others = self.query(depth - 1, outer)
        width = min(len(columns), len(others), 2)
        operator = self.chance.choice(['union all', 'union all', 'union', 'except', 'intersect'])
        lists = [', '.join(f'{c}::int as s{i}' if self.chance.random() < 0.1 else f'{c} as s{i}' for i, c in enumerate(cs[:width]))
                 for cs in (columns, others)]
        return (f'select {lists[0]} from ({left}) l {operator} select {lists[1]} from ({right}) r', [f's{i}' for i in range(width)])

    def item(self, depth, outer):
        alias = self.alias()
        if depth and self.chance.random() < 0.35:
            sql, columns = self.query(depth - 1, outer)
            return f'({sql}) {alias}', [f'{alias}.{c}' for c in columns]
        table = self.chance.choice(list(TABLES))
        return f'{table} {alias}', [f'{alias}.{c}' for c in TABLES[table]]

    def joined(self, depth, outer):
        source, columns = self.item(depth, outer)
        for _ in range(self.chance.choice([0, 1, 1, 1, 2])):
            if self.chance.random() < 0.12 and depth:
                sql, more = self.query(depth - 1, outer + columns)
                alias = self.alias()
                source = f'{source} {self.chance.choice(["join", "left join"])} lateral ({sql}) {alias} on {self.chance.choice(["true", self.condition(columns, columns)])}'
                columns = columns + [f'{alias}.{c}' for c in more]
                continue
            right, more = self.item(depth, outer)
            kind = self.chance.choice(['join'] * 5 + ['left join'] * 4 + ['right join', 'full join'])
            on = [f'{self.chance.choice(columns)} = {self.chance.choice(more)}']
            if kind != 'full join' and self.chance.random() < 0.4:
                on.append(self.condition(columns + more, columns + more + outer))
            if kind != 'full join' and self.chance.random() < 0.08:
                on = [self.condition(columns + more, columns + more)]
            source = f'({source} {kind} {right} on {" and ".join(on)})'
            columns = columns + more
        return source, columns

    def condition(self, some, others):
        a, b = self.chance.choice(some), self.chance.choice(others)
        return self.chance.choice([f'{a} = {b}'] * 6 + [f'{a} <= {b}', f'{a} is not distinct from {b}', f'{a} is distinct from {b}',
                                   f'({a} = {b} or {a} = 1)', f'coalesce({a}, 1) = {b}', f'{a} > 1', f'{a} is not null', f'{a} is null', f'{a} + 1 = {b}'])

    def where(self, columns, depth, outer):
        parts = []
        if outer and self.chance.random() < 0.85:
            parts.append(f'{self.chance.choice(columns)} = {self.chance.choice(outer)}')
        if self.chance.random() < 0.35:
            parts.append(self.condition(columns, columns + outer))
        if depth and self.chance.random() < 0.25:
            column = self.chance.choice(columns)
            test = self.chance.choice(['exists', 'not exists', 'in', 'in', 'not in', 'or in'])
            if test in ('exists', 'not exists'):
                sql, _ = self.query(depth - 1, outer + columns)
                parts.append(f'{test} ({sql})')
            else:
                sql, inner = self.query(depth - 1, self.chance.choice([[], outer + columns]))
                member = f'{column} {test.replace("or ", "")} (select s.{inner[0]} from ({sql}) s)'
                parts.append(f'({member} or {self.condition(columns, columns)})' if test == 'or in' else member)
        return ' and '.join(parts) or 'true'

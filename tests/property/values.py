"""The few values that each type takes, so that rows meet; the nasty ones among them.

Equal values have one text each (no 1.0 beside 1.00): else a view that groups by them could
show either, and no judge could say which.
"""
import uuid

WORDS = ['a', 'b', 'A', '', 'line\nbreak', 'cr\r\nlf', 'say "hi"', "it's", 'emoji 🐘', 'e\u0301 é', '\\', '{,}', '(a,"b")', 'null', ' ',
         'tab\t\x01\x7f', '\u2028', '%s &=+#?/', '[1,"a"]', 'ü' * 4100]

POOLS = {
    'integer': list(range(8)),
    'smallint': list(range(5)),
    'bigint': list(range(8)),
    'wide': [0, 1, -1, 2**53 - 1, 2**53, -2**53, 2**63 - 1, -2**63],  # a domain, see schema.py
    'score': list(range(6)),
    'text': WORDS,
    'uuid': [str(uuid.UUID(int=i * 0x1111111111111111111111111111)) for i in range(6)],
    'boolean': [True, False],
    'numeric': ['1.0', '2', '-0.5', 'NaN'],
    'numeric(8,2)': ['0.10', '2.00', '-3.50', '99999.99', 'NaN'],
    'double precision': [0.1, 1e300, -2.5, 'NaN', '-infinity'],
    'date': ['2026-01-31', '0044-03-15 BC', 'infinity', '1999-12-31'],
    'timestamp with time zone': ['2026-01-02 03:04:05.678901+00', 'infinity', '1999-12-31 23:59:59.9+05:30'],
    'mood': ['low', 'middle', 'high'],
    'jsonb': ['{"k": [1.5, null, "\\u2028\\n"]}', '[]', '"text"', '{"b": {}, "a": true}'],
    'text[]': [[], ['red'], ['a', 'blue', None], ['say "hi"', 'line\nbreak', '{,}']],
    'character(4)': ['a', 'ab', 'é', '    '],
}

# Types whose values can be compared across types without any overflow are of one kind.
KINDS = {'integer': 'int', 'smallint': 'int', 'bigint': 'int', 'score': 'int'}


def kind_of(type_name):
    return KINDS.get(type_name, type_name)


def any_value(chance, type_name):
    return chance.choice(POOLS[type_name])


def literal(value, type_name):
    """SQL of one value of a pool, for the text of a view."""
    if value is None:
        return f'null::{type_name}'
    quoted = str(value).replace("'", "''")
    return f"'{quoted}'::{type_name}" if '\\' not in quoted else "E'" + quoted.replace('\\', '\\\\') + f"'::{type_name}"

"""Views that join, group and are keyed by types whose equality, text or length is not what one expects.

SHAPES as in shapes.py; VALUES: table -> column -> what random rows have there. Where values that are
equal and not the same meet in a group, the view says which of them it shows, and compares it with nothing
but by that equality: else PostgreSQL's answer depends on its plan, and there is nothing to be equal to.
"""

# without autovacuum, which could change the plan, and so what a group shows
COLUMNS = '''(id int primary key, ct citext, nd text collate ci, n numeric, f float8, b bpchar, c4 char(4), c6 char(6), iv interval,
    tz timestamptz, by bytea, e colour, ia int[], jb jsonb, pr pair, prs pairs, bt bit varying, vc varchar(8), dm named, fx padded, tx text) with (autovacuum_enabled = off)'''

TABLES = f'''
create extension citext;
create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create type colour as enum ('red', 'deep blue', 'it''s');
create type pair as (a int, b text);
create domain pairs as pair check ((value).a is null or (value).a < 100);
create domain short as varchar(6); create domain named as short; create domain padded as char(5);
create table a {COLUMNS};
create table b {COLUMNS};
create table bits as select null::bit as x, null::int as id where false;  -- of any length, as bpchar is
'''

_WORDS = ['a', 'A', 'a ', 'b', 'B ', '', None, 'ab', 'aB']
_ROW = {
    'id': range(6), 'ct': _WORDS, 'nd': _WORDS, 'tx': _WORDS,
    'n': ['1', '1.0', '1.00', '2', 'NaN', None, '-0.0', '0'], 'f': ['1', '2', 'NaN', None, '-0', '0', 'Infinity'],
    'b': ['a', 'a ', 'ab', 'ab  ', 'b', None], 'c4': ['a', 'ab', 'abcd', None, 'a '], 'c6': ['a', 'ab', 'abcd', None],
    'vc': ['a', 'ab', 'ab  ', None], 'dm': ['a', 'ab', None], 'fx': ['a', 'ab', None],
    'iv': ['1 day', '24 hours', '1 mon', '30 days', None],
    'tz': ['2026-01-01', '2026-01-01 01:00+01', 'infinity', '-infinity', None],
    'by': [b'\x00\x01', b'a', b'', None, b'\\'], 'bt': ['101', '1', '', None], 'e': ['red', 'deep blue', "it's", None],
    'ia': ['{}', '{1}', '{1,NULL}', '[2:2]={1}', None], 'jb': ['1', '1.0', '{"a": 1.00}', '{"a": 1}', 'null', None, '["x", "a"]'],
    'pr': ['(1,a)', '(1,)', '(,)', None, '(1,"a,b")'], 'prs': ['(1,a)', '(1,)', None],
}
VALUES = {'a': _ROW, 'b': _ROW, 'bits': {'x': ['0', '1', None], 'id': range(4)}}


def _join(condition):
    return f'select b.id, a.id as x from b left join a on {condition}', 'id', []


SHAPES = {
    # equal, and yet not the same
    'citext_join': _join('a.ct = b.ct'),
    'citext_group': ('select b.id, s.n from b left join (select ct, count(*) as n from a group by ct) s on s.ct = b.ct', 'id', []),
    'citext_union': ('select b.id, s.ct is null as x from b left join (select ct from a union select ct from b) s on s.ct = b.ct', 'id', []),
    'citext_key': ('select distinct on (ct) ct::text as id, id as x from a order by ct, id', 'id', []),
    'citext_group_key': ('select ct::text as id, count(*) as n from a group by ct', 'id', ['a']),
    'citext_in_union': ('select b.id from b where b.tx in (select ct::text from a union select ct::text from b)', 'id', []),
    'collation_join': _join('a.nd = b.nd'),
    'collation_text_join': _join('a.nd = b.tx'),
    'collation_group': ('select b.id, s.n from b left join (select nd, count(*) as n from a group by nd) s on s.nd = b.nd', 'id', []),
    'collation_window': ('select id, count(*) over (partition by nd) as n from a', 'id', []),
    'collation_key': ('select distinct on (nd) nd, id as x from a order by nd, id', 'nd', ['a']),
    'collation_key_exact': ('select distinct on (nd) nd collate "C" as id, id as x from a order by nd, id', 'id', []),
    'numeric_join': ('select b.id, a.id as x, a.n from b left join a on a.n = b.n', 'id', []),
    'numeric_group': ('select b.id, s.c from b left join (select n, count(*) as c from a group by n) s on s.n = b.n', 'id', []),
    'float_join': _join('a.f = b.f'),
    'float_numeric_join': _join('a.f = b.n::float8'),
    'int_numeric_join': _join('a.n = b.id'),
    'bpchar_join': _join('a.b = b.b'),
    'bpchar_text_join': _join('a.b = b.tx'),
    'bpchar_varchar_join': _join('a.b = b.vc'),
    'bpchar_key': ('select distinct on (b) b, id as x from a order by b, id', 'b', ['a']),
    'bpchar_length': ('select distinct on (b) octet_length(b) as id, id as x from a order by b, id', 'id', []),
    'char_join': _join('a.c4 = b.c6'),
    'char_varchar_join': _join('a.vc = b.c4'),
    'char_key': ('select c4, count(*) as n from a group by c4', 'c4', []),
    'char_union': ("select c4 as k, 'a' as w from a union all select c6, 'b' from b", 'k', ['a', 'b']),
    'interval_join': ('select b.id, a.id as x, a.iv from b left join a on a.iv = b.iv', 'id', []),
    'interval_less': _join('a.iv < b.iv'),
    'interval_window': ('select id, count(*) over (partition by iv) as n from a', 'id', []),
    'jsonb_join': _join('a.jb = b.jb'),
    'jsonb_group': ('select b.id, s.n from b left join (select jb, count(*) as n from a group by jb) s on jsonb_typeof(s.jb) = b.tx', 'id', ['a']),
    # texts, casts and collations of what is journaled
    'bit_join': ('select b.id, bits.id as x from b left join bits on bits.id = b.id left join bits o on o.x = bits.x', 'id', []),
    'varbit_join': _join('a.bt = b.bt'),
    'bytea_join': _join('a.by = b.by'),
    'enum_join': _join('a.e = b.e'),
    'enum_key': ('select e, count(*) as n from a group by e', 'e', []),
    'domain_join': _join('a.dm = b.dm'),
    'domain_char_join': _join('a.fx = b.fx'),
    'domain_key': ('select dm, count(*) as n from a group by dm', 'dm', []),
    'domain_char_key': ('select fx, count(*) as n from a group by fx', 'fx', []),
    'timestamptz_join': _join('a.tz = b.tz'),
    'timestamptz_key': ('select tz, count(*) as n from a group by tz', 'tz', []),
    'array_join': _join('a.ia = b.ia'),
    'array_overlap': _join('a.ia && b.ia'),
    'array_any': _join('b.id = any (a.ia)'),
    'array_any_back': _join('a.id = any (b.ia)'),
    'array_any_less': ('select b.id from b where exists (select from a where b.n < any (a.ia::numeric[]))', 'id', ['a']),
    'array_all': _join('b.id <> all (a.ia)')[:2] + (['a'],),
    'in_list': ('select b.id, a.id as x from b left join a on a.tx = b.tx where a.id in (0, 1, 2)', 'id', []),
    'in_list_of_columns': _join('b.id in (a.id, a.n)')[:2] + (['a'],),
    'composite_join': _join('a.pr = b.pr'),
    'composite_domain_join': _join('a.prs = b.prs'),
    'composite_field': ('select b.id, a.id as x from b left join a on (a.pr).b = b.tx', 'id', ['a']),
    'row_join': _join('(a.ct, a.n) = (b.ct, b.n)'),
    'row_in': ('select b.id from b where (b.ct, b.n) in (select ct, n from a)', 'id', []),
    'row_not_in': ('select b.id from b where (b.ct, b.n) not in (select ct, n from a)', 'id', ['a']),
    'row_less': ('select b.id, a.id as x from b left join a on (a.id, a.n) < (b.id, b.n)', 'id', ['a']),
    'less_any': ('select b.id from b where b.n < any (select n from a)', 'id', []),
    'like_join': _join('a.tx like b.tx'),
    'regex_join': _join('a.tx ~* b.tx'),
    'collate_join': _join('a.tx collate "C" = b.tx'),
    'jsonb_has': _join('a.jb ? b.tx'),
    'jsonb_has_back': ('select a.id, b.id as x from a left join b on a.jb ? b.tx', 'id', []),
    'jsonb_contains': _join('a.jb @> b.jb'),
}

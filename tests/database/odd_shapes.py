"""Constructs that a derivation forgets: SHAPES and VALUES as in odd_types.py.

SINCE: shapes that need a newer server. Tables are small, rows match by chance, dangle and are null.
"""

TABLES = '''
create table p (id int primary key, a int, t text, doc jsonb, tags text[]);
create table q (id int primary key, a int, t text, pid int);
create table r (a int, b int, c int);
create table gen (id int primary key, b text, g text generated always as (b || '!') stored);
create view guarded with (security_barrier) as select * from q where a is not null;
create view ranked as select id, pid, count(*) over (partition by pid) as n from guarded;
create function numbers(int) returns setof int language sql immutable as 'select generate_series(1, $1)';
create function always() returns boolean language sql immutable return true;
'''

_NUMBER = [0, 1, 2, 3, 4, None]
_WORD = ['a', 'b', "it's", 'x\ny', None]
VALUES = {
    'p': {'id': range(5), 'a': _NUMBER, 't': _WORD, 'tags': ['{a,b}', '{}', None],
          'doc': ['{"a": 1}', '{"q": [1, 2, 3]}', '[1, 2]', None, '{"a": "2"}']},
    'q': {'id': range(5), 'a': _NUMBER, 't': _WORD, 'pid': _NUMBER},
    'r': {'a': _NUMBER, 'b': _NUMBER, 'c': _NUMBER},
    'gen': {'id': range(5), 'b': _WORD},
}

SHAPES = {
    # views, LATERAL, functions and VALUES in FROM
    'barrier': ('select p.id, s.t from p left join guarded s on s.pid = p.id', 'id', []),
    'barrier_ranked': ('select p.id, n.id as nid, n.n from p left join ranked n on n.pid = p.id', 'id', []),
    'barrier_ranked_other': ('select p.id, n.n from p left join ranked n on n.id = p.a', 'id', []),
    'lateral_values': ('select p.id, v.* from p, lateral (values (p.a, 1), ((select max(q.a) from q where q.pid = p.id), 2)) v(x, o) where o = 2', 'id', []),
    'lateral_values_join': ('select p.id, q.t from p, lateral (values (p.a), (p.id)) v(x) left join q on q.id = v.x', 'id', ['q']),
    'lateral_select': ('select p.id, v.x, q.t from p cross join lateral (select p.a as x) v left join q on q.id = v.x', 'id', []),
    'lateral_sets': ('''select p.id, l.* from p left join lateral (select q.t from q where q.pid = p.id union select r.a::text from r where r.b = p.id
        except select q.t from q where q.a = p.a) l on true''', 'id', []),
    'lateral_sets_deep': ('''select p.id, (select count(*) from (select q.id from q where q.pid = p.id union all
        (select r.a from r where r.b = p.id intersect select x.id from q x where x.a = p.a)) u) as n from p''', 'id', []),
    'lateral_sets_join': ('''select p.id, l.x, q.t from p left join lateral (select r.a as x from r where r.b = p.id
        union all select r.b from r where r.a = p.a) l on true left join q on q.id = l.x''', 'id', []),
    'lateral_having': ('select p.id, l.s from p cross join lateral (select sum(q.a) as s from q where q.pid = p.id having count(*) > 0) l', 'id', []),
    'lateral_window': ('select p.id, l.n, l.id as qid from p left join lateral (select q.id, row_number() over (partition by q.a order by q.id) as n from q where q.pid = p.id) l on true', 'id', []),
    'rows_from': ('select p.id, f.a, f.n from p, rows from (unnest(p.tags), numbers(p.a)) with ordinality f(a, b, n)', 'id', []),
    'function_join': ('select p.id, s.x, q.t from p, numbers(p.a) s(x) left join q on q.id = s.x', 'id', ['q']),
    'xml_table': ("select p.id, x.v from p, xmltable('/r/v' passing xmlelement(name r, xmlelement(name v, coalesce(p.a, 0))) columns v int path '.') x", 'id', []),
    'xml_table_select': ("""select p.id, x.v from p, xmltable('/r/v' passing (select xmlelement(name r, xmlagg(xmlelement(name v, q.id) order by q.id))
        from q where q.pid = p.id) columns v int path '.') x""", 'id', []),
    'no_from': ('select p.id, x.n, (select p.a) as y from p left join (select 1 as n) x on x.n = p.a', 'id', []),
    'no_from_union': ("select id, t from p union all select 99, 'x'", 'id', []),
    'no_table': ('select g as id from generate_series(1, 3) g', 'id', []),
    'no_arguments': ('select id, t from p where always() and id > 1', 'id', []),
    'empty_list': ('select p.id, count(*) as n from p, lateral (select from q where q.pid = p.id) x group by p.id', 'id', []),
    # aggregates
    'ordered_set': ('select p.id, (select percentile_disc(0.5) within group (order by q.a) from q where q.pid = p.id) as m from p', 'id', []),
    'hypothetical_set': ('select q.id, (select rank(q.a) within group (order by p.a) from p where p.a = q.pid) as n from q', 'id', []),
    'filter_exists': ('select p.a as id, count(*) filter (where exists (select from q where q.id = p.id)) as n from p group by p.a', 'id', []),
    'filter_in': ('select p.a as id, count(*) filter (where p.id in (select pid from q)) as n from p group by p.a', 'id', ['q']),
    'filter_outer': ('select q.id, count(p.id) filter (where p.a > q.a) as n from q left join p on p.a = q.pid group by q.id', 'id', []),
    'group_by_select': ('select p.id, (select max(q.a) from q where q.pid = p.a) as m, count(*) from p group by p.id, (select max(q.a) from q where q.pid = p.a)', 'id', []),
    'group_by_select_key': ('select (select q.a from q where q.id = p.a) as id, count(*) as n from p group by (select q.a from q where q.id = p.a)', 'id', ['p', 'q']),
    'group_by_expression': ('select p.a + 1 as b, p.id, count(*) as n from p group by p.id, p.a + 1', 'id', []),
    'group_correlated': ("select p.a as id, (select string_agg(q.t, ',' order by q.t) from q where q.pid = p.a) as s from p group by p.a", 'id', []),
    'group_window': ('select p.a as id, p.id as pid, sum(count(*)) over (partition by p.a) as s, (select count(*) from q where q.pid = p.a) as c from p group by p.a, p.id', 'pid', []),
    'having_select': ('select p.a as id, count(*) as n from p group by p.a having count(*) > (select count(*) from q where q.pid = p.a)', 'id', []),
    'having_in': ('select p.a as id, count(*) as n from p group by p.a having p.a in (select pid from q)', 'id', []),
    'grouping_sets_inside': ('select p.id, x.n from p left join (select pid, a, count(*) as n from q group by grouping sets ((pid), (pid, a))) x on x.pid = p.id and x.a is null', 'id', ['q']),
    'cube_inside': ('select p.id, x.n from p left join (select pid, a, count(*) as n from q group by cube (pid, a)) x on x.pid = p.id and x.a = p.a', 'id', ['q']),
    # subqueries where one does not look
    'order_by_select': ('select p.id, array(select q.t from q where q.pid = p.id order by (select max(r.a) from r where r.b = q.id), q.id) as x from p', 'id', []),
    'case_select': ('select p.id, case when p.a > 1 then (select t from q where q.id = p.a) else (select max(b)::text from r where r.a = p.id) end as x from p', 'id', []),
    'window_offset_select': ('select q.id, lag(q.t, (select min(r.a) from r where r.b = 1)) over (partition by q.pid order by q.id) as x from q', 'id', ['r']),
    'row_select': ('select p.id from p where (p.a, p.id) = (select max(q.a), min(q.pid) from q where q.pid = p.id)', 'id', []),
    'coalesce_in': ('select p.id from p where coalesce(p.a in (select pid from q), true)', 'id', ['q']),
    'not_not_in': ('select p.id from p where not (not (p.a in (select q.a from q)))', 'id', ['q']),
    'not_in_correlated': ('select p.id from p where p.a not in (select q.a from q where q.pid = p.id)', 'id', []),
    'in_on_left': ('select p.id, q.t from p left join q on q.pid = p.id and q.a in (select r.a from r)', 'id', []),
    'in_on_left_preserved': ('select p.id, q.t from p left join q on q.pid = p.id and p.a in (select r.a from r)', 'id', []),
    'in_union': ('select p.id from p where p.a in (select q.a from q union select r.b from r)', 'id', []),
    'in_group': ('select p.id from p where p.a in (select q.a from q group by q.a having count(*) > 1)', 'id', []),
    'in_limit': ('select p.id from p where p.a in (select q.a from q order by q.id limit 2)', 'id', ['q']),
    'in_window': ('select p.id from p where p.a in (select x.a from (select q.a, row_number() over (partition by q.pid order by q.id) as n from q) x where n = 1)', 'id', []),
    'in_nested': ('select p.id from p where p.a in (select q.a from q where q.pid in (select r.a from r where r.b = p.id))', 'id', []),
    'exists_union': ('select p.id from p where exists (select from q where q.pid = p.id union all select from r where r.a = p.id)', 'id', []),
    'not_exists_deep': ('select p.id from p where not exists (select from q where q.pid = p.id and not exists (select from r where r.a = q.id and r.b = p.a))', 'id', []),
    'greater_any': ('select p.id from p where p.a >= any (select q.a from q where q.pid = p.id)', 'id', []),
    'any_array': ('select p.id, array(select q.id from q where q.t = any (p.tags) order by 1) as x from p', 'id', []),
    'exists_in_exists': ('select p.id, array(select x.n from (select q.id, (select count(*) from r where r.a = q.id and r.c = p.a) as n from q where q.pid = p.id) x order by 1) as n from p', 'id', []),
    'not_exists_except': ('select p.id from p where not exists (select q.a from q where q.pid = p.id except select r.c from r where r.a = p.id)', 'id', []),
    'case_on': ('select p.id, q.t from p left join q on case when p.a > 1 then q.pid = p.id else q.a = p.id end', 'id', ['q']),
    'any_array_lateral': ('select p.id, x.n from p, lateral (select count(*) as n from q where q.t = any (p.tags) and q.pid = p.a) x', 'id', []),
    # WITH
    'cte_chain': ('with a as (select id, a from p), b as (select a.id, q.t from a left join q on q.pid = a.id), c as materialized (select * from b) select * from c', 'id', []),
    'cte_nested': ('with a as (with b as (select * from q) select b.pid, count(*) as n from b group by 1) select p.id, (with z as (select * from a) select n from z where z.pid = p.id) as n from p', 'id', []),
    'cte_shadows': ('with q as (select r.a as pid, r.b as t from r) select p.id, q.t from p left join q on q.pid = p.id', 'id', []),
    'cte_search_cycle': ('''with recursive t(id, b) as (select a, b from r union all select r.a, r.b from r join t on r.a = t.b where t.id < 2)
        search depth first by id set o cycle id set is_c using path select id, count(*) as n from t where not is_c group by id''', 'id', ['r', 'r']),
    'cte_window_twice': ('with w as (select id, pid, a, row_number() over (partition by pid order by id) as k from q) select p.id, f.id as first, l.id as by_a from p left join w f on f.pid = p.id and f.k = 1 left join w l on l.a = p.a and l.k = 1 and l.pid = p.id', 'id', []),
    # outer joins and aliases
    'join_alias': ('select j.id, j.t from (p join q using (id, a)) as j(id, a, x, doc, tags, t)', 'id', []),
    'using_alias': ('select x.id, p.t from p join q using (id) as x', 'id', []),
    'using_left': ('select id, r.b from (p left join q using (id)) left join r on r.a = id', 'id', []),
    'full_reduced': ('select p.id, r.b from p full join q on q.pid = p.id left join r on r.a = q.id', 'id', []),
    'full_reduced_where': ('select q.id, p.t from p full join q on q.pid = p.id where p.id is not null', 'id', []),
    'right_chain': ('select q.id, r.c from r right join p on r.a = p.id right join q on p.id = q.pid', 'id', []),
    'left_nested_right': ('select p.id, x.c from p left join (q right join r on q.id = r.a) x on x.b = p.id', 'id', []),
    'left_two_parents': ('select p.id, q.t, r.c from p left join q on q.pid = p.id left join r on r.a = q.id and r.b = p.a', 'id', []),
    'left_is_null': ('select p.id from p left join q on q.pid = p.id where q.id is null', 'id', []),
    'left_or_null': ('select p.id, q.t from p left join q on q.pid = p.id where q.a = 1 or q.a is null', 'id', []),
    'left_coalesce': ('select p.id, r.c from p left join q on q.pid = p.id left join r on r.a = coalesce(q.a, p.a)', 'id', ['r']),
    'exists_left': ('''select p.id from p where exists (select from q join r on r.a = q.id left join gen on gen.id = r.b
        where q.pid = p.id and (gen.id is null or r.c = p.a))''', 'id', []),
    'full_reduced_both': ('select p.id, q.id as qid from p full join q on q.pid = p.id where p.a is not null and q.a > 0', 'id', []),
    'right_using': ('select id, p.t, q.t as qt, gen.b from p right join q using (id) left join gen using (id)', 'id', []),
    # set operations
    'union_chain': ('select q.t, x.id from q join (select id, a from p union all select a, b from r) x on x.a = q.id', 'id', []),
    'union_nested': ('select id, a from p union (select a, b from r union all select id, pid from q)', 'id', []),
    'union_key_half': ('select x.id, gen.b from (select id from p union all select a + 1 from r) x left join gen on gen.id = x.id', 'id', ['gen', 'r']),
    # windows
    'window_frame': ('''select id, sum(a) over (partition by pid order by id rows between 1 preceding and current row exclude current row) as s,
        lag(t) over w as l from q window w as (partition by pid order by id)''', 'id', []),
    'window_in_window': ('select id, n from (select id, pid, n, row_number() over (partition by pid, n order by id) as m from (select id, pid, count(*) over (partition by a) as n from q) x) y where m = 1', 'id', []),
    'window_left': ('select q.id, rank() over (partition by q.pid order by p.a, q.id) as n from q left join p on p.id = q.a', 'id', []),
    'window_left_partition': ('select q.id, rank() over (partition by p.a order by q.id) as n from q left join p on p.id = q.a', 'id', ['p', 'q']),
    'window_over_union': ('select id, count(*) over (partition by a) as n from (select id, a from p union all select id, a from q) x', 'id', ['p', 'q']),
    'distinct_on_join': ('select distinct on (p.id) p.id, q.id as qid, q.t from p left join q on q.pid = p.id order by p.id, q.a desc nulls last, q.id', 'id', []),
    'distinct_on_two': ('select distinct on (pid, a) id, pid, a, t from q order by pid, a, id', 'id', []),
    'distinct_on_partner': ('select p.id, d.t from p left join (select distinct on (pid) pid, a, t, id from q order by pid, id) d on d.a = p.a', 'id', []),
    'window_in_exists': ('select p.id from p where exists (select from (select q.*, rank() over (partition by pid order by a, id) as k from q) z where z.pid = p.id and z.k = 1 and z.a = p.a)', 'id', []),
    'window_and_select': ('select id, rank() over (partition by a order by id) as k, (select count(*) from r where r.a = q.id) as n from q', 'id', []),
    'distinct_on_union': ('select distinct on (a) a, id from (select a, id from p union all select a, id from q) x order by a, id', 'a', []),
    # generated columns
    'generated_join': ("select gen.id, r.c from r join gen on gen.g = r.a || '!'", 'id', ['r']),
    'generated_key': ('select g, count(*) as n from gen group by g', 'g', []),
}

SINCE = {
    16: ('', {}, {
        'json_constructors': ("select p.id, json_object('id': p.id, 'q': json_array(select q.t from q where q.pid = p.id order by q.id)) as j, json_arrayagg(p.t order by p.id) as k from p group by p.id", 'id', []),
        'is_json': ('select p.id from p where p.t is json', 'id', []),
    }),
    17: ('', {}, {
        'json_table': ("select p.id, x.n, q.t from p left join json_table(p.doc, '$.q[*]' columns (n int path '$')) x on true left join q on q.id = x.n", 'id', ['q']),
        'json_table_select': ("select p.id, x.n from p, json_table((select jsonb_agg(q.a order by q.id) from q where q.pid = p.id), '$[*]' columns (n int path '$')) x", 'id', []),
        'json_table_nested': ("select p.id, x.* from p, json_table(p.doc, '$' passing p.a as pa columns (a int path '$.a', nested path '$.q[*]' columns (i int path '$'))) x", 'id', []),
        'json_value_key': ("select json_value(p.doc, '$.a' returning int) as k, count(*) as n from p group by 1", 'k', ['p']),
    }),
    18: ('create table vg (id int primary key, a int, v int generated always as (a * 2) virtual);',
         {'vg': {'id': range(5), 'a': _NUMBER}}, {
        'virtual': ('select id, v from vg', 'id', []),
        'virtual_key': ('select v, count(*) as n from vg group by v', 'v', ['vg']),
        'virtual_join': ('select q.id, vg.id as x, vg.v from q left join vg on vg.v = q.a', 'id', ['vg']),
        'virtual_hop': ('select p.id, q.t from p left join vg on vg.id = p.a left join q on q.id = vg.v', 'id', ['q']),
        'virtual_window': ('select id, count(*) over (partition by v) as n from vg', 'id', ['vg']),
    }),
}

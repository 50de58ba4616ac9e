"""A view of every shape, each with the tables whose changes must re-read the whole.

SHAPES: name -> (definition, key, tables without a way). Small tables of small values,
without foreign keys, so that rows match by chance, dangle and are null.
"""

TABLES = '''
create schema "Odd Place";
create type mood as enum ('low', 'middle', 'high');
create domain score as int check (value > -1000);
create table u (id int primary key, name text, grp int, boss int, mail text);
create table p (id bigint primary key, author_id int, title text, score int, kind smallint, at timestamptz, tags text[]);
create table c (id int primary key, pid bigint, uid int, body text, mood mood);
create table t (id int primary key, name text);
create table pt (pid bigint, tid int, primary key (pid, tid));
create table ck (a int, b text, v int, primary key (a, b));
create table cv (a int, b text, w score, n numeric);
create table code (code text primary key, ref uuid, fixed char(4));
create table "Odd Place"."Mixed, Table" ("Key Col" uuid primary key, "select" int, payload jsonb);
create table part (id int, region int, v text) partition by list (region);
create table part_1 partition of part for values in (0, 1);
create table part_2 (v text, region int, id int);
alter table part attach partition part_2 for values in (2);
create table part_3 partition of part default;
create table parent (id int, v text);
create table child (extra int) inherits (parent);
create table gen (id int primary key, a int, twice int generated always as (a * 2) stored);
create table lang (code text collate "C" primary key, name text);
create table word (id int primary key, lang text collate "C", w text);
create index on p (author_id); create index on c (pid); create index on c (uid); create index on pt (tid);
'''

SHAPES = {
    # joins
    'plain': ('select * from p', 'id', []),
    'filtered': ("select id, title from p where score > 2 and title <> 'b'", 'id', []),
    'inner': ('select p.id, p.title, u.name from p join u on u.id = p.author_id', 'id', []),
    'inner_where': ('select p.id, u.name from p, u where p.author_id = u.id', 'id', []),
    'left': ('select p.id, p.title, u.name from p left join u on u.id = p.author_id', 'id', []),
    'right': ('select p.id, p.title, u.name from u right join p on u.id = p.author_id', 'id', []),
    'full': ('select p.id, p.title, u.name from u full join p on u.id = p.author_id', 'id', []),
    'left_null_side': ('select u.id, p.title from p left join u on u.id = p.author_id', 'id', []),
    'chain_4': ('select c.id, u2.name from c join p on p.id = c.pid join u on u.id = p.author_id join u u2 on u2.id = u.boss', 'id', []),
    'self_join': ('select a.id, a.name, b.name as boss from u a left join u b on b.id = a.boss', 'id', []),
    'using': ('select a.id, c.body from p a join c using (id)', 'id', []),
    'left_using': ('select id, c.body, p.title from p left join c using (id)', 'id', []),
    'full_using': ('select id, c.body, p.title from p full join c using (id)', 'id', ['p', 'c']),
    'natural': ('select * from ck natural join cv', 'a', []),
    'nested_left': ('select p.id, c.body, u.name from p left join (c left join u on u.id = c.uid) on c.pid = p.id', 'id', []),
    'nested_inner': ('select p.id, c.body, u.name from p left join (c join u on u.id = c.uid) on c.pid = p.id', 'id', []),
    'strict_reduces': ('select p.id, u.name, c.body from p left join u on u.id = p.author_id join c on c.uid = u.id', 'id', []),
    'on_preserved': ('select p.id, u.name, c.body from p join u on u.id >= p.score left join c on p.author_id = u.id and c.pid = p.id', 'id', []),
    'left_on_constant': ('select p.id, u.name from p left join u on u.grp = 1', 'id', ['u']),
    'cross': ('select p.id, t.name from p cross join t', 'id', ['t']),
    'between': ('select p.id, u.name from p join u on p.score between u.grp and u.boss', 'id', []),
    'lower': ('select p.id, u.name from p join u on lower(p.title) = lower(u.name)', 'id', []),
    'int_bigint': ('select c.id, p.title from c join p on p.id = c.id', 'id', []),
    'not_distinct': ('select p.id, u.name from p join u on u.id is not distinct from p.author_id', 'id', ['u']),
    'distinct_from': ('select p.id, u.name from p join u on u.id is distinct from p.author_id', 'id', ['u']),
    'coalesced': ('select p.id, u.name from p join u on coalesce(u.grp, 1) = p.kind', 'id', ['u']),
    'or_join': ('select p.id, u.name from p join u on u.id = p.author_id or u.grp = p.kind', 'id', ['u']),
    'collated': ('select p.id, u.name from p join u on p.title = u.name collate "C"', 'id', []),
    'lower_collated': ('select l.code, w.w from lang l join word w on lower(w.lang) = lower(l.code)', 'code', ['word']),
    # keys
    'collated_key': ('select l.code, (select count(*) from word w where w.lang = l.code) as n from lang l', 'code', []),
    'collated_apart': ('select l.code, p.title from lang l left join p on p.title = l.code collate "POSIX"', 'code', []),
    'collated_union': ('select code, name from lang union all select name, mail from u', 'code', []),
    'key_of_other': ('select p.author_id as id, u.name, count(*) as n from p join u on u.id = p.author_id group by 1, 2', 'id', []),
    'composite': ('select a, b, v from ck', 'a,b', []),
    'composite_join': ('select ck.a, ck.b, ck.v, cv.w, cv.n from ck left join cv on cv.a = ck.a and cv.b = ck.b', 'a,b', []),
    'key_of_two': ('select p.id, u.id as uid, u.name from p join u on u.grp = p.kind', 'id,uid', ['p', 'u']),
    'text_key': ('select code, ref from code', 'code', []),
    'char_key': ('select fixed, count(*) as n from code group by fixed', 'fixed', []),
    'uuid_key': ('select m."Key Col", m."select", c.code from "Odd Place"."Mixed, Table" m left join code c on c.ref = m."Key Col"', 'Key Col', []),
    'numeric_key': ('select n, count(*) as c, min(a) as a from cv group by n', 'n', ['cv']),
    'date_key': ('select at, count(*) as n from p group by at', 'at', []),
    'enum_key': ('select mood, count(*) as n, max(body) as b from c group by mood', 'mood', []),
    'domain_key': ('select w, count(*) as n from cv group by w', 'w', []),
    'not_unique': ('select author_id, title from p', 'author_id', []),
    'upper_key': ("select upper(code) as code, ref from code", 'code', []),
    'length_key': ('select length(title) as n, count(*) as c from p group by 1', 'n', []),
    'length_of_key': ('select length(code) as n, ref from code', 'n', []),
    'computed_key': ('select p.id + 1 as id, p.title from p', 'id', ['p']),
    # aggregates and subqueries
    'tags': ("select p.id, p.title, array(select t.name from pt join t on t.id = pt.tid where pt.pid = p.id order by 1) as tags from p", 'id', []),
    'group_by': ('select u.id, u.name, count(p.id) as n, max(p.score) as best from u left join p on p.author_id = u.id group by u.id', 'id', []),
    'having': ('select author_id, count(*) as n from p group by author_id having count(*) > 1', 'author_id', []),
    'distinct': ('select distinct author_id, kind from p', 'author_id,kind', []),
    'exists': ('select p.* from p where exists (select from c where c.pid = p.id and c.mood = \'high\')', 'id', []),
    'not_exists': ('select p.id, p.title from p where not exists (select from c join u on u.id = c.uid where c.pid = p.id and u.grp = 1)', 'id', []),
    'in': ('select p.id, p.title from p where p.author_id in (select u.id from u where u.grp = 1)', 'id', []),
    'in_under_or': ('select p.id from p where p.score = 1 or p.author_id in (select u.id from u where u.grp = 1)', 'id', []),
    'not_in': ('select p.id, p.title from p where p.author_id not in (select c.uid from c)', 'id', ['c']),
    'in_selected': ('select p.id, p.author_id in (select c.uid from c) as talks from p', 'id', ['c']),
    'greater_all': ('select p.id from p where p.score >= all (select q.score from p q where q.author_id = p.author_id)', 'id', []),
    'not_all': ('select p.id from p where p.author_id <> all (select c.uid from c)', 'id', ['c']),
    'scalar': ('select p.id, (select max(c.id) from c where c.pid = p.id) as newest from p', 'id', []),
    'uncorrelated': ('select p.id, (select count(*) from u) as n from p', 'id', ['u']),
    'lateral_limit': ('select p.id, l.body from p left join lateral (select c.body from c where c.pid = p.id order by c.id desc limit 2) l on true', 'id', []),
    'lateral_in_preserved': ('select p.id, l.n from p, lateral (select count(*) as n from u left join c on c.uid = u.id and c.pid = p.id) l', 'id', ['u']),
    'outer_to_preserved': ('select p.id, l.n from p, lateral (select count(c.id) as n from u left join c on c.uid = u.id and u.id = p.author_id) l', 'id', ['u', 'c']),
    'lateral_two': ('select p.id, l.n from p, lateral (select count(*) as n from c join u on u.id = c.uid where c.pid = p.id) l', 'id', []),
    'json_nested': ("""select u.id, (select jsonb_agg(jsonb_build_object('id', p.id, 'comments',
        (select count(*) from c where c.pid = p.id)) order by p.id) from p where p.author_id = u.id) as posts from u""", 'id', []),
    'derived': ('select d.id, d.title, u.name from (select p.id, p.title, p.author_id from p where p.score > 0) d join u on u.id = d.author_id', 'id', []),
    'derived_group': ('select u.id, u.name, s.n from u left join (select author_id, count(*) as n from p group by author_id) s on s.author_id = u.id', 'id', []),
    'derived_limit': ('select u.id, s.title from u left join (select author_id, title from p order by id limit 3) s on s.author_id = u.id', 'id', ['p']),
    'derived_left': ('select u.id, s.n from u left join (select p.author_id, count(c.id) as n from p left join c on c.pid = p.id group by 1) s on s.author_id = u.id', 'id', []),
    'values': ("select p.id, v.w from p left join (values (1, 'one'), (2, 'two')) v(n, w) on v.n = p.score", 'id', []),
    'unnest': ('select p.id, count(x) as n from p left join lateral unnest(p.tags) x on true group by p.id', 'id', []),
    'unnest_join': ('select p.id, t.id as tid from p, unnest(p.tags) x join t on t.name = x', 'id', ['t']),
    'srf_in_list': ('select p.id, unnest(p.tags) as tag from p', 'id', []),
    'whole_row': ('select p.id, to_jsonb(u) as author from p left join u on u.id = p.author_id', 'id', []),
    # views over views, CTEs, set operations
    'view_over_view': ('select x.id, x.name, c.body from v_left x left join c on c.pid = x.id', 'id', []),
    'view_of_tags': ("select x.id, x.tags, u.name from v_tags x join p on p.id = x.id join u on u.id = p.author_id where cardinality(x.tags) > 0", 'id', []),
    'cte': ('with s as (select author_id, count(*) as n from p group by 1) select u.id, s.n from u join s on s.author_id = u.id', 'id', []),
    'cte_twice': ('with s as (select author_id, count(*) as n from p group by 1) select u.id, s.n, b.n as boss from u join s on s.author_id = u.id left join s b on b.author_id = u.boss', 'id', []),
    'cte_recursive': ('with recursive up as (select id, boss, 1 as depth from u union all select up.id, u.boss, depth + 1 from up join u on u.id = up.boss where depth < 5) select id, max(depth) as depth from up group by id', 'id', ['u', 'u']),
    'cte_recursive_key': ('with recursive up(id, root, depth) as (select t.id, t.name, 1 from t union all select u.id, up.root, depth + 1 from up join u on u.boss = up.id where depth < 4) select id, count(root) as n from up group by id', 'id', ['t', 'u']),
    'union_all': ("select id, title as text, 'p' as k from p union all select id, body, 'c' from c", 'id', []),
    'union': ('select author_id as id from p union select uid from c', 'id', []),
    'except': ('select id from u except select author_id from p', 'id', []),
    'intersect': ('select id from u intersect select author_id from p', 'id', []),
    'union_partner': ('select p.id, x.w from p left join (select uid, body as w from c union all select id, name from u) x on x.uid = p.author_id', 'id', []),
    'union_parent': ('select x.id, u.name from (select id, author_id from p where score > 1 union all select id, uid from c) x join u on u.id = x.author_id', 'id', []),
    'union_limit': ('(select id from u order by id limit 2) union all select id from t', 'id', ['u']),
    'union_types': ("select id, title from p union all select null::bigint, name from u", 'id', ['u']),
    # windows, DISTINCT ON, LIMIT
    'window_by_key': ('select id, author_id, row_number() over (partition by id) as n from p', 'id', []),
    'window': ('select id, row_number() over (partition by author_id order by id) as n from p', 'id', []),
    'window_top_2': ('select id, title, author_id from (select p.*, row_number() over (partition by author_id order by score desc, id) as n from p) x where n <= 2', 'id', []),
    'window_joined': ('select p.id, u.name, rank() over (partition by u.grp order by p.score, p.id) as r from p join u on u.id = p.author_id', 'id', []),
    'window_nullable': ('select p.id, rank() over (partition by u.grp order by p.id) as r from p left join u on u.id = p.author_id', 'id', ['p', 'u']),
    'window_whole': ('select id, rank() over (order by score, id) as r from p', 'id', ['p']),
    'window_two': ('select id, rank() over (partition by author_id, kind order by id) as r, count(*) over (partition by author_id) as n from p', 'id', []),
    'window_two_apart': ('select id, rank() over (partition by kind order by id) as r, count(*) over (partition by author_id) as n from p', 'id', ['p']),
    'window_grouped': ('select author_id as id, kind, count(*) as n, sum(count(*)) over (partition by kind) as of from p group by author_id, kind', 'id,kind', []),
    'window_grouping_sets': ('select author_id as id, kind, count(*) as n, sum(count(*)) over (partition by kind) as of from p group by grouping sets ((author_id, kind), (author_id))', 'id', ['p']),
    'distinct_on': ('select distinct on (author_id) author_id, id, title from p order by author_id, score desc, id', 'author_id', []),
    'distinct_on_other': ('select distinct on (author_id) id, author_id, title from p order by author_id, score desc, id', 'id', []),
    'limit': ('select id, title from p order by score desc, id limit 3', 'id', ['p']),
    'grouping_sets': ('select author_id, kind, count(*) as n from p group by grouping sets ((author_id), (kind))', 'author_id', ['p']),
    'rollup': ('select author_id, count(*) as n from p group by rollup (author_id)', 'author_id', ['p']),
    # kinds of tables
    'partitioned': ('select part.id, part.v, u.name from part left join u on u.id = part.id', 'id', []),
    'one_partition': ('select id, v, region from part_2', 'id', []),
    'partition_partner': ('select u.id, u.name, part.v from u left join part on part.id = u.id', 'id', []),
    'inherited': ('select id, v from parent', 'id', []),
    'only_parent': ('select id, v from only parent', 'id', []),
    'child': ('select id, v, extra from child', 'id', []),
    'child_by_extra': ('select u.id, child.v from u left join child on child.extra = u.id', 'id', []),
    'generated': ('select gen.id, gen.twice, u.name from gen left join u on u.id = gen.twice', 'id', []),
    'boolean_join': ('select p.id, u.name from p join u on (p.score > 1) = (u.grp > 1)', 'id', ['u']),
}

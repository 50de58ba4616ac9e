"""Names that break quoting, partitions of partitions, and inheritance: SHAPES and VALUES as in odd_types.py.

The names meet those of the generated SQL: its aliases, CTEs, transition tables and plpgsql's variables.
"""

_LONG = 'abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk'  # 63 bytes
PLACE = '"o.d d"."t%s""$x"'
_NUMBERS = ['"tg_op"', '"new_rows"', '"old_rows"', 'r', 'link', 'k1', 'v1', 'j', 't', 'w', 'gone', 'after', 'unseen', 'touched', _LONG]
_TEXTS = ['key', 'keys', 'x', '"$a$b"', '"$record$"', '"$changes$"', '"a%sb"', '"new\nline"', '"q""uote"', '"sl\\ash"', '"ключ 🐘"']

TABLES = f'''
create table p (id int primary key, a int, t text);
create schema "o.d d";
create table {PLACE} (found int, {', '.join(n + ' int' for n in _NUMBERS)}, {', '.join(n + ' text' for n in _TEXTS)});
create table parent (id int, dropped int, a int, t text);
alter table parent drop column dropped;
create table child_1 (z int) inherits (parent);
create table child_2 (t text, a int, id int, y int) inherits (parent);
create table grandchild (x int) inherits (child_1, child_2);
create table part (id int, region int, sub int, t text) partition by list (region);
create table part_a (t text, dropped int, sub int, id int, region int) partition by range (sub);
alter table part_a drop column dropped;
alter table part attach partition part_a for values in (0, 1);
create table part_a1 (gone int, region int, id int, t text, gone_2 int, sub int);
alter table part_a1 drop column gone, drop column gone_2;
alter table part_a attach partition part_a1 for values from (0) to (3);
create table part_a2 partition of part_a default;
create table part_b partition of part default;
'''

_NUMBER = [0, 1, 2, 3, 4, None]
_WORD = ['a', 'b', "it's", 'x\ny', None]
_PARENT = {'id': range(5), 'a': _NUMBER, 't': _WORD}
_PART = {'id': range(5), 'region': range(5), 'sub': range(5), 't': _WORD}
VALUES = {
    'p': {'id': range(5), 'a': _NUMBER, 't': _WORD},
    PLACE: {'found': range(5), **dict.fromkeys(_NUMBERS, _NUMBER), **dict.fromkeys(_TEXTS, _WORD)},
    'parent': _PARENT, 'child_1': {**_PARENT, 'z': _NUMBER}, 'child_2': {**_PARENT, 'y': _NUMBER}, 'grandchild': {**_PARENT, 'x': _NUMBER, 'z': _NUMBER},
    'part': _PART, 'part_a': {**_PART, 'region': [0, 1]}, 'part_a1': {**_PART, 'region': [0, 1], 'sub': range(3)}, 'part_b': {**_PART, 'region': [2, 3, 4]},
}

SHAPES = {
    'names_key': (f'select * from {PLACE}', 'found', []),
    'names_keys': (f'select tg_op, key, "$a$b", "a%s""b" from (select tg_op, key, "$a$b", "a%sb" as "a%s""b" from {PLACE}) x', 'key,"$a$b","a%s""b"', []),
    'names_dollars': (f'select "$record$", "$changes$", count(*) as n from {PLACE} group by 1, 2', '"$record$","$changes$"', []),
    'names_lines': (f'select "new\nline", "q""uote", "sl\\ash", "ключ 🐘", count(*) as n from {PLACE} group by 1, 2, 3, 4', '"new\nline","q""uote","sl\\ash","ключ 🐘"', []),
    'names_join': (f'select p.id, o.found, o.x from p left join {PLACE} o on o.new_rows = p.a and o.r = p.id', 'id', []),
    'names_chain': (f'''select p.id, j.found, y.link from p left join {PLACE} j on j.{_LONG} = p.a left join {PLACE} y on y.key = j.keys and y.j = j.t
        left join {PLACE} w on w.k1 = y.v1 and w.gone = y.w left join {PLACE} z on z.after = w.unseen and z."a%sb" = w."$a$b" ''', 'id', []),
    'names_aliases': ('select "{(".id as "):x", ":a".t as "[", "<>".a as """", ":a"."0" as "\\ " from p as "{(" left join p as "<>" on "<>".id = "{(".a '
                      'left join (select t, a as "0" from p) ":a" on ":a"."0" = "<>".id', '"):x"', []),
    'names_window': (f'select found, count(*) over (partition by old_rows, "$record$") as n from {PLACE}', 'found', []),
    'part_join': ('select p.id, part.t, part.sub from p left join part on part.id = p.id and part.sub = p.a', 'id', []),
    'part_key': ('select id, region, sub, count(*) as n from part group by 1, 2, 3', 'id,region,sub', []),
    'part_branch': ('select id, t, sub from part_a', 'id', []),
    'part_leaf': ('select p.id, part_a1.t from p left join part_a1 on part_a1.sub = p.a', 'id', []),
    'part_window': ('select id, t, count(*) over (partition by sub, t) as n from part', 'id', []),
    'part_only': ('select p.id, part.t from p left join only part on part.id = p.id', 'id', []),
    'parent_join': ('select p.id, parent.t from p left join parent on parent.id = p.id and parent.a = p.a', 'id', []),
    'parent_only': ('select p.id, parent.t from p left join only parent on parent.a = p.a', 'id', []),
    'child': ('select id, a, t, z from child_1', 'id', []),  # `delete from child_2` takes rows of it: the grandchild's
    'child_join': ('select p.id, c.y from p left join child_2 c on c.y = p.a', 'id', []),
    'grandchild': ('select p.id, c.x, c.y, c.z from p left join grandchild c on c.z = p.a', 'id', []),
}

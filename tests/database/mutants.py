"""The suite's teeth: each rule of the derivation weakened in turn, and the oracle must notice.

Not part of the normal run (minutes):  tests/database/run mutants
"""
import unittest

import odd_places
import odd_types
from odd_test import writer_of
from oracle import Oracle, Wrong, publish_shapes
from support import DB, connect, new_database, psql, rows, value

STEPS = 3000

# name: (function, what stands there, what stands there instead)
MUTANTS = {
    'a LEFT JOIN leads into its preserved side': ('edge.conjuncts', "when 'left' then rights when 'right' then lefts", "when 'right' then lefts"),
    'a nullable side may be any': ('edge.reduced_join', "when right_present then 'inner' else 'left'", "when right_present then 'inner' else 'inner'"),
    'IN anywhere ties': ('edge.sublink_edges', "and block->>'in_filter' = 'true'", ''),
    'LIMIT is no barrier': ('edge.barrier', "query->'limitCount' <> 'null'", 'false'),
    'GROUPING SETS are no barrier': ('edge.barrier', "query->'groupingSets' <> 'null'", 'false'),
    'WITH RECURSIVE is no barrier': ('edge.barrier', "block->>'recursive' = 'true'", 'false'),
    'windows are no barrier': ('edge.barrier', 'if partition is null then', 'if true then'),
    'one partition is enough': ('edge.partition_columns', 'common is null', 'true'),
    'partitions tie without nulls': ('edge.condition_sql', '(%1$s or (%2$s is null and %3$s is null))', '%1$s'),
    'partitions are not journaled null': ('edge.link_select', "case when not link.nulls then", "case when true then"),
    'a null-extended partition column ties': ('edge.ghost_edges', 'and not exists (', 'and null is distinct from exists ('),
    'an operator need not be strict': ('edge.strict_operator', "conjunct->>'node' = 'OPEXPR'", "conjunct->>'node' in ('OPEXPR', 'DISTINCTEXPR')"),
    'a condition under OR ties': ('edge.split_and', "n->>'boolop' = 'and'", "n->>'boolop' in ('and', 'or')"),
    'one branch of a union is enough': ('edge.output_origin', 'foreach branch in array edge.node_items(query->\'setOperations\') loop',
                                        "foreach branch in array (edge.node_items(query->'setOperations'))[:1] loop"),
    'new values only': ('edge.record_code', "captured, 'old_rows', 'new_rows')", "captured, 'new_rows')"),
    'deleted rows do not count': ('edge.record_code', '%4$s;', 'null;'),
    'children carry no triggers': ('edge.capture', 'edge.family(l.relation) as f', 'unnest(edge.above(array[l.relation::oid])::regclass[]) as f'),
    'parents journal nothing for their children': ('edge.record_code', 'select edge.family(captured)', 'select unnest(edge.above(array[captured::oid]))'),
    'a lapse leaves no gap': ('edge.acknowledge', "perform setval('edge.gap', pg_current_xact_id()::text::bigint)", "perform setval('edge.gap', 1)"),
    'a lapse is not noticed by the pull': ('edge.reload_reason', "case when followed then", 'case when true then'),
    'what was running is forgotten': ('edge.journal_since', 'j.xid = any (unseen)', 'false'),
}


# The same, noticed by the shapes of odd_types.py and odd_places.py.
ODD = {
    'equal is the same': (odd_types, 'edge.coarse_equality', 'if edge.is_exact(by_type, by_typmod, by_collation) then', 'if true then'),
    'keys of any type are exact': (odd_types, 'edge.is_text_exact', 'bool_and(', 'bool_or(true or '),
    'bpchar is of one character': (odd_types, 'edge.column_of', 'format_type(edge.base_type(atttypid), -1)', 'format_type(edge.base_type(atttypid), null)'),
    'a composite value with a null is null': (odd_types, 'edge.journal_form', 'is distinct from null', 'is not null'),
    'a child has one parent': (odd_places, 'edge.record_code', 'select edge.family(captured)',
                               'select unnest(edge.above(array[captured::oid])) union select unnest(edge.below(array[captured::oid]))'),
}


class Mutants(unittest.TestCase):
    """Filled below, one test per mutant."""


def make(function, old, new, odd=None):
    def test(self):
        dbname = new_database()
        psql(dbname, DB / 'edge.sql')
        sql = connect(dbname)
        self.addCleanup(sql.close)
        definition = value(sql, 'select pg_get_functiondef(%s::regproc)', function)
        self.assertIn(old, definition, 'the mutant does not fit the code any more')
        rows(sql, definition.replace(old, new))
        if odd:
            publish_shapes(sql, odd.TABLES, odd.SHAPES)
            writer = writer_of(odd.VALUES)
            oracle = Oracle(dbname, 7, odd.SHAPES, list(writer.TABLES), writer)
        else:
            publish_shapes(sql)
            oracle = Oracle(dbname, 7)
        self.addCleanup(oracle.close)
        with self.assertRaises(Wrong):
            oracle.run(STEPS)
    return test


MUTANTS |= {name: (*mutant, odd) for name, (odd, *mutant) in ODD.items()}
for number, (name, mutant) in enumerate(MUTANTS.items(), 1):
    test = make(*mutant)
    test.__doc__ = name
    setattr(Mutants, f'test_{number:02}_' + ''.join(c if c.isalnum() else '_' for c in name), test)

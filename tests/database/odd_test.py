"""The oracle over odd_types, odd_shapes and odd_places."""
import os

import odd_places
import odd_shapes
import odd_types
from oracle import Oracle, Writer, publish_shapes, whole_tables
from shapes_test import SEED
from support import EdgeTest

STEPS = int(os.environ.get('EDGE_TEST_STEPS') or 400) // 4


def writer_of(values):
    """A class of writers whose rows come from `values`: table -> column -> what may stand there."""
    pools = {table.replace('%', '%%'): columns for table, columns in values.items()}

    class PoolWriter(Writer):
        TABLES = pools

        def columns(self, table):
            return [column.replace('%', '%%') for column in self.TABLES[table]]

        def values(self, table):
            return [self.chance.choice(pool) for pool in self.TABLES[table].values()]
    return PoolWriter


class Odd:
    """One database per module of shapes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tables, values, shapes = cls.odd.TABLES, dict(cls.odd.VALUES), dict(cls.odd.SHAPES)
        for version, (more_tables, more_values, more_shapes) in getattr(cls.odd, 'SINCE', {}).items():
            if cls.sql.server_version >= version * 10000:
                tables += more_tables
                values |= more_values
                shapes |= more_shapes
        cls.values, cls.shapes = values, shapes
        publish_shapes(cls.sql, tables, shapes)

    def test_ways(self):
        self.assertEqual(whole_tables(self.sql, self.shapes), {n: sorted(whole) for n, (_, _, whole) in self.shapes.items()})

    def test_copy_equals_views(self):
        writer = writer_of(self.values)
        oracle = Oracle(self.dbname, SEED, self.shapes, list(writer.TABLES), writer)
        self.addCleanup(oracle.close)
        oracle.run(STEPS)
        print(f'{STEPS * len(self.shapes)} comparisons: {dict(oracle.counts)}', flush=True)
        self.assertNotIn('edge: all of', ''.join(oracle.mirror.connection.notices), 'a way that can not be gone')


class OddTypes(Odd, EdgeTest):
    odd = odd_types


class OddShapes(Odd, EdgeTest):
    odd = odd_shapes


class OddPlaces(Odd, EdgeTest):
    odd = odd_places

"""The oracle: after every random transaction, a copy kept by pulls equals every view."""
import os
import random

from oracle import Oracle, publish_shapes, whole_tables
from shapes import SHAPES
from support import EdgeTest, value

SEED = int(os.environ.get('EDGE_TEST_SEED') or random.SystemRandom().randrange(10**6))
STEPS = int(os.environ.get('EDGE_TEST_STEPS') or 400)


class Shapes(EdgeTest):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        publish_shapes(cls.sql)

    def test_ways(self):
        """Every shape is resolved as it should be: by chains, or whole for the tables listed."""
        self.assertEqual(whole_tables(self.sql, SHAPES), {n: sorted(whole) for n, (_, _, whole) in SHAPES.items()})

    def test_copy_equals_views(self):
        print(f'EDGE_TEST_SEED={SEED} EDGE_TEST_STEPS={STEPS}', flush=True)
        oracle = Oracle(self.dbname, SEED)
        self.addCleanup(oracle.close)
        oracle.run(STEPS)
        print(f'{STEPS * len(SHAPES)} comparisons: {dict(oracle.counts)}', flush=True)
        self.assertTrue({'whole: horizon', 'whole: marker', 'whole: bulk'}.isdisjoint(oracle.counts), oracle.counts)
        if STEPS >= 400:
            never = [n for n, (_, _, whole) in SHAPES.items() if not whole and not oracle.by_chain[n]]
            self.assertLessEqual(len(never), 2, f'never decided by a chain, so the test says nothing about them: {never}')

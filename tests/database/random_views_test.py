"""The oracle over random views. A weak judge of a single rule (shapes_test and mutants are the
strong ones), but a good one of rules that meet.
"""
import os
import random

import psycopg2

from oracle import Oracle
from random_views import Views
from shapes import TABLES
from support import EdgeTest, rows, value

SEED = int(os.environ.get('EDGE_TEST_SEED') or random.SystemRandom().randrange(10**6))
ROUNDS = int(os.environ.get('EDGE_TEST_ROUNDS') or 1)


class RandomViews(EdgeTest):

    def test_copy_equals_views(self):
        for seed in range(SEED, SEED + ROUNDS):
            with self.subTest(seed=seed):
                self.one_round(seed)

    def one_round(self, seed):
        rows(self.sql, 'drop schema if exists "Odd Place" cascade; drop schema public cascade; create schema public')
        rows(self.sql, 'select edge.unpublish(name) from edge.resource')
        rows(self.sql, TABLES)
        views = Views(random.Random(seed))
        published = {}
        refused = whole = 0
        while len(published) < 60:
            definition, key = views.view()
            name = f'r{len(published)}'
            try:
                rows(self.sql, f'create or replace view v_{name} as {definition}')
            except psycopg2.Error:  # a FULL JOIN that can not be executed, a name given twice
                refused += 1
                rows(self.sql, f'drop view if exists v_{name}')
                continue
            try:
                rows(self.sql, f"set statement_timeout = '100ms'; select count(*) from v_{name}; set statement_timeout = 0")
                rows(self.sql, 'select edge.publish(%s, %s, key => %s)', name, f'v_{name}', key)
            except (psycopg2.errors.FeatureNotSupported, psycopg2.errors.QueryCanceled):
                refused += 1
                rows(self.sql, f'set statement_timeout = 0; drop view v_{name}')
                continue
            if value(self.sql, "select cardinality(whole) > cardinality(links) from edge.resource where name = %s", name) and whole > 10:
                rows(self.sql, 'select edge.unpublish(%s)', name)  # such a view is read whole mostly, which proves nothing
                rows(self.sql, f'drop view v_{name}')
                continue
            whole += value(self.sql, "select cardinality(whole) > cardinality(links) from edge.resource where name = %s", name)
            published[name] = (definition, key, [])
        oracle = Oracle(self.dbname, seed, published, ['u', 'p', 'c', 'pt', 'gen', 'u', 'p', 'c'])
        try:
            oracle.run(150)
        finally:
            oracle.close()
        ways = self.run_sql("select count(*), count(*) filter (where i ? 'way') from edge.resource, jsonb_array_elements(ways) as i")[0]
        print(f'EDGE_TEST_SEED={seed}: {len(published)} views, {refused} not valid, {ways[1]} of {ways[0]} tables with a way, '
              f'{dict(oracle.counts)}', flush=True)
        self.assertGreater(oracle.counts['changed by chain alone'], 100)

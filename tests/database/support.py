"""What the tests speak in: a database of their own, and a copy that follows pulls."""
import itertools
import json
import os
import pathlib
import subprocess
import unittest

import psycopg2
import psycopg2.extensions

DB = pathlib.Path(__file__).resolve().parents[2] / 'db'
_numbers = itertools.count()

PULL_SETTINGS = ' '.join(f'-c {s}' for s in (
    'TimeZone=UTC', 'DateStyle=ISO', 'IntervalStyle=postgres', 'extra_float_digits=1', 'bytea_output=hex',
    'lc_monetary=C', 'search_path=pg_catalog', 'jit=off', 'plan_cache_mode=force_generic_plan',
    'default_transaction_isolation=repeatable\\ read'))


def connect(dbname, user='postgres', options=''):
    connection = psycopg2.connect(dbname=dbname, user=user, options=options)
    connection.autocommit = True
    return connection


def rows(connection, sql, *args):
    with connection.cursor() as cursor:
        cursor.execute(sql, args or None)
        return cursor.fetchall() if cursor.description else []


def value(connection, sql, *args):
    return rows(connection, sql, *args)[0][0]


def psql(dbname, script, user='postgres', **variables):
    """Runs a script as an installer does; returns what it printed."""
    command = ['psql', '-X', '-q', '-d', dbname, '-U', user, '-f', str(script)]
    for name, text in variables.items():
        command += ['-v', f'{name}={text}']
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f'{script}: {done.stderr}')
    return done.stdout + done.stderr


def new_database(owner='postgres'):
    name = f'test_{os.getpid()}_{next(_numbers)}'
    admin = connect('postgres')
    rows(admin, f'create database {name} owner {owner}')
    admin.close()
    return name


class EdgeTest(unittest.TestCase):
    """A test class with a database in which `edge` is installed, and an owner's session."""

    @classmethod
    def setUpClass(cls):
        cls.dbname = new_database()
        psql(cls.dbname, DB / 'edge.sql')
        cls.sql = connect(cls.dbname)
        cls.addClassCleanup(cls.sql.close)

    def run_sql(self, text, *args):
        return rows(self.sql, text, *args)

    def assert_refused(self, text, *parts):
        """The statement fails, and message and hint together contain all parts."""
        with self.assertRaises(psycopg2.Error) as caught:
            rows(self.sql, text)
        diag = caught.exception.diag
        said = f'{diag.message_primary} {diag.message_hint}'
        self.assertTrue(diag.message_hint, f'no hint: {said}')
        for part in parts:
            self.assertIn(part, said)


class Mirror:
    """A copy of every resource, kept as an edge keeps it: by pulls alone."""

    def __init__(self, dbname, user='postgres', name='mirror'):
        self.name = name
        self.connection = connect(dbname, user, PULL_SETTINGS)
        self.since = self.marker = None
        self.declarations = {}
        self.contents = {}  # resource -> {key: (columns, value)}
        self.reloads = {}   # resource -> reason, of the last pull
        self.storage = {}   # resource -> what the last survey said of it
        self.survey = False
        self.lock = True    # false: as after a lock was refused

    def close(self):
        self.connection.close()

    def held(self):
        return json.dumps({name: {'revision': d['revision'], 'loaded': name in self.contents, 'again': True,
                                  'storage': self.storage.get(name)}
                           for name, d in self.declarations.items()})

    def ask(self):
        """One pull in an open transaction; its rows as they came."""
        rows(self.connection, 'begin isolation level repeatable read read only')
        for declaration in self.declarations.values() if self.lock else ():
            if declaration['view']:  # an input has none
                rows(self.connection, f"lock table {declaration['view']} in access share mode")
        return rows(self.connection, 'select kind, resource, key, columns, value from edge.pull(%s, %s, %s, %s)',
                    self.since, self.marker, self.held(), self.survey)

    def pull(self, check=None):
        """Pulls until nothing is left to declare or load, and applies it as one version.

        `check(mirror)` runs in the same snapshot, after it was applied.
        """
        if self.since is None:
            self.acknowledge()
        while True:
            try:
                answer = self.ask()
                again = self.apply(answer)
                if check and not again:
                    check(self)
            finally:
                rows(self.connection, 'rollback')
            if answer[0][2] is None:
                value(self.connection, 'select edge.renew_marker()')
                self.marker = None
                continue
            if not again:
                self.acknowledge()
                return answer

    def acknowledge(self, lease_s=600):
        return self.call('select edge.acknowledge(%s, %s, %s)', self.name, self.since, lease_s)

    def fall_asleep(self):
        return self.call('select edge.fall_asleep(%s)', self.name)

    def wake(self):
        self.call('select edge.wake(%s)', self.name)

    def call(self, sql, *args):
        rows(self.connection, 'begin isolation level read committed')
        answer = value(self.connection, sql, *args)
        rows(self.connection, 'commit')
        return answer

    def apply(self, answer):
        kind, _, marker, _, snapshot = answer[0]
        assert kind == 'S' and [r[0] for r in answer].count('S') == 1
        self.reloads = {}
        declared = False
        for kind, resource, key, columns, text in answer[1:]:
            if kind == 'N':
                self.declarations[resource] = json.loads(text)
                self.contents.pop(resource, None)
                declared = True
            elif kind == 'U':
                del self.declarations[resource]
                self.contents.pop(resource, None)
            elif kind == 'R':
                self.reloads[resource] = text
                self.contents[resource] = self.load(resource)
            elif kind == 'F':
                self.storage[resource] = text
            elif kind == 'D':
                self.contents[resource].pop(key, None)
        touched = {}
        for kind, resource, key, columns, text in answer[1:]:
            if kind == 'E':
                found = touched.setdefault((resource, key), [])
                found.append((columns, text))
        for (resource, key), found in touched.items():
            self.contents[resource][key] = min(found, key=lambda entry: entry[1].encode())
        self.since, self.marker = snapshot, marker
        return declared

    def load(self, resource):
        contents = {}
        for key, columns, text in rows(self.connection, self.declarations[resource]['load']):
            if key not in contents or text.encode() < contents[key][1].encode():
                contents[key] = (columns, text)
        return contents

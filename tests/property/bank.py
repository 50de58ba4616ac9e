"""Transfers between accounts: in every version that anybody sees, the money is all there."""
import json

from publish import columns_of
from resources import Resource, Window
from session import Session
from support import rows
from oracle import Wrong
from streams import frames_of
from world import Builder

ACCOUNTS, BALANCE = 24, 1000
MONEY = ACCOUNTS * BALANCE

TABLES = '''
create table holder (id int primary key, name text);
create table account (id int primary key, holder_id int not null references holder on update cascade, branch int not null, balance bigint not null);
create table ledger (id bigint generated always as identity primary key, giver int, taker int, amount bigint not null);
create index on account (holder_id);
create index on account (branch);
'''

# name: (definition, key). The sums of balances over all entries are MONEY.
VIEWS = {
    'accounts': ('select id, branch, balance from account', 'id'),
    'branches': ('select branch, sum(balance)::bigint as balance from account group by branch', 'branch'),
    'holders': ('select h.id, h.name, (select sum(balance)::bigint from account a where a.holder_id = h.id) as balance from holder h', 'id'),
    'total': ('select 1 as id, sum(balance)::bigint as balance from account', 'id'),
}
LEDGER = '''select l.id, l.amount, g.branch as giver, t.branch as taker
    from ledger l left join account g on g.id = l.giver left join account t on t.id = l.taker'''


def bank_world(seed, weaken=None):
    def fill(builder):
        rows(builder.sql, f'''
            insert into holder select n, 'holder ' || n from generate_series(0, 7) as n;
            insert into account select n, n % 8, n % 5, {BALANCE} from generate_series(1, {ACCOUNTS}) as n''')

    def choose(builder):
        views = {**VIEWS, 'ledger_view': (LEDGER, 'id')}
        script = ''.join(f'create view v_{name} as {definition};\n' for name, (definition, _) in views.items())
        rows(builder.sql, script)
        return script, [Resource(name, f'public.v_{name}', columns_of(builder.sql, f'v_{name}'), (key,), text=definition)
                        for name, (definition, key) in views.items()]

    return Builder(seed, weaken).build(TABLES, fill, choose)


class Teller(Session):
    """A session that moves money: in one statement or two, between accounts that open and close, and change branch, holder and number."""

    def begin(self):
        rows(self.connection, 'begin; update account set balance = balance where id = 1')

    def transaction(self):
        giver, taker = self.chance.sample(range(1, ACCOUNTS + 1), 2)
        self.attempt(lambda: self.together(*self.chance.choice([self.at_once] * 3 + [self.in_two] * 5 + [self.moved, self.closed, self.opened])(
            giver, taker, self.chance.randrange(1, 100))))

    def at_once(self, giver, taker, amount):
        return [('update account set balance = balance + case id when %s then %s else %s end where id in (%s, %s)',
                 [giver, -amount, amount, giver, taker], 2)]

    def in_two(self, giver, taker, amount):
        return [('update account set balance = balance - %s where id = %s', [amount, giver], 1),
                ('insert into ledger (giver, taker, amount) values (%s, %s, %s)', [giver, taker, amount], 1),
                ('update account set balance = balance + %s where id = %s', [amount, taker], 1)]

    def moved(self, account, other, n):
        return [self.chance.choice([('update account set branch = %s where id = %s', [n % 5, account], 1),
                                    ('update account set holder_id = %s where id = %s', [n % 8, account], 1),
                                    ('update account set id = %s where id = %s', [other, account], 1)])]

    def closed(self, account, taker, _):
        return [('update account set balance = balance + (select balance from account where id = %s for update) where id = %s', [account, taker], 1),
                ('delete from account where id = %s', [account], 1)]

    def opened(self, account, _, n):
        return [('insert into account values (%s, %s, %s, 0) on conflict do nothing', [account, n % 8, n % 5], 1)]

    def together(self, *steps):
        """One transaction of (SQL, arguments, rows that it must change: else nothing is done)."""
        rows(self.connection, f"begin isolation level {self.chance.choice(['read committed', 'repeatable read', 'serializable'])}")
        if self.chance.random() < 0.1:
            rows(self.connection, 'savepoint robbery; update account set balance = 0 where id < 5; rollback to robbery')
        with self.connection.cursor() as cursor:
            for sql, arguments, wanted in steps:
                cursor.execute(sql, arguments)
                if cursor.rowcount != wanted:
                    rows(self.connection, 'rollback')
                    return
        self.changed = True
        self.end()


def audit(record):
    """Raises Wrong where a version of a stream lacks money; returns how many were audited."""
    versions = 0
    for window, received in record.streams:
        if window.resource.name not in VIEWS or window != Window(window.resource):
            continue
        balances = {}
        for frame in frames_of(received):
            for key, text in frame.entries:
                balances[key] = json.loads(text)['balance'] or 0 if text else 0
            if sum(balances.values()) != MONEY:
                raise Wrong(f'{window.path()}: version {frame.number} holds {sum(balances.values())} of {MONEY}')
            versions += frame.event != 'heartbeat'
    assert versions > 20 or record.resources[0].name not in VIEWS, f'only {versions} versions were audited, which proves little'
    return versions

"""Holds everything that an edge has shown against the past as the test's own history tells it."""
import collections
from typing import NamedTuple

from oracle import Wrong
from shadow import Shadow
from streams import frames_of


class Record(NamedTuple):
    """All that is known of a round once it is over."""
    shadow: str      # the database with the same tables and views
    tables: list
    resources: list
    history: list
    applied: list    # (version number, snapshot), in the order of the log
    streams: list    # (window, the bytes that came)
    samples: list    # (window, version number, body)
    last: dict       # resource -> its contents in the database at the end


class Reader:
    """A client's copy of a window, kept by the frames of its stream."""

    def __init__(self, window, frames):
        self.window = window
        self.frames = collections.deque(frames)
        self.entries = None
        self.number = -1
        self.expected = None  # [(key, value)] at the version being judged
        self.behind = False   # differs from the view; a frame that spans several versions is to come

    def due(self, number):
        """Takes the frames of a version."""
        while self.frames and (self.frames[0].number or 0) <= number:
            self.take(self.frames.popleft(), number)

    def take(self, frame, number):
        name = self.window.path()
        if frame.event == 'end':
            raise Wrong(f'{name}: the stream ended')
        if frame.number < number:
            raise Wrong(f'{name}: {frame.event} of version {frame.number} after one of a later version')
        if frame.event == 'heartbeat':
            self.compare(f'{name}: at the heartbeat of version {frame.number}')
            return
        if frame.number == self.number:
            raise Wrong(f'{name}: two frames of version {frame.number}')
        self.number = frame.number
        if frame.event == 'init':
            if frame.entries != self.expected:
                raise Wrong(f'{name}: init of version {frame.number}\n{difference(self.expected, frame.entries)}')
            self.entries = dict(frame.entries)
        else:
            self.update(frame)
        self.compare(f'{name}: after the {frame.event} of version {frame.number}')

    def update(self, frame):
        if self.entries is None:
            raise Wrong(f'{self.window.path()}: update before init')
        if not frame.entries or len(dict(frame.entries)) != len(frame.entries):
            raise Wrong(f'{self.window.path()}: an update that is empty, or names a key twice: {str(frame)[:1000]}')
        for key, value in frame.entries:
            if self.entries.get(key) == value:
                raise Wrong(f'{self.window.path()}: update of version {frame.number}: no difference at {key}: {str(value)[:500]}')
            if value is None:
                del self.entries[key]
            else:
                self.entries[key] = value

    def compare(self, when):
        if self.entries != dict(self.expected):
            raise Wrong(f'{when}\n{difference(self.expected, list((self.entries or {}).items()))}')
        self.behind = False


def difference(expected, shown):
    """For the report: the entries that differ, or the order."""
    view, copy = dict(expected), dict(shown)
    keys = [k for k in view.keys() | copy.keys() if view.get(k) != copy.get(k)][:5]
    if not keys:
        return f'order of the view {[k for k, _ in expected]}\nshown {[k for k, _ in shown]}'
    return '\n'.join(f'key  {k[:300]}\nview {str(view.get(k))[:1000]}\nedge {str(copy.get(k))[:1000]}' for k in keys)


class Judge:
    def __init__(self, record):
        self.record = record
        conditions = {r.name: sorted({w.condition for w, _ in record.streams if w.resource.name == r.name and w.condition}) for r in record.resources}
        self.shadow = Shadow(record.shadow, record.tables, record.resources, conditions, record.history)
        self.readers = [Reader(window, frames_of(received)) for window, received in record.streams]
        self.samples = collections.defaultdict(list)
        for window, number, body in record.samples:
            self.samples[number].append((window, body))
        self.contents = {}
        self.changes = collections.deque(maxlen=40)  # the newest of the history
        self.counts = collections.Counter(frames=sum(len(r.frames) for r in self.readers), reads=len(record.samples))

    def run(self):
        """Raises Wrong, or returns what was compared."""
        try:
            before = None
            for number, snapshot in self.record.applied:
                self.version(before, number, snapshot)
                before = number, snapshot
            self.finish()
        except Wrong as wrong:
            raise Wrong(f'{wrong}\n{self.circumstances(snapshot)}') from None
        finally:
            self.shadow.close()
        return self.counts

    def version(self, before, number, snapshot):
        if before and (number < before[0] or not before[1] <= snapshot):
            raise Wrong(f'version {number} at {snapshot.text} after version {before[0]} at {before[1].text}')
        seen, changed = self.shadow.advance(snapshot)
        self.changes.extend(seen)
        for name in changed:
            self.contents[name] = self.shadow.contents(name)
        self.expect(changed)
        if before and number == before[0]:
            if changed:
                raise Wrong(f'version {number} at {before[1].text} is not that at {snapshot.text}: {changed} changed')
            return
        self.counts['versions'] += 1
        self.counts['states'] += len(changed)
        for reader in self.readers:
            reader.due(number)
        for window, body in self.samples.pop(number, []):
            shown = window.shown(self.contents[window.resource.name])
            if body != '[' + ','.join(v for _, v in shown) + ']':
                raise Wrong(f'{window.path()}: read at version {number}\nview {[v for _, v in shown]}\nedge {body}'[:5000])
        self.counts['skipped'] += sum(r.behind for r in self.readers)

    def expect(self, changed):
        for reader in self.readers:
            if reader.window.resource.name in changed:
                reader.expected = reader.window.shown(self.contents[reader.window.resource.name])
                reader.behind = reader.entries is not None and reader.entries != dict(reader.expected)

    def finish(self):
        """Nothing is left over, and nobody is behind."""
        for reader in self.readers:
            reader.compare(f'{reader.window.path()}: at the end')
            if reader.frames:
                raise Wrong(f'{reader.window.path()}: a frame of version {reader.frames[0].number}, which was never applied')
        for name, contents in self.record.last.items():
            assert contents == [(k, v) for k, v, _ in self.contents[name]], f'the judge is wrong about {name}'
        if self.samples:
            raise Wrong(f'reads at versions that were never applied: {sorted(self.samples)}')

    def circumstances(self, snapshot):
        last = '\n'.join(f'  {e.xid} {e.relation}: {str(e.removed)[:200]} -> {str(e.made)[:200]}' for e in self.changes)
        return f'at snapshot {snapshot.text}, after these changes (transaction, table, row before and after):\n{last}'

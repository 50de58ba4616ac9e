"""Processor time of processes, in seconds: unlike a rate it hardly depends on what else the machine does."""
import contextlib
import os

TICK = 1 / os.sysconf('SC_CLK_TCK')


def _fields(pid):
    with open(f'/proc/{pid}/stat', encoding='utf-8') as stat:
        return stat.read().rpartition(')')[2].split()  # the first is the state, `man 5 proc` calls it (3)


def of_process(pid):
    return sum(map(int, _fields(pid)[11:13])) * TICK


def of_tree(root):
    """Of a process, its children, and those of them that have ended."""
    total = sum(map(int, _fields(root)[11:15])) * TICK
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            if int(_fields(pid)[1]) == root:
                total += of_process(pid)
        except OSError:  # it has just ended: the next look finds it in its parent
            pass
    return total


def run_time(pid):
    """Of a process's threads, by the scheduler's own clock: exact where ticks are too coarse."""
    return sum(_first_number(f'/proc/{pid}/task/{task}/schedstat') for task in os.listdir(f'/proc/{pid}/task')) / 1e9


def _first_number(path):
    with open(path, encoding='utf-8') as file:
        return int(file.read().split()[0])


def tree(root):
    """A process and all that descend from it."""
    parents = {}
    for pid in filter(str.isdigit, os.listdir('/proc')):
        with contextlib.suppress(OSError):
            parents[int(pid)] = int(_fields(pid)[1])
    found = [root]
    for pid in found:  # which grows meanwhile
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def busy_seconds():
    """Of all cores; and what the hypervisor took from them."""
    with open('/proc/stat', encoding='utf-8') as stat:
        user, nice, system, _idle, _wait, irq, softirq, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq) * TICK, steal * TICK

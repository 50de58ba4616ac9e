"""Processor time of processes, in seconds: unlike a rate it hardly depends on what else the machine does."""
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

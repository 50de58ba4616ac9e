"""Medians, percentiles, Markdown."""
import math
import statistics

median = statistics.median


def percentile(values, share):
    """The smallest value that is not below `share` of all."""
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def p50_p99(values):
    return f'{percentile(values, 0.5):.2f} / {percentile(values, 0.99):.2f}'


def table(head, lines):
    yield '| ' + ' | '.join(head) + ' |'
    yield '|' + '---|' * len(head)
    for line in lines:
        yield '| ' + ' | '.join(line) + ' |'
    yield ''

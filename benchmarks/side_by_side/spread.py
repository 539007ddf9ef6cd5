"""Medians and how far the rounds lie apart."""

import math
import statistics


class Spread:
    """The median, quartiles and extremes of one figure over the rounds."""

    def __init__(self, values):
        ordered = sorted(values)
        self.median = statistics.median(ordered)
        self.least, self.greatest = ordered[0], ordered[-1]
        halves = statistics.quantiles(ordered, n=4, method="inclusive") if len(ordered) > 1 else ordered * 3
        self.lower, self.upper = halves[0], halves[2]

    def text(self, form):
        """`1.90 (quartiles 1.85 to 1.95, range 1.80 to 2.01)`, each number written by the format `form`."""
        numbers = (self.median, self.lower, self.upper, self.least, self.greatest)
        return "{} (quartiles {} to {}, range {} to {})".format(*(format(number, form) for number in numbers))


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values))


def in_alternation(rounds, first, second):
    """Calls both once a round, `first` leading in even rounds, `second` in odd ones: a list of pairs (first, second).

    A machine that slows down for a while then slows both, and the ratio within a round stays true.
    """
    pairs = []
    for number in range(rounds):
        if number % 2 == 0:
            one = first()
            two = second()
        else:
            two = second()
            one = first()
        pairs.append((one, two))
    return pairs

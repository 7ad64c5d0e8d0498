"""Pellucid beside its peers: the same weights, the same data, the same steps, in turns.

`python -m benchmarks` runs everything, `python -m benchmarks --quick` takes under a minute. Each
contender runs in a process of its own and they take turns, because machines change speed. Losses
of the first steps are compared before any time counts.
"""

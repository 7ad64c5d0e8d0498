"""The workloads written by hand in JAX, with optax where it is installed.

A file for each network has `start(weights)`, which lays PyTorch's weights out as JAX likes them,
and `loss(weights, x, y)`. Where there are running statistics, `statistics(weights)` makes them and
`loss(weights, statistics, x, y)` returns the loss and the new ones.
"""

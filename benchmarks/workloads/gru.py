"""One GRU layer over sequences of 64."""

from benchmarks.recurrent import make

WORKLOAD = make("gru", "GRU", gates=3, target=0.8)

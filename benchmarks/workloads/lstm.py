"""One LSTM layer over sequences of 64."""

from benchmarks.recurrent import make

WORKLOAD = make("lstm", "LSTM", gates=4, target=1.0)

"""Programs timed from process start to end: one epoch of 64-64-10 over the digits.

Each is what a person would write in that library to get there; the last line is the peak memory.
"""

"""The parts of the black box: its inputs, what it answers, and how right it is."""

"""The computation as nodes and arrows at three zooms, with values and blame on both."""

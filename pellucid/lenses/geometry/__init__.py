"""The geometry of rows of numbers: planes, likeness, neighbors, and how well classes lie apart."""

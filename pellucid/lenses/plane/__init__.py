"""Where a function is drawn: along one input, over two, or over a named plane through more."""

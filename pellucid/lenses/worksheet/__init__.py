"""The worksheet of one step by hand: what is to be found, in order, and how each answer follows."""

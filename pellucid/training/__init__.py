"""The training room: `fit` and what it needs."""

"""The engine that hands whole programs to XLA. Only this folder imports jax, on first use."""

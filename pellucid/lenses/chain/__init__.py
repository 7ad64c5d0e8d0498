"""The chain rule with real numbers: stages, slopes between single numbers, and the paths through them."""

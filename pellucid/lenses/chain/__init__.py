"""The chain rule with real numbers: stages, slopes between numbers, and the paths through them."""

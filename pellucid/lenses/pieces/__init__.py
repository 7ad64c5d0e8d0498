"""A network taken apart into neurons: which there are, what each adds, and what remains without."""

"""Ways in which the loss, what it is given and the targets do not fit each other."""

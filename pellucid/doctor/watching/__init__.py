"""What looks on while a training runs, and fills `Seen`."""

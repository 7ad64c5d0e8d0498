"""What each layer holds: its rows as points, what can be read off them, and its units."""

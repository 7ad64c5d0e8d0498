"""Blame by depth: how much arrives at each layer, and how it is shared out."""

"""Walking downhill on the loss: its slices, the next step's parts, rates, and races."""

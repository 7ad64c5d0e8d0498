"""The doctor's room: says why a training misbehaves, where, how sure it is, and what to change."""

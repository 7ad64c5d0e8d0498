"""The doctor's room: says why a training misbehaves, where, how sure it is, and what to change."""

from pellucid.doctor.watch import watch as watch

__all__ = ["watch"]

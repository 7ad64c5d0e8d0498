"""The bridges' room: doors to foreign libraries. `pellucid.bridges.torch` needs PyTorch."""

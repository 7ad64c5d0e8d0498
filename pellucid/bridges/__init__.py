"""The bridges' room: doors to foreign libraries, each opened on first use.

`pellucid.bridges.torch` needs PyTorch; `pellucid.bridges.sklearn` makes estimators of networks.
"""

"""The optim room: optimizers and schedules, with PyTorch's names."""

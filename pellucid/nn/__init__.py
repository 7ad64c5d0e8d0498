"""The nn room: modules and their functions, with PyTorch's names."""

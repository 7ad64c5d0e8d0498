"""How a network folds the space of its data: planes carried along, feature maps, streams."""

"""What rules measure with: numbers over what was seen, which say nothing about right or wrong."""

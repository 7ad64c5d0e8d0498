"""The command line: `pellucid fit`, `predict`, `show`, `explain` and their like. It holds no mathematics."""

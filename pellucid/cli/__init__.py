"""The command line: `pellucid fit`, `predict`, `show`, `explain`. It holds no mathematics."""

"""The network as a program: what each layer computes, what it costs, and what happened in a run."""

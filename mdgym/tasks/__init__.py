"""Tasks: what a policy reads, the contract under it, and the families and suites that they come from."""

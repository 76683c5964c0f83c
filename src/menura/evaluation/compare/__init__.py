"""Many systems beside each other: the same real music, as much made with each, every metric."""

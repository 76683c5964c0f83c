"""One loop for every model: data, steps, evaluation, checkpoints, tracking."""

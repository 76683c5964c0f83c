"""What devices and precisions can be asked for; PyTorch is not needed to say it."""

DEVICES = ("auto", "cpu", "cuda", "mps")
PRECISIONS = ("auto", "float32", "bfloat16")

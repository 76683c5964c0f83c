"""The network of `stft-lstm` paper in Keras 3: seconds a training step. Started by recurrent.py.

KERAS_BACKEND=torch|tensorflow python benchmarks/recurrent_keras.py [auto|jit|eager]
"""

import json
import sys
import time

import keras
import numpy as np

BATCH, FRAMES, FEATURES, UNITS = 32, 50, 512, 1500
COMPILE = {"auto": ("auto", False), "jit": (True, False), "eager": (False, True)}


def main() -> None:
    jit_compile, run_eagerly = COMPILE[sys.argv[1] if len(sys.argv) > 1 else "auto"]
    model = keras.Sequential(
        [
            keras.Input((FRAMES, FEATURES)),
            keras.layers.LSTM(UNITS, return_sequences=True),
            keras.layers.Dense(FEATURES),
        ]
    )
    model.compile(
        keras.optimizers.Adadelta(1.0, rho=0.95, epsilon=1e-6, global_clipnorm=1.0),
        "mse",
        jit_compile=jit_compile,
        run_eagerly=run_eagerly,
    )
    rng = np.random.default_rng(0)
    heard, follows = (
        rng.standard_normal((BATCH, FRAMES, FEATURES), dtype=np.float32) for _ in range(2)
    )
    times = []
    for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 8):
        start = time.perf_counter()
        loss = float(model.train_on_batch(heard, follows))
        times.append(time.perf_counter() - start)
    said = {
        "backend": keras.backend.backend(),
        "keras": keras.__version__,
        "version": _version(),
        "parameters": model.count_params(),
        "loss": loss,
        "first_s": times[0],
        "step_s": min(times[2:]),
        "median_s": float(np.median(times[2:])),
    }
    print(json.dumps(said))  # noqa: T201


def _version() -> str:
    if keras.backend.backend() == "torch":
        import torch

        return str(torch.__version__)
    import tensorflow

    return str(tensorflow.__version__)


if __name__ == "__main__":
    main()

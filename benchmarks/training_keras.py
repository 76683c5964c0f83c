"""The networks of `gan` and `conv2d-autoencoder` paper in Keras 3: seconds a training step. Started
by training.py.

KERAS_BACKEND=torch|tensorflow python benchmarks/training_keras.py gan|conv2d-autoencoder
    float32|mixed_bfloat16 plain|jit STEPS
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import layers, ops

NOISE, SAMPLES, WIDTHS, KERNEL = 100, 64_000, (256, 128, 64, 32), 25
MELS, FRAMES, LATENT, CHANNELS = 512, 640, 32, (32, 64, 64, 64)
PENALTY, BATCH = 10.0, 16


def main() -> None:
    name, policy, compiled, n_steps = sys.argv[1:5]
    keras.mixed_precision.set_global_policy(policy)
    keras.utils.set_random_seed(0)
    step, n_parameters = {"gan": gan, "conv2d-autoencoder": autoencoder}[name](compiled == "jit")
    times = []
    for _ in range(int(n_steps)):
        start = time.perf_counter()
        loss = step()
        times.append(time.perf_counter() - start)
    said = {
        "backend": keras.backend.backend(),
        "keras": keras.__version__,
        "version": _version(),
        "parameters": n_parameters,
        "loss": loss,
        "first_s": times[0],
        "step_s": min(times[1:]),
    }
    print(json.dumps(said))  # noqa: T201


Step = tuple[Callable[[], float], int]


def gan(jit: bool) -> Step:
    """Both players' turns, written as its backend would have it: real, made and mixed sound each go
    through the critic, and the gradient penalty is autograd's."""
    generator, critic = _generator(), _critic()
    real = np.random.default_rng(0).uniform(-1, 1, (BATCH, SAMPLES, 1)).astype(np.float32)
    optimizers = [keras.optimizers.Adam(2e-4, clipvalue=1.0) for _ in range(2)]
    for optimizer, model in zip(optimizers, (critic, generator), strict=True):
        optimizer.build(model.trainable_variables)
    how = _torch_step if keras.backend.backend() == "torch" else _tensorflow_step
    step = how(generator, critic, optimizers, jit)
    return lambda: float(step(real)), generator.count_params() + critic.count_params()


def _generator() -> Any:
    model = [keras.Input((NOISE,)), layers.Dense(SAMPLES // 4**4 * WIDTHS[0])]
    model += [layers.Reshape((SAMPLES // 4**4, WIDTHS[0])), layers.LeakyReLU(0.2)]
    for width in WIDTHS[1:]:
        model += [layers.Conv1DTranspose(width, KERNEL, 4, padding="same", use_bias=False)]
        model += [layers.BatchNormalization(), layers.LeakyReLU(0.2)]
    model += [layers.Conv1DTranspose(1, KERNEL, 4, padding="same")]
    return keras.Sequential([*model, layers.Activation("tanh", dtype="float32")])


def _critic() -> Any:
    model: list[Any] = [keras.Input((SAMPLES, 1))]
    for width in WIDTHS[::-1]:
        model += [layers.Conv1D(width, KERNEL, 4, padding="same")]
        model += [layers.LeakyReLU(0.2), layers.Dropout(0.3)]
    return keras.Sequential([*model, layers.Flatten(), layers.Dense(1, dtype="float32")])


def _entropy(said: Any, label: float) -> Any:
    told = label + 0.05 * keras.random.uniform(ops.shape(said)) * (label < 1)
    return ops.mean(keras.losses.binary_crossentropy(told, said, from_logits=True))


def _of_critic(critic: Any, real: Any, made: Any, slopes: Any) -> Any:
    lengths = ops.sqrt(ops.sum(ops.square(slopes), axis=(1, 2)) + 1e-12)
    penalty = PENALTY * ops.mean(ops.square(lengths - 1))
    said_real, said_made = critic(real, training=True), critic(made, training=True)
    return _entropy(said_real, 0.9) + _entropy(said_made, 0.0) + penalty


def _mixed(real: Any, made: Any) -> Any:
    shares = keras.random.uniform((BATCH, 1, 1))
    return shares * real + (1 - shares) * made


def _torch_step(generator: Any, critic: Any, optimizers: Any, jit: bool) -> Any:
    import torch

    def move(loss: Any, model: Any, optimizer: Any) -> None:
        model.zero_grad()
        loss.backward()
        variables = model.trainable_variables
        with torch.no_grad():
            optimizer.apply([v.value.grad for v in variables], variables)

    def step(sound: Any) -> Any:
        real = torch.from_numpy(sound)
        with torch.no_grad():
            made = generator(torch.randn(BATCH, NOISE), training=True)
        mixed = _mixed(real, made).detach().requires_grad_()
        [slopes] = torch.autograd.grad(critic(mixed, training=True).sum(), mixed, create_graph=True)
        loss = _of_critic(critic, real, made, slopes)
        move(loss, critic, optimizers[0])
        made = generator(torch.randn(BATCH, NOISE), training=True)
        move(_entropy(critic(made, training=True), 1.0), generator, optimizers[1])
        return loss.detach()

    return step


def _tensorflow_step(generator: Any, critic: Any, optimizers: Any, jit: bool) -> Any:
    import tensorflow as tf

    @tf.function(jit_compile=jit)
    def step(real: Any) -> Any:
        made = generator(tf.random.normal((BATCH, NOISE)), training=True)
        mixed = _mixed(real, made)
        with tf.GradientTape() as tape:
            with tf.GradientTape() as inner:
                inner.watch(mixed)
                said = tf.reduce_sum(critic(mixed, training=True))
            loss = _of_critic(critic, real, made, inner.gradient(said, mixed))
        variables = critic.trainable_variables
        optimizers[0].apply(tape.gradient(loss, variables), variables)
        with tf.GradientTape() as tape:
            made = generator(tf.random.normal((BATCH, NOISE)), training=True)
            fooling = _entropy(critic(made, training=True), 1.0)
        variables = generator.trainable_variables
        optimizers[1].apply(tape.gradient(fooling, variables), variables)
        return loss

    return lambda sound: step(tf.constant(sound))


class Drawn(layers.Layer):
    """A draw of the Gaussian; its divergence joins the loss."""

    def call(self, said: Any) -> Any:
        mean, wide = ops.split(ops.cast(said, "float32"), 2, axis=1)
        divergence = 0.5 * ops.sum(ops.square(mean) + ops.exp(wide) - wide - 1, axis=1)
        self.add_loss(ops.mean(divergence) / (MELS * FRAMES))
        return mean + ops.exp(0.5 * wide) * keras.random.normal(ops.shape(mean))


def autoencoder(jit: bool) -> Step:
    """The report's network, by Keras' own training step."""
    model: list[Any] = [keras.Input((MELS, FRAMES, 1))]
    for n in CHANNELS:
        model += [layers.Conv2D(n, 3, 2, activation="relu")]
    model += [layers.Flatten(), layers.Dense(2 * LATENT), Drawn(), layers.Dense(32 * 40 * 64)]
    model += [layers.Reshape((32, 40, 64))]
    for n in CHANNELS[::-1]:
        model += [layers.Conv2DTranspose(n, 3, 2, padding="same", activation="relu")]
    model += [layers.Conv2DTranspose(1, 3, padding="same", dtype="float32")]
    network = keras.Sequential(model)
    network.compile(keras.optimizers.Adam(1e-3, global_clipnorm=1.0), "mse", jit_compile=jit)
    rng = np.random.default_rng(0)
    frames = rng.standard_normal((BATCH, MELS, FRAMES, 1), dtype=np.float32)
    return lambda: float(network.train_on_batch(frames, frames)), network.count_params()


def _version() -> str:
    if keras.backend.backend() == "torch":
        import torch

        return str(torch.__version__)
    import tensorflow

    return str(tensorflow.__version__)


if __name__ == "__main__":
    main()

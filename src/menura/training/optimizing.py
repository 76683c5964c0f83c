"""Optimisers from their configs, and the learning rate of every step."""

import math

import torch
from torch.optim import SGD, Adagrad, Adam, AdamW, RMSprop

from menura.models import Optimizer, Phase, Schedule
from menura.training.adadelta import Adadelta


def build_optimizer(phase: Phase) -> torch.optim.Optimizer:
    """The optimiser that a phase asks for, over its parameters."""
    o = phase.optimizer
    parameters, lr, decay = list(phase.parameters), o.learning_rate, o.weight_decay
    match o.name:
        case "sgd":
            return SGD(parameters, lr, momentum=o.momentum, weight_decay=decay)
        case "rmsprop":
            return RMSprop(
                parameters, lr, alpha=o.alpha, eps=o.eps, momentum=o.momentum, weight_decay=decay
            )
        case "adam":
            return Adam(parameters, lr, betas=o.betas, eps=o.eps, weight_decay=decay, fused=True)
        case "adamw":
            return AdamW(parameters, lr, betas=o.betas, eps=o.eps, weight_decay=decay, fused=True)
        case "adadelta":
            return Adadelta(parameters, lr, rho=o.rho, eps=o.eps, weight_decay=decay)
        case "adagrad":
            return Adagrad(parameters, lr, eps=o.eps, weight_decay=decay)


def rate_factor(schedule: Schedule, step: int) -> float:
    """The schedule's multiple of the learning rate at `step` (counted from the phase's start)."""
    warm = min(1.0, (step + 1) / schedule.warmup_steps) if schedule.warmup_steps else 1.0
    after = max(0, step - schedule.warmup_steps)
    match schedule.kind:
        case "constant":
            return warm
        case "exponential":
            return float(warm * schedule.decay_factor ** (after // schedule.decay_steps))
        case "trapezoid":
            start = max(schedule.warmup_steps, schedule.total_steps - schedule.decay_steps)
            fall = (step - start) / max(1, schedule.total_steps - start)
            return warm * (1 - min(1.0, max(0.0, fall)) * (1 - schedule.final_factor))
        case "cosine":
            span = max(1, schedule.total_steps - schedule.warmup_steps)
            fall = 0.5 * (1 + math.cos(math.pi * min(1.0, after / span)))
            return warm * (schedule.final_factor + (1 - schedule.final_factor) * fall)


def set_rate(optimizer: torch.optim.Optimizer, config: Optimizer, factor: float) -> None:
    """Learn at `factor` × the configured rate from now on."""
    for group in optimizer.param_groups:
        group["lr"] = config.learning_rate * factor

"""The network of WaveNet: layers for training, and compiled loops that play it sample by sample."""

from menura.models._wavenet.player import Player, Strands
from menura.models._wavenet.stack import Conditions, Numbers, Stack, StackSizes

__all__ = ["Conditions", "Numbers", "Player", "Stack", "StackSizes", "Strands"]

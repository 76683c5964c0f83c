"""MusicGen by text prompt: pretrained, its weights CC-BY-NC 4.0 (not for commercial use).

Named by the report through AudioCraft; the values are those of Copet et al., Simple and
Controllable Music Generation (2023). Opened through transformers (extra `text`).

paper: the largest of that paper (3.3 B weights; 13.7 GB), top-k 250, temperature 1, guidance 3,
    trained on 30 s (sections 3 and 4). Ours: 10 s when no length is asked for, and for longer
    music windows of 30 s that go on from 12 s, the defaults of its authors' library.
laptop: the smallest (0.3 B; 2.4 GB), else the same.
tiny: a network of random weights, made on the spot, for tests.

Other sizes by `--set checkpoint=`: facebook/musicgen-medium, facebook/musicgen-stereo-small,
-medium, -large, or a folder. AudioGen has the same form, but its weights are not published in it:
convert them, and name the folder.
"""

from menura.recipes.contract import PretrainedRecipe
from menura.systems.musicgen import MusicGen, MusicGenConfig

recipe = PretrainedRecipe(
    report="Bahad et al.: Orchestrating Melodies through Spectrogram-Driven Autoencoders (2023); "
    "Copet et al.: Simple and Controllable Music Generation (2023)",
    kind=MusicGen,
    presets={
        "paper": MusicGenConfig(checkpoint="facebook/musicgen-large"),
        "laptop": MusicGenConfig(checkpoint="facebook/musicgen-small"),
        "tiny": MusicGenConfig(checkpoint=None, seconds=1.0, top_k=20, window_s=2.0, stride_s=1.2),
    },
)

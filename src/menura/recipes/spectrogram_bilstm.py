"""Pictures of magnitude and phase, 16 in and the next one out, by bidirectional LSTMs.

Sections 2.2, 3.3 and 5.2 of the report. Each 4-s file is an image of 256 × 512 × 2; a window of 16
consecutive files slides over the corpus; the model predicts the image of the file after it.

paper: as reported: STFT of 1024 / 256 samples at 16 kHz (NSynth's rate), 247 uncentred windows
    padded to 256, Nyquist bin left out, log-magnitude scaled to −1…1 and phase / π; five
    bidirectional LSTM layers of 128, dropout 0.2 after each, dense output; mean squared error,
    Adam as Keras has it (rate 1e-3, eps 1e-7), batches of 32; 50 epochs of 984 windows, which are
    1,550 steps for the report's 1,000 files; five images (`extra_frames` 5) are the 20 s it makes.
    337,515,520 parameters as Keras counts them, 5,120 more here (PyTorch has two biases a gate):
    268.6 million read an image, 67.4 million write one. In memory 1.35 GB, four times that with
    gradients and Adam's two moments, seven with what training goes back to: 11.6 GB at the peak.
    Ours, since the report does not say: the padding is silence (−1) and phase 0 and stands for no
    time; the first weights are Keras' defaults; what a file is followed by (the order of the
    corpus); the floor of the logarithm (−120 dB); gradients longer than 1 are shortened, and
    training ends early when the held-out value stops falling.
laptop: the same form for minutes on two cores. Ours, all for the reasons given: images of half a
    second (31 columns; eight to a 4-s file, and as many more to learn from); magnitudes alone,
    their phases found afterwards, since the mean of phases that turn at random says nothing;
    columns read by one shared map to 32 numbers, images written as eight spectra × courses in
    time on top of what sounds on (3.3 million weights, a hundredth); the nearest of 32 modes is
    learnt, not the mean, which is a haze of all notes that might come; blurred inputs, so that it
    finds back from its own errors; two layers. Under 1 GB of memory.

Batching: windows across tracks suit short files; for long recordings `--set
batching.across_tracks=false` keeps every window within one, of consecutive images either way.

Two ways back, `--set representation.decode=…`: "joined" (cross-faded, the default) or "per-image"
(the report's first way). The report's second way also put the padding between the images, and
librosa's inverse took its windows to be centred; neither is done here.

What a piece sets off from: the report takes a window of the validation set, which a system that
is passed on does not have. A seed plays that part in `continue` (one shorter than a window is
repeated); `generate` draws a window from a Gaussian fitted to the training images.
"""

from menura.models.bilstm import Bilstm, BilstmConfig
from menura.models.contract import Optimizer
from menura.recipes.contract import Part, Preset, Recipe, SlidingWindows, Training
from menura.representations.spectrogram_images import SpectrogramImages

recipe = Recipe(
    report="Viswanath, Saxena, Malik & Rathi: Music Generation Using Deep Learning (COMP9491)",
    presets={
        "paper": Preset(
            sample_rate=16_000,
            representation=Part("spectrogram-images", SpectrogramImages.Config()),
            model=Part("bilstm", BilstmConfig(optimizer=Optimizer("adam", eps=1e-7))),
            batching=SlidingWindows(batch_size=32, n_frames=17),
            training=Training(max_steps=1550, evaluate_every=31, n_held_out=3),
            seconds=20.0,
            temperature=0.0,  # the report feeds the mean back
        ),
        "laptop": Preset(
            sample_rate=16_000,
            representation=Part(
                "spectrogram-images",
                SpectrogramImages.Config(
                    n_columns=31, n_padding=0, phase="found", n_iter=2, floor_db=-80.0
                ),
            ),
            model=Part(
                "bilstm",
                BilstmConfig(
                    n_layers=2, n_hidden=128, n_read=32, rank=8, n_modes=32, input_noise=0.5
                ),
            ),
            batching=SlidingWindows(batch_size=16, n_frames=17),
            training=Training(evaluate_every=100, n_held_out=4),
        ),
        "tiny": Preset(
            sample_rate=8_000,
            representation=Part(
                "spectrogram-images",
                SpectrogramImages.Config(n_fft=256, hop_length=64, n_columns=16, n_padding=3),
            ),
            model=Part("bilstm", Bilstm.tiny),
            batching=SlidingWindows(batch_size=4, n_frames=9),
            training=Training(evaluate_every=10, n_held_out=2),
            seconds=1.0,
        ),
    },
)

"""Blocks of 0.25 s as their Fourier transform, next block by one GRU (GRUV).

paper, paper-raw: raw waveform at 44.1 kHz mono, as the STFT-LSTM report cites GRUV; blocks as real
    and imaginary parts, or as samples. Ours, after GRUV (Nayebi & Vitelli 2015): blocks of 0.25 s,
    GRU of 1024, squared error, RMSProp. Ours: one layer, 10 s of back-propagation, batch of 16,
    rate 0.001, per-feature normalisation, gradient clipping.
laptop: blocks of 64 ms that overlap by half, so that they join without clicks, at 16 kHz; a
    mixture of next blocks, since the mean of waves of unknown phase is silence. Ours.
"""

from menura.recipes._gruv import gruv

recipe = gruv("gru")

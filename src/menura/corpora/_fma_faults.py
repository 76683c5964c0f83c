"""Clips of FMA that are known to hold little or no sound.

The tracks' lengths were stated wrongly where they were published, so the 30 seconds of fma_small,
fma_medium and fma_large were cut beyond their ends (https://github.com/mdeff/fma/issues/8 lists
the 21 tracks with their true lengths; the project's wiki, "Excerpts shorter than 30s and
erroneous audio length metadata", gives the seconds that each clip holds). In fma_full these
tracks are whole.
"""

# Track → seconds of sound in its clip.
CLIP_SECONDS = {
    1486: 0.0,
    5574: 0.0,
    65753: 0.0,
    80391: 0.0,
    98558: 0.0,
    98559: 0.0,
    98560: 0.0,
    98565: 1.6,
    98566: 6.2,
    98567: 0.5,
    98568: 6.6,
    98569: 1.5,
    98571: 0.0,
    99134: 0.0,
    105247: 0.0,
    108924: 27.4,
    108925: 0.0,
    126981: 0.0,
    127336: 0.0,
    133297: 0.0,
    143992: 0.0,
}
# An empty clip is next to nothing (133297.mp3: 1,752 bytes, issue 4 of the same project); a
# larger file has been cut anew, or is the whole track of fma_full.
LARGEST_EMPTY = 1 << 14


def is_empty(track: int, n_bytes: int) -> bool:
    """Whether the file of `n_bytes` is the clip without sound that FMA has for `track`."""
    return CLIP_SECONDS.get(track) == 0 and n_bytes <= LARGEST_EMPTY

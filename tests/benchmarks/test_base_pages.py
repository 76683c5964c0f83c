"""The pages of `base`: its codec beside the trial, and its speed beside MusicGen."""

import pytest

from menura.systems import TrainedSystem


def test_the_trial_stands_beside_the_codec_as_what_it_is() -> None:
    import base_codec

    values = {"frechet-spectral": 1.0, "frechet-mfcc": 30.0, "log-mel-distance": 2.0}
    peer = {"frechet-spectral": 4.0, "frechet-mfcc": 100.0, "log-mel-distance": 4.0}
    rows = {base_codec.OURS: values, base_codec.PEER: peer}
    kinds = ("clips", "notes")
    page = base_codec.page(
        {
            "machine": {"cores": 2},
            "numbers a second": 2000,
            "pieces": dict.fromkeys(kinds, 24),
            "samples": {key: {"frechet-spectral": 192, "frechet-mfcc": 6024} for key in kinds},
            "there and back": dict.fromkeys(kinds, rows),
            "× real time": {base_codec.OURS: 88.4},
        }
    )
    clips, notes = page.split("## ")[1:]
    for part in (clips, notes):
        assert "24 pieces, 192 windows and 6,024 frames on each side." in part
        assert "| codec of base | 0.25 | 0.3 | 0.5 |" in part
        assert "| asked: at most | 0.5 | 0.5 | 0.75 |" in part
    assert f"| {base_codec.TRIAL} | 0.64 | 0.26 | – |" in clips
    assert "PROTOTYPE" not in notes, "it had none"
    assert "first 13 of 40 MFCC, 16 kHz" in page


def test_sound_by_label_and_by_a_whole_command_stand_beside_musicgen() -> None:
    import base_speed as speed

    slow, fast = speed.PEERS
    rows = {
        speed.OURS: {speed.ONE: 12.0, speed.MANY: 12.0, speed.FIRST: 0.8, speed.MEMORY: 621.0},
        speed.LABELLED: {speed.ONE: 6.0, speed.MANY: 7.2, speed.FIRST: 1.6, speed.MEMORY: 640.0},
        speed.CALLED: {speed.WHOLE: 3.6, speed.WHOLE_S: 8.9, speed.MEMORY: 700.0},
        slow: {speed.ONE: 0.3, speed.MANY: 1.2, speed.MEMORY: 2714.0},
        fast: {speed.ONE: 0.1, speed.MANY: 0.6, speed.MEMORY: 3394.0},
    }
    assert speed.beside_peer(rows) == {
        speed.OURS: {"one clip": 40.0, "8 clips": 10.0},
        speed.LABELLED: {"one clip": 20.0, "8 clips": 6.0},
        speed.CALLED: {"whole command": 3.0},  # beside the better one of both
    }
    page = speed.page({"machine": {"cores": 2}, "rows": rows})
    assert "| menura generate base --label piano -n 4 | – | – | 3 |" in page
    assert "asked: 30 × for one clip" in page


def test_the_better_turn_of_each_figure_stays() -> None:
    import base_speed as speed

    a = {speed.ONE: 1.0, speed.FIRST: 2.0, speed.WHOLE_S: 9.0, speed.MEMORY: 10.0}
    b = {speed.ONE: 2.0, speed.FIRST: 3.0, speed.WHOLE_S: 8.0, speed.MEMORY: 11.0}
    assert speed._better(a, b) == {**a, speed.ONE: 2.0, speed.WHOLE_S: 8.0}


def test_a_label_is_followed_while_it_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    import base_speed as speed

    asked = []
    generate = TrainedSystem.generate

    def watched(self: TrainedSystem, n: int, seconds: float, **options: object) -> object:
        asked.append((n, options["label"], self.model.usual_guidance()))  # type: ignore[operator]
        return generate(self, n, seconds, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(speed, "CLIP_S", 0.25)
    monkeypatch.setattr(TrainedSystem, "generate", watched)
    assert set(speed.own("piano", "tiny")) == {speed.ONE, speed.MANY, speed.FIRST, speed.MEMORY}
    assert set(asked) == {(1, "piano", 2.0), (8, "piano", 2.0)}

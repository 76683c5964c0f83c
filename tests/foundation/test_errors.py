import pytest

from menura.foundation.errors import MenuraError, UsageError, unknown_name


@pytest.mark.parametrize(("error", "status"), [(MenuraError, 1), (UsageError, 2)])
def test_exit_status_tells_could_not_from_wrong_words(
    error: type[MenuraError], status: int
) -> None:
    assert error("x").exit_status == status
    assert isinstance(error("x"), MenuraError)


def test_unknown_name_offers_the_nearest_and_lists_all() -> None:
    error = unknown_name("recipe", "sftt-lstm", ["deepjazz", "stft-lstm"])
    assert error.exit_status == 2
    assert str(error) == (
        "there is no recipe 'sftt-lstm'; did you mean 'stft-lstm'? (there is: deepjazz, stft-lstm)"
    )


def test_unknown_name_offers_nothing_far_fetched() -> None:
    assert str(unknown_name("recipe", "xyz", ["stft-lstm"])) == (
        "there is no recipe 'xyz' (there is: stft-lstm)"
    )
    assert str(unknown_name("corpus", "fma", [])) == "there is no corpus 'fma' (there is: none)"

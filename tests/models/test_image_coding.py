"""The layers of image autoencoders."""

import pytest
import torch
from torch import nn

from menura.models._image_coding import ConvTranspose2d, channels_last


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_transposed_convolution_equals_pytorchs(dtype: torch.dtype, *, bias: bool) -> None:
    settings = {"stride": 2, "padding": 1, "output_padding": 1, "bias": bias}
    torch.manual_seed(0)
    theirs = nn.ConvTranspose2d(6, 4, 3, **settings)
    ours = ConvTranspose2d(6, 4, 3, **settings)
    ours.load_state_dict(theirs.state_dict())
    image = torch.randn(2, 6, 8, 10).to(dtype).requires_grad_()
    made, wanted = ours.to(dtype)(image), theirs.to(dtype)(image)
    assert made.dtype == dtype
    closeness = {"rtol": 1e-5, "atol": 1e-5} if dtype == torch.float32 else {"rtol": 0, "atol": 0.1}
    torch.testing.assert_close(made, wanted, **closeness)
    back = torch.randn(wanted.shape).to(dtype)
    slopes, asked = (
        torch.autograd.grad(out, (image, *layer.parameters()), back)
        for out, layer in ((made, ours), (wanted, theirs))
    )
    near = {"rtol": 1e-4, "atol": 1e-4} if dtype == torch.float32 else {"rtol": 0.1, "atol": 0.5}
    for slope, one in zip(slopes, asked, strict=True):
        torch.testing.assert_close(slope, one, **near)


def test_images_stay_with_channels_last() -> None:
    layers = channels_last(nn.Sequential(nn.Conv2d(3, 8, 3), ConvTranspose2d(8, 4, 4, stride=2)))
    image = torch.randn(2, 3, 9, 11).contiguous(memory_format=torch.channels_last)
    assert layers(image).is_contiguous(memory_format=torch.channels_last)

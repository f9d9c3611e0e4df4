"""Makes photos of drawings, many at a time, on whatever device torch has: perspective, lens, light, sensor, JPEG."""
import math

import torch
from torch.nn import functional

_QUANTIZATION = [
    16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
    18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99]


def uniform(count, low, high, device):
    return torch.rand(count, device=device) * (high - low) + low


def normal(count, sigma, device):
    return torch.randn(count, device=device) * sigma


def matrix(rows, count, device):
    """3 x 3 matrices from nested lists of numbers and vectors."""
    out = torch.zeros(count, 3, 3, device=device)
    for i, row in enumerate(rows):
        for k, value in enumerate(row):
            out[:, i, k] = value
    return out


def transform(points, matrices):
    """B x N x 3 points by B matrices: B x N x 2."""
    moved = points @ matrices.transpose(1, 2)
    return moved[..., :2] / moved[..., 2:].clamp(min=1e-3)


def places(matrices, height, width, step=1.0):
    """Where the pixels of a height x width image, `step` apart, lie by each matrix: two of B x height x width."""
    device = matrices.device
    xs = ((torch.arange(width, device=device, dtype=torch.float32) + 0.5) * step - 0.5)[None, None, :]
    ys = ((torch.arange(height, device=device, dtype=torch.float32) + 0.5) * step - 0.5)[None, :, None]
    m = matrices[:, :, :, None, None]
    depth = 1 / (m[:, 2, 0] * xs + (m[:, 2, 1] * ys + m[:, 2, 2])).clamp(min=1e-3)
    return (m[:, 0, 0] * xs + (m[:, 0, 1] * ys + m[:, 0, 2])) * depth, (m[:, 1, 0] * xs + (m[:, 1, 1] * ys + m[:, 1, 2])) * depth


def sample(pictures, xs, ys, padding='border', pooled=1):
    """B x 1 x H x W pictures at places; `pooled`: by how much the pictures were shrunk since the places were meant."""
    rows, columns = pictures.shape[2] * pooled, pictures.shape[3] * pooled
    grid = torch.stack([(xs + 0.5) * (2 / columns) - 1, (ys + 0.5) * (2 / rows) - 1], -1)
    return functional.grid_sample(pictures, grid, mode='bilinear', padding_mode=padding, align_corners=False)


def blur(images, strength):
    """Each image by its own Gaussian: out of focus, or moved along a line. `strength` is in pixels, per image."""
    count, device = images.shape[0], images.device
    edge = 8
    padded = functional.pad(images, (edge, edge, edge, edge), mode='replicate')
    rows, columns = padded.shape[2:]
    fy = torch.fft.fftfreq(rows, device=device)[None, :, None]
    fx = torch.fft.rfftfreq(columns, device=device)[None, None, :]
    angle = torch.where(torch.rand(count, device=device) < 0.5, normal(count, 0.2, device), uniform(count, 0, math.pi, device))
    c, s = angle.cos()[:, None, None], angle.sin()[:, None, None]
    across = torch.where(torch.rand(count, device=device) < 0.6, strength, (strength * 0.25).clamp(min=0.3))[:, None, None]
    kept = torch.exp(-2 * math.pi ** 2 * (((fx * c + fy * s) * strength[:, None, None]) ** 2 + ((fy * c - fx * s) * across) ** 2))
    soft = torch.fft.irfft2(torch.fft.rfft2(padded[:, 0]) * kept, s=(rows, columns))
    return soft[:, None, edge:-edge, edge:-edge]


def sharpen(images, strength):
    soft = functional.avg_pool2d(functional.pad(images, (1, 1, 1, 1), mode='replicate'), 3, 1)
    return images + (images - soft) * strength[:, None, None, None]


def light(images):
    """Contrast and brightness, a gradient, gamma; values leave 0..255 where a sensor would clip them."""
    count, device = images.shape[0], images.device
    x = images / 255
    gamma = torch.exp(normal(count, 0.25, device))[:, None, None, None]
    x = x.clamp(0, 1) ** gamma
    dark = torch.rand(count, device=device)
    contrast = torch.where(dark < 0.25, torch.exp(uniform(count, math.log(0.05), math.log(0.5), device)), uniform(count, 0.5, 1.25, device))
    contrast = contrast[:, None, None, None]
    room = (1 - contrast).clamp(min=0)
    base = (torch.rand(count, device=device) ** 1.5)[:, None, None, None] * room + normal(count, 0.04, device)[:, None, None, None]
    x = x * contrast + base
    height, width = x.shape[2:]
    ys = torch.linspace(-0.5, 0.5, height, device=device)[None, None, :, None]
    xs = torch.linspace(-0.5, 0.5, width, device=device)[None, None, None, :]
    tilt = normal(2 * count, 0.25, device).reshape(2, count, 1, 1, 1)
    return x * (1 + tilt[0] * xs + tilt[1] * ys).clamp(0.3, 1.7) * 255


def sensor(images, amount=1.0):
    count, device = images.shape[0], images.device
    sigma = torch.rand(count, device=device) ** 3 * 10 * amount
    sigma = torch.minimum(sigma, 0.3 * images.std((1, 2, 3)) + 0.5)[:, None, None, None]  # or nobody could read it
    grainy = torch.randn_like(images)
    coarse = functional.avg_pool2d(functional.pad(grainy, (1, 1, 1, 1), mode='replicate'), 3, 1) * 2
    pick = (torch.rand(count, device=device) < 0.4)[:, None, None, None]
    return (images + torch.where(pick, coarse, grainy) * sigma).clamp(0, 255).round()


def jpeg(images):
    """Gray JPEG of a random quality; the picture's size must divide by eight."""
    count, _, height, width = images.shape
    device = images.device
    k = torch.arange(8, device=device, dtype=torch.float32)
    dct = torch.cos((2 * k[None] + 1) * k[:, None] * math.pi / 16) * 0.5
    dct[0] /= math.sqrt(2.0)
    both = torch.kron(dct, dct)  # of a block's 64 pixels at once
    blocks = images.reshape(count, height // 8, 8, width // 8, 8).permute(0, 1, 3, 2, 4).reshape(count, -1, 64) - 128
    quality = uniform(count, 25, 98, device)
    scale = torch.where(quality < 50, 5000 / quality, 200 - 2 * quality) / 100
    table = (torch.tensor(_QUANTIZATION, device=device, dtype=torch.float32) * scale[:, None]).clamp(min=1)[:, None]
    spectrum = ((blocks @ both.t()) / table).round() * table
    out = (spectrum @ both + 128).reshape(count, height // 8, width // 8, 8, 8).permute(0, 1, 3, 2, 4).reshape(count, 1, height, width)
    skip = (torch.rand(count, device=device) < 0.15)[:, None, None, None]
    return torch.where(skip, images, out).clamp(0, 255).round()


def develop(images, blur_max, noise=1.0):
    """All that happens to a scene between the lens and the file."""
    count, device = images.shape[0], images.device
    strength = torch.rand(count, device=device) ** 1.7 * blur_max
    images = blur(light(images), strength)
    images = sensor(images, noise)
    sharp = torch.where(torch.rand(count, device=device) < 0.3, uniform(count, 0, 1.5, device), torch.zeros(count, device=device))
    return jpeg(sharpen(images, sharp).clamp(0, 255).round())

"""The picture that a plate is drawn in, and laying things on it."""
import cv2
import numpy as np

HEIGHT, WIDTH = 144, 320  # of a picture


def paste(gray, mask, x, y, shade, strength=1.0):
    """Lays `shade` over the picture where the mask is, clipped to the picture."""
    x, y = int(round(x)), int(round(y))
    x0, y0, x1, y1 = max(0, x), max(0, y), min(gray.shape[1], x + mask.shape[1]), min(gray.shape[0], y + mask.shape[0])
    if x1 <= x0 or y1 <= y0:
        return
    part = mask[y0 - y:y1 - y, x0 - x:x1 - x].astype(np.float32) * (strength / 255.0)
    gray[y0:y1, x0:x1] += (shade - gray[y0:y1, x0:x1]) * part


def press(ink, mask, x, y):
    """Adds a character to the ink, clipped to the picture."""
    x, y = int(round(x)), int(round(y))
    x0, y0, x1, y1 = max(0, x), max(0, y), min(WIDTH, x + mask.shape[1]), min(HEIGHT, y + mask.shape[0])
    if x1 > x0 and y1 > y0:
        part = ink[y0:y1, x0:x1]
        np.maximum(part, mask[y0 - y:y1 - y, x0 - x:x1 - x], out=part)


def smooth_noise(dice, rows, cols, amplitude):
    small = dice.uniform(-amplitude, amplitude, (int(dice.integers(2, 6)), int(dice.integers(2, 8)))).astype(np.float32)
    return cv2.resize(small, (cols, rows), interpolation=cv2.INTER_CUBIC)


def any_shade(dice):
    return float(dice.uniform(0, 255))

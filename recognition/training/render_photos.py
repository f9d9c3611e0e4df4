#!/usr/bin/python3
"""Writes photos of drawn plates in drawn streets, with what they say: for calibrating, and for looking at what fails.

  render_photos.py FOLDER COUNT SEED [FONTS...]

FOLDER/NAME.jpg and, as openalpr/benchmarks has it, FOLDER/NAME.txt: file, x, y, width, height of the line, text, by tabs.
"""
import os
import sys

import cv2
import numpy as np
import torch

import photograph
import plates
import train_detector
from glyphs import Fonts

HIGH, WIDE = 720, 1280


class Drawn:
    """What train_detector takes drawings from, of one photo's drawings."""

    def __init__(self, fonts, dice):
        drawn = [plates.draw_plate(fonts, dice)] + [plates.draw_other(fonts, dice) for _ in range(2)]
        self.texts = [p.text for p in drawn]
        self.device = torch.device('cpu')
        self.gray = torch.from_numpy(np.stack([p.gray for p in drawn]))
        self.line = torch.tensor([p.line for p in drawn])
        self.plate = torch.tensor([p.plate for p in drawn], dtype=torch.float32)
        self.backgrounds = torch.from_numpy(np.stack([plates.background(fonts, dice) for _ in range(2)]))
        self.background_count = 2
        self.count = 1


def photo(fonts, dice):
    train_detector.HIGH, train_detector.WIDE = HIGH, WIDE
    train_detector.LENGTHS = (40.0, 330.0)
    drawn = Drawn(fonts, dice)
    scene = train_detector.street(drawn, 1, 1)
    for other in (1, 2):
        only = Drawn.__new__(Drawn)
        only.__dict__.update(drawn.__dict__, gray=drawn.gray[other:], line=drawn.line[other:], plate=drawn.plate[other:])
        scene, _, _, _ = train_detector.place(only, scene, 1, torch.tensor([bool(dice.random() < 0.5)]))
    scene, _, to_photo, _ = train_detector.place(drawn, scene, 1, torch.tensor([True]))
    line = drawn.line[0]
    corners = torch.tensor([[line[0], line[1], 1], [line[2], line[1], 1], [line[2], line[3], 1], [line[0], line[3], 1]])
    corners = photograph.transform(corners[None], to_photo)[0]
    developed = photograph.develop(scene, blur_max=2.0, noise=0.8)[0, 0].numpy().astype(np.uint8)
    return developed, corners.numpy(), drawn.texts[0]


def main():
    folder, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    fonts = Fonts(sys.argv[4:] or ['/usr/share/fonts'])
    dice = np.random.default_rng(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    os.makedirs(folder, exist_ok=True)
    for i in range(count):
        picture, corners, text = photo(fonts, dice)
        low, high = corners.min(0), corners.max(0)
        name = '%d-%05d' % (seed, i)
        cv2.imwrite(os.path.join(folder, name + '.jpg'), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])
        with open(os.path.join(folder, name + '.txt'), 'w', encoding='utf-8') as out:
            out.write('%s.jpg\t%d\t%d\t%d\t%d\t%s\n' % (name, low[0], low[1], high[0] - low[0], high[1] - low[1], text))


if __name__ == '__main__':
    main()

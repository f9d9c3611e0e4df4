"""What stands between and beside the characters of a plate and is none of its text: symbols, seals, small stacked letters."""
import cv2
import numpy as np

import texts
from canvas import any_shade, paste, press
from glyphs import FontFace


def symbol(ink, gray, x, y, width, height, paper, dice):
    """Between groups: a hyphen, a dot, a star, a state's outline, seals, a sticker; drawn on ink or in its own shade."""
    cx, cy = x + width / 2, y + height / 2
    r = min(width * 0.46, height * dice.uniform(0.08, 0.5))
    kind = int(dice.integers(13))
    own = any_shade(dice)
    point = (int(round(cx)), int(round(cy)))
    if kind <= 1:
        half, thick = width * dice.uniform(0.2, 0.45), max(2, int(height * dice.uniform(0.06, 0.14)))
        cv2.line(ink, (int(cx - half), point[1]), (int(cx + half), point[1]), 255, thick)
    elif kind == 2:
        cv2.circle(ink, point, max(1, int(r * 0.5)), 255, -1, cv2.LINE_AA)
    elif kind == 3:
        angles = np.arange(10) * np.pi / 5 - np.pi / 2
        radii = np.where(np.arange(10) % 2 == 0, r, r * 0.4)
        star = np.stack([cx + radii * np.cos(angles), cy + radii * np.sin(angles)], 1)
        cv2.fillPoly(ink, [np.int32(star.round())], int(dice.integers(120, 256)), cv2.LINE_AA)
    elif kind == 4:
        count = int(dice.integers(5, 12))
        angles = np.sort(dice.uniform(0, 2 * np.pi, count))
        radii = r * dice.uniform(0.4, 1.2, count)
        outline = np.stack([cx + radii * np.cos(angles), cy + 1.2 * radii * np.sin(angles)], 1)
        cv2.fillPoly(gray, [np.int32(outline.round())], own, cv2.LINE_AA)
    elif kind == 5:
        tall = height * dice.uniform(0.3, 0.5)
        cv2.rectangle(gray, (int(cx - r), int(cy - tall)), (int(cx + r), int(cy + tall)), own, -1)
        for _ in range(int(dice.integers(0, 5))):
            yy = int(cy + dice.uniform(-tall, tall))
            cv2.line(gray, (int(cx - r * 0.7), yy), (int(cx + r * 0.7), yy), any_shade(dice), int(dice.integers(1, 5)))
        if dice.random() < 0.4 and abs(own - paper) > 50:  # a hollow box would be a zero
            cv2.rectangle(gray, (int(cx - r), int(cy - tall)), (int(cx + r), int(cy + tall)), any_shade(dice), 1)
    elif kind == 6:
        for k in (-1, 1):
            centre = (point[0], int(cy + k * height * dice.uniform(0.16, 0.28)))
            cv2.circle(gray, centre, max(2, int(min(width * 0.45, height * 0.17))), any_shade(dice), -1, cv2.LINE_AA)
            cv2.circle(gray, centre, max(1, int(min(width * 0.25, height * 0.09))), any_shade(dice), -1, cv2.LINE_AA)
    elif kind == 7:
        shield = [(cx - r, cy - r), (cx + r, cy - r), (cx + r, cy), (cx, cy + 1.3 * r), (cx - r, cy)]
        cv2.fillPoly(gray, [np.int32(np.round(shield))], own, cv2.LINE_AA)
        cv2.circle(gray, point, max(1, int(r * 0.4)), any_shade(dice), -1, cv2.LINE_AA)
    elif kind >= 11:  # an outline of a state, by lines only
        count = int(dice.integers(5, 10))
        angles = np.sort(dice.uniform(0, 2 * np.pi, count))
        across, down = width * dice.uniform(0.4, 0.6), height * dice.uniform(0.3, 0.6)
        radii = dice.uniform(0.6, 1.1, count)
        outline = np.stack([cx + across * radii * np.cos(angles), cy + down * radii * np.sin(angles)], 1)
        cv2.polylines(gray, [np.int32(outline.round())], True, own, int(dice.integers(1, 3)), cv2.LINE_AA)
        if dice.random() < 0.5:
            half = (max(2, int(across * 0.4)), max(2, int(down * dice.uniform(0.2, 0.5))))
            cv2.rectangle(gray, (point[0] - half[0], point[1] - half[1]), (point[0] + half[0], point[1] + half[1]), any_shade(dice), -1)
    elif kind >= 9:  # a picture, as high as the characters and into them
        reach = max(width * 0.5, 3) * dice.uniform(0.9, 1.5)
        shade = dice.uniform(paper * 0.3, paper * 0.9)
        for _ in range(int(dice.integers(2, 9))):
            centre = (int(cx + dice.uniform(-0.5, 0.5) * reach), int(cy + dice.uniform(-0.45, 0.45) * height))
            axes = (max(1, int(reach * dice.uniform(0.15, 0.7))), max(1, int(height * dice.uniform(0.05, 0.28))))
            cv2.ellipse(gray, centre, axes, float(dice.uniform(0, 180)), 0, 360, float(shade * dice.uniform(0.6, 1.3)), -1, cv2.LINE_AA)


def emblem(gray, cx, cy, reach, plate_h, fonts, dice):
    """A special plate's picture beside the characters: seals, animals, letters of a college."""
    r = max(5, reach * dice.uniform(0.5, 0.95))
    tall = min(plate_h * 0.4, r * dice.uniform(0.7, 1.8))
    shade = any_shade(dice)
    kind = int(dice.integers(4))
    if kind == 0:
        cv2.ellipse(gray, (int(cx), int(cy)), (int(r), int(tall)), 0, 0, 360, shade, -1 if dice.random() < 0.6 else 2, cv2.LINE_AA)
        cv2.ellipse(gray, (int(cx), int(cy)), (max(1, int(r * 0.6)), max(1, int(tall * 0.6))), 0, 0, 360, any_shade(dice), -1, cv2.LINE_AA)
    elif kind == 1:
        for _ in range(int(dice.integers(2, 9))):
            centre = (int(cx + dice.uniform(-0.7, 0.7) * r), int(cy + dice.uniform(-0.7, 0.7) * tall))
            cv2.ellipse(gray, centre, (max(1, int(r * dice.uniform(0.1, 0.5))), max(1, int(tall * dice.uniform(0.1, 0.5)))),
                        float(dice.uniform(0, 180)), 0, 360, shade if dice.random() < 0.7 else any_shade(dice), -1, cv2.LINE_AA)
    elif kind == 2:
        count = int(dice.integers(5, 14))
        angles, radii = np.sort(dice.uniform(0, 2 * np.pi, count)), dice.uniform(0.3, 1.0, count)
        outline = np.stack([cx + r * radii * np.cos(angles), cy + tall * radii * np.sin(angles)], 1)
        cv2.fillPoly(gray, [np.int32(outline.round())], shade, cv2.LINE_AA)
    else:
        letters = ''.join(texts.ALL_LETTERS[dice.integers(26)] for _ in range(int(dice.integers(1, 3))))
        mask = fonts.words_mask(letters, tall * dice.uniform(0.8, 1.6), dice)
        if mask.shape[1] > 2 * r:
            mask = cv2.resize(mask, (int(2 * r), mask.shape[0]), interpolation=cv2.INTER_AREA)
        cv2.ellipse(gray, (int(cx), int(cy)), (int(r), int(tall)), 0, 0, 360, any_shade(dice), -1, cv2.LINE_AA)
        paste(gray, mask, cx - mask.shape[1] / 2, cy - mask.shape[0] / 2, shade)


def stacked(ink, x, width, top, height, side, line_face, fonts, dice):
    """Two or three small characters above each other beside the line, mostly close to it; readers leave them out."""
    count = int(dice.choice((2, 3), p=(0.7, 0.3)))
    face = line_face if dice.random() < 0.6 else FontFace(fonts, fonts.plate[dice.integers(len(fonts.plate))])
    each = height / count * dice.uniform(0.85, 1.0)
    wide = max(2, int(min(each * dice.uniform(0.55, 0.95), height * 0.45, width)))
    away = max(0, width - wide) * dice.random() ** 2
    x += away if side == 2 else width - wide - away
    signs = texts.ALL_LETTERS * 4 + '0123456789'
    turned = dice.random() < 0.12  # lying, to be read from below or above
    for i in range(count):
        mask = face.glyph(signs[dice.integers(len(signs))], *((max(3, int(each * 0.88)), wide) if turned else (wide, max(3, int(each * 0.88)))))
        press(ink, np.rot90(mask, 1 if dice.random() < 0.8 else 3) if turned else mask, x, top + i * height / count)


def small_words(ink, x, width, top, height, fonts, dice):
    """What a plate is for, in one or two short lines: FIRE FIGHTER."""
    rows = int(dice.integers(1, 4))
    each = height / max(2, rows) * dice.uniform(0.45, 0.8)
    for i in range(rows):
        mask = fonts.words_mask(texts.words(dice, 1).upper(), each, dice)
        if mask.shape[1] > width:
            mask = cv2.resize(mask, (max(2, int(width)), mask.shape[0]), interpolation=cv2.INTER_AREA)
        press(ink, mask, x + (width - mask.shape[1]) / 2, top + height * (i + 0.5) / rows - each / 2)


def paid_until(gray, x, width, top, height, fonts, dice):
    """A sticker of the month or year as high as the line or half as high."""
    tall, wide = height * dice.uniform(0.4, 1.0), min(width, height * dice.uniform(0.35, 0.9))
    x, y = x + (width - wide) * dice.random(), top + (height - tall) * dice.random()
    cv2.rectangle(gray, (int(x), int(y)), (int(x + wide), int(y + tall)), any_shade(dice), -1)
    mask = fonts.words_mask(texts.sticker(dice), tall * dice.uniform(0.3, 0.85), dice)
    if mask.shape[1] > wide:
        mask = cv2.resize(mask, (max(2, int(wide * 0.95)), mask.shape[0]), interpolation=cv2.INTER_AREA)
    paste(gray, mask, x + 1, y + 1, any_shade(dice))


def wheelchair(ink, x, top, height, dice):
    """The sign of a disabled person's plate, as wide as high."""
    size = height * dice.uniform(0.6, 1.0)
    y = top + (height - size) / 2
    thick = max(1, int(size * dice.uniform(0.06, 0.12)))
    at = lambda u, v: (int(round(x + u * size)), int(round(y + v * size)))
    cv2.circle(ink, at(0.3, 0.1), max(1, int(size * 0.09)), 255, -1, cv2.LINE_AA)
    cv2.polylines(ink, [np.int32([at(0.32, 0.2), at(0.35, 0.55), at(0.65, 0.55), at(0.8, 0.9), at(0.92, 0.86)])], False, 255, thick, cv2.LINE_AA)
    cv2.line(ink, at(0.33, 0.36), at(0.62, 0.38), 255, thick, cv2.LINE_AA)
    cv2.ellipse(ink, at(0.38, 0.68), (max(1, int(size * 0.28)), max(1, int(size * 0.28))), 0, 20, 240, 255, thick, cv2.LINE_AA)
    return size


def beside(gray, ink, x, top, width, height, plate_h, side, face, fonts, dice):
    """Fills `width` at a side of a line, 1 left or 2 right, with what special plates have there."""
    roll = dice.random()
    if roll < 0.5:
        stacked(ink, x, width, top, height, side, face, fonts, dice)
    elif roll < 0.58:
        wheelchair(ink, x, top, min(height, width), dice)
    elif roll < 0.66:
        small_words(ink, x, width, top, height, fonts, dice)
    elif roll < 0.74:
        paid_until(gray, x, width, top, height, fonts, dice)
    else:
        emblem(gray, x + width / 2, top + height * dice.uniform(0.35, 0.65), width * 0.5, plate_h, fonts, dice)

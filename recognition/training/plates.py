"""Draws plates on cars, flat and sharp, in gray: `photograph.py` then makes photos of them."""
import cv2
import numpy as np

from emblems import beside, symbol
import texts
from canvas import any_shade, HEIGHT, paste, press, smooth_noise, WIDTH
from glyphs import FontFace, StrokeFace

TEXT_MAX = 10


class Picture:
    """What one drawing knows: pixels, where the plate and the line of characters are, and what the line says."""

    def __init__(self, gray, plate, line, text, other=None):
        self.gray, self.plate, self.line, self.text = gray, plate, line, text
        self.other = other or line  # other print on the plate: the state's name, a sticker


def clutter(gray, dice, count):
    """Edges, bars, blobs and grilles, as cars have around a plate."""
    rows, cols = gray.shape
    for _ in range(count):
        kind = int(dice.integers(7))
        shade = any_shade(dice)
        x, y = int(dice.integers(0, cols)), int(dice.integers(0, rows))
        if kind == 0:
            cv2.line(gray, (0, y), (cols, y + int(dice.integers(-12, 13))), shade, int(dice.integers(1, 14)), cv2.LINE_AA)
        elif kind == 1:
            cv2.line(gray, (x, 0), (x + int(dice.integers(-12, 13)), rows), shade, int(dice.integers(1, 10)), cv2.LINE_AA)
        elif kind == 2:
            cv2.rectangle(gray, (x, y), (x + int(dice.integers(8, 160)), y + int(dice.integers(5, 60))), shade, -1)
        elif kind == 3:
            cv2.ellipse(gray, (x, y), (int(dice.integers(3, 60)), int(dice.integers(3, 40))), 0, 0, 360, shade,
                        -1 if dice.random() < 0.5 else int(dice.integers(1, 6)), cv2.LINE_AA)
        elif kind == 4:
            step = int(dice.integers(4, 18))
            thick = max(1, int(step * dice.uniform(0.2, 0.7)))
            reach, top = int(dice.integers(40, 220)), int(dice.integers(10, 60))
            upright = dice.random() < 0.6
            for i in range(0, reach if upright else top, step):
                a, b = ((x + i, y), (x + i, y + top)) if upright else ((x, y + i), (x + reach, y + i))
                cv2.line(gray, a, b, shade, thick)
        elif kind == 5:
            points = np.stack([dice.integers(0, cols, 4), dice.integers(0, rows, 4)], 1).astype(np.int32)
            cv2.fillPoly(gray, [points], shade, cv2.LINE_AA)
        else:
            gray[:, :] = cv2.add(gray, smooth_noise(dice, rows, cols, 40))


def surroundings(dice):
    """A car's body where a plate hangs."""
    gray = np.full((HEIGHT, WIDTH), dice.uniform(10, 240), np.float32)
    gray += smooth_noise(dice, HEIGHT, WIDTH, dice.uniform(2, 50))
    clutter(gray, dice, int(dice.integers(0, 7)))
    return gray


def choose_face(fonts, european, dice):
    if dice.random() < (0.35 if european else 0.5):
        return StrokeFace(dice)
    names = fonts.european if european and dice.random() < 0.7 else fonts.plate
    return FontFace(fonts, names[dice.integers(len(names))])


class Layout:
    """The characters of a line: how high, how wide, how far apart."""

    def __init__(self, text, height, room, european, wide, dice):
        self.height = height
        self.width = height * (dice.uniform(0.48, 0.68) if european else dice.uniform(0.40, 0.62))
        if wide or dice.random() < 0.1:
            self.width = height * dice.uniform(0.62, 1.2 if wide else 0.95)
        self.space = height * (dice.uniform(0.07, 0.2) if european else dice.uniform(0.04, 0.24))
        if wide:
            self.space *= dice.uniform(1, 2.5)
        self.gap = height * (dice.uniform(0.18, 0.75) if dice.random() < 0.75 else dice.uniform(0.5, 1.4))
        gaps = text.count('-')
        signs = len(text) - gaps
        total = signs * self.width + (signs - 1 - gaps) * self.space + gaps * self.gap
        if total > room:
            factor = room / total
            self.width, self.space, self.gap = self.width * factor, self.space * factor, self.gap * factor
            total = room
        narrowest = dice.uniform(0.36, 0.42)  # no die is narrower: the line is lower then
        self.height = min(self.height, self.width / narrowest)
        self.total = total


def draw_text(gray, ink, text, layout, left, top, face, paper, dice):
    """Draws the line into `ink`; what belongs to the symbols' own shades goes straight to the picture."""
    x = left
    symbols = dice.random() < 0.75
    for i, c in enumerate(text):
        if c == '-':
            if symbols:
                symbol(ink, gray, x, top, layout.gap, layout.height, paper, dice)
            x += layout.gap
            continue
        mask = face.glyph(c, max(2, int(round(layout.width))), max(4, int(round(layout.height))))
        press(ink, mask, x, top)
        x += layout.width + (layout.space if i + 1 < len(text) and text[i + 1] != '-' else 0)


def scenery(gray, box, dice):
    """What is printed behind the characters."""
    x0, y0, x1, y1 = box
    part = gray[y0:y1, x0:x1]
    rows, cols = part.shape
    if dice.random() < 0.5:
        part += np.linspace(dice.uniform(-60, 20), dice.uniform(-25, 25), rows, dtype=np.float32)[:, None]
    if dice.random() < 0.4:
        layer = np.zeros((rows, cols), np.float32)
        for _ in range(int(dice.integers(1, 6))):
            shade = float(dice.uniform(-60, 45))
            if dice.random() < 0.6:
                points = np.stack([dice.integers(-10, cols + 10, 4), dice.integers(0, rows + 10, 4)], 1).astype(np.int32)
                cv2.fillPoly(layer, [points], shade, cv2.LINE_AA)
            else:
                cv2.ellipse(layer, (int(dice.integers(0, cols)), int(dice.integers(0, rows))),
                            (int(dice.integers(3, 50)), int(dice.integers(3, 40))), 0, 0, 360, shade, -1, cv2.LINE_AA)
        part += cv2.GaussianBlur(layer, (0, 0), dice.uniform(0.5, 4)) * dice.uniform(0.2, 1.0)


def sticker(gray, x, y, w, h, dice, fonts):
    cv2.rectangle(gray, (int(x), int(y)), (int(x + w), int(y + h)), any_shade(dice), -1)
    if dice.random() < 0.8:
        text = texts.sticker(dice)
        mask = fonts.words_mask(text, max(3, h * dice.uniform(0.5, 0.85)), dice)
        if mask.shape[1] > w:
            mask = cv2.resize(mask, (max(2, int(w * 0.95)), mask.shape[0]), interpolation=cv2.INTER_AREA)
        paste(gray, mask, x + 1, y + 1, any_shade(dice))


def us_dressing(gray, box, ink_shade, fonts, dice):
    """The state's name, the slogan, stickers and bolts of an American plate. Returns where print is."""
    x0, y0, x1, y1 = box
    w, h = x1 - x0, y1 - y0
    others = []
    for name, where, chance in ((True, dice.uniform(0.04, 0.12), 0.85), (False, dice.uniform(0.78, 0.86), 0.75)):
        if dice.random() > chance:
            continue
        text = texts.state_name(dice) if name else texts.words(dice)
        mask = fonts.words_mask(text, h * dice.uniform(0.08, 0.17), dice)
        if mask.shape[1] > w * 0.9:
            mask = cv2.resize(mask, (int(w * 0.9), mask.shape[0]), interpolation=cv2.INTER_AREA)
        shade = ink_shade if dice.random() < 0.5 else any_shade(dice)
        x, y = x0 + (w - mask.shape[1]) * dice.uniform(0.3, 0.7), y0 + h * where
        paste(gray, mask, x, y, shade, dice.uniform(0.5, 1))
        others.append((x, y, x + mask.shape[1], y + mask.shape[0]))
    for fx, fy in ((0.02, 0.03), (0.84, 0.03), (0.02, 0.8), (0.84, 0.8)):
        if dice.random() < 0.35:
            sx, sy = x0 + w * (fx + dice.uniform(0, 0.06)), y0 + h * (fy + dice.uniform(0, 0.04))
            sw, sh = w * dice.uniform(0.07, 0.15), h * dice.uniform(0.1, 0.2)
            sticker(gray, sx, sy, sw, sh, dice, fonts)
    inset = dice.uniform(0.1, 0.22)
    for fx in (inset, 1 - inset):
        for fy in (0.07, 0.93):
            if dice.random() < 0.6:
                centre = (int(x0 + w * fx), int(y0 + h * (fy + dice.uniform(-0.02, 0.02))))
                cv2.circle(gray, centre, max(1, int(h * dice.uniform(0.02, 0.045))), any_shade(dice), -1, cv2.LINE_AA)
    return others


def us_frame(gray, box, fonts, dice):
    """A dealer's frame around the plate, over its edges."""
    x0, y0, x1, y1 = box
    w, h = x1 - x0, y1 - y0
    shade = any_shade(dice) if dice.random() < 0.4 else float(dice.uniform(5, 60))
    most = 0.2 if dice.random() < 0.85 else 0.27
    top, bottom, side = h * dice.uniform(0.03, most), h * dice.uniform(0.03, most), h * dice.uniform(0.02, 0.07)
    out = h * dice.uniform(0.01, 0.07)
    for ax, ay, bx, by in ((x0 - out, y0 - out, x1 + out, y0 + top), (x0 - out, y1 - bottom, x1 + out, y1 + out),
                           (x0 - out, y0 - out, x0 + side, y1 + out), (x1 - side, y0 - out, x1 + out, y1 + out)):
        cv2.rectangle(gray, (int(ax), int(ay)), (int(bx), int(by)), shade, -1)
    for y, tall in ((y0 - out, top + out), (y1 - bottom, bottom + out)):
        if tall > h * 0.09 and dice.random() < 0.75:
            mask = fonts.words_mask(texts.words(dice, 3), tall * dice.uniform(0.55, 0.9), dice)
            if mask.shape[1] > w * 0.95:
                mask = cv2.resize(mask, (int(w * 0.95), mask.shape[0]), interpolation=cv2.INTER_AREA)
            paste(gray, mask, x0 + (w - mask.shape[1]) / 2, y + tall * 0.1, 255 - shade if dice.random() < 0.8 else any_shade(dice))


def eu_dressing(gray, box, paper, fonts, dice):
    """The band of an European plate; returns how wide it is."""
    x0, y0, x1, y1 = box
    w, h = x1 - x0, y1 - y0
    if dice.random() > 0.75:
        return w * dice.uniform(0.01, 0.05)
    band = w * dice.uniform(0.06, 0.1)
    shade = float(dice.uniform(20, 130))
    cv2.rectangle(gray, (int(x0), int(y0)), (int(x0 + band), int(y1)), shade, -1)
    cx, cy, r = x0 + band / 2, y0 + h * 0.3, band * 0.32
    for k in range(12):
        a = k * np.pi / 6
        cv2.circle(gray, (int(round(cx + r * np.cos(a))), int(round(cy + r * np.sin(a)))), 1, 190, -1)
    code = ''.join(texts.ALL_LETTERS[dice.integers(26)] for _ in range(int(dice.integers(1, 4))))
    mask = fonts.words_mask(code, h * dice.uniform(0.16, 0.26), dice)
    if mask.shape[1] > band * 0.9:
        mask = cv2.resize(mask, (max(2, int(band * 0.9)), mask.shape[0]), interpolation=cv2.INTER_AREA)
    paste(gray, mask, x0 + (band - mask.shape[1]) / 2, y0 + h * 0.65, 235)
    return band


def eu_frame(gray, box, fonts, dice):
    x0, y0, x1, y1 = box
    h = y1 - y0
    shade = float(dice.uniform(5, 70)) if dice.random() < 0.8 else any_shade(dice)
    side, bottom = h * dice.uniform(0.03, 0.1), h * dice.uniform(0.05, 0.28)
    for ax, ay, bx, by in ((x0 - side, y0 - side, x1 + side, y0), (x0 - side, y1, x1 + side, y1 + bottom),
                           (x0 - side, y0 - side, x0, y1 + bottom), (x1, y0 - side, x1 + side, y1 + bottom)):
        cv2.rectangle(gray, (int(ax), int(ay)), (int(bx), int(by)), shade, -1)
    if bottom > h * 0.12:
        mask = fonts.words_mask(texts.words(dice), bottom * 0.6, dice)
        paste(gray, mask, x0 + max(0, (x1 - x0 - mask.shape[1]) * dice.uniform(0, 1)), y1 + bottom * 0.2, 255 - shade)


def emboss(gray, ink, dice):
    """The pressed characters' edges catch the light on one side and lose it on the other."""
    dx, dy = dice.integers(-1, 2), dice.integers(-1, 2)
    soft = ink.astype(np.float32) / 255.0
    moved = np.roll(np.roll(soft, int(dy), 0), int(dx), 1)
    gray += (soft - moved) * dice.uniform(-45, 45)


def shades(dice, european):
    """Paper and ink."""
    roll = dice.random()
    if roll < 0.07:  # in colours that gray hardly tells apart
        paper = dice.uniform(60, 220)
        return float(paper), float(paper + dice.uniform(28, 60) * (1 if dice.random() < 0.4 else -1))
    if roll < 0.7 or (european and roll < 0.85):
        paper = dice.uniform(150, 250)
        ink = dice.uniform(0, min(140, paper - 55))
    elif roll < 0.8:
        paper = dice.uniform(95, 190)
        ink = dice.uniform(0, paper - 60)
    else:
        paper = dice.uniform(5, 130)
        ink = dice.uniform(paper + 65, 255)
    return float(paper), float(ink)


def behind(gray, box, height, fonts, dice):
    """Another plate behind this one, wider than it: its ends and some of its characters are seen at both sides."""
    x0, y0, x1, y1 = box
    wide, tall = (x1 - x0) * dice.uniform(1.2, 1.7), (y1 - y0) * dice.uniform(0.5, 1.0)
    middle, left = (y0 + y1) / 2 + dice.uniform(-8, 8), (x0 + x1) / 2 - wide / 2 + dice.uniform(-20, 20)
    paper = dice.uniform(120, 250)
    cv2.rectangle(gray, (int(left), int(middle - tall / 2)), (int(left + wide), int(middle + tall / 2)), paper, -1)
    ink = np.zeros((HEIGHT, WIDTH), np.uint8)
    face, own = choose_face(fonts, True, dice), min(tall * 0.85, height * dice.uniform(0.8, 1.3))
    each = own * dice.uniform(0.5, 0.7)
    x = left + own * dice.uniform(0.05, 0.4)
    while x + each < left + wide:
        mask = face.glyph((texts.ALL_LETTERS + '0123456789')[dice.integers(36)], max(2, int(each)), max(4, int(own)))
        press(ink, mask, x, middle - own / 2)
        x += each * dice.uniform(1.1, 1.3)
    paste(gray, ink, 0, 0, paper - dice.uniform(80, 120))


def coupling(gray, line, dice):
    """A tow bar or its ball that stands before the lower part of some characters."""
    left, top, right, bottom = line
    height = bottom - top
    half = height * dice.uniform(0.08, 0.3)
    x, y = dice.uniform(left, right), bottom - height * dice.uniform(0.05, 0.4)
    shade = any_shade(dice)
    cv2.rectangle(gray, (int(x - half * 0.7), int(y + half)), (int(x + half * 0.7), HEIGHT), shade, -1)
    cv2.circle(gray, (int(x), int(y + half)), max(1, int(half)), shade, -1, cv2.LINE_AA)
    cv2.circle(gray, (int(x - half * 0.3), int(y + half * 0.7)), max(1, int(half * 0.3)), any_shade(dice), -1, cv2.LINE_AA)


def draw_plate(fonts, dice):
    european = dice.random() < 0.35
    wide = dice.random() < 0.07  # letters about as wide as high; such a plate has few
    text = texts.short_text(european, dice) if wide else texts.plate_text(european, dice)
    gray = surroundings(dice)
    if european:
        plate_h = dice.uniform(42, 60)
        plate_w = min(WIDTH - 30, plate_h * dice.uniform(4.1, 4.9))
        height = plate_h * dice.uniform(0.6, 0.8)
    else:
        plate_h = dice.uniform(74, 100)
        plate_w = plate_h * dice.uniform(1.85, 2.15)
        height = plate_h * dice.uniform(0.36, 0.56)
    if wide:
        height *= dice.uniform(0.65, 1.0)
    x0, y0 = (WIDTH - plate_w) / 2 + dice.uniform(-8, 8), (HEIGHT - plate_h) / 2 + dice.uniform(-8, 8)
    box = (int(x0), int(y0), int(x0 + plate_w), int(y0 + plate_h))
    paper, shade = shades(dice, european)
    if dice.random() < 0.04:
        behind(gray, box, height, fonts, dice)
    elif dice.random() < 0.3:
        cv2.rectangle(gray, (box[0] - int(dice.integers(4, 30)), box[1] - int(dice.integers(3, 20))),
                      (box[2] + int(dice.integers(4, 30)), box[3] + int(dice.integers(3, 20))), any_shade(dice), -1)
    cv2.rectangle(gray, box[:2], box[2:], paper, -1)
    scenery(gray, box, dice)
    left_used = eu_dressing(gray, box, paper, fonts, dice) if european else 0
    others = [] if european else us_dressing(gray, box, shade, fonts, dice)
    if dice.random() < 0.5:
        inset = int(dice.integers(1, 5))
        cv2.rectangle(gray, (box[0] + inset, box[1] + inset), (box[2] - inset, box[3] - inset),
                      shade if dice.random() < 0.5 else any_shade(dice), int(dice.integers(1, 3)))
    room = (plate_w - left_used) * dice.uniform(0.84, 0.95)
    side = 0 if european else int(dice.choice(3, p=(0.54, 0.29, 0.17)))  # with a picture or small letters: nowhere, left, right
    if side:
        room *= dice.uniform(0.7, 0.88)
    layout = Layout(text, height, room, european, wide, dice)
    free = plate_w - left_used - layout.total
    left = x0 + left_used + free * dice.uniform(*((0.3, 0.7), (0.72, 0.95), (0.05, 0.28))[side])
    height = layout.height
    top = y0 + (plate_h - height) * (0.5 if european else dice.uniform(0.4, 0.62))
    ink = np.zeros((HEIGHT, WIDTH), np.uint8)
    face = choose_face(fonts, european, dice)
    draw_text(gray, ink, text, layout, left, top, face, paper, dice)
    near = height * dice.uniform(0.04, 0.22)
    if side == 1 and left - near - x0 > height * 0.35:
        width = (left - near - x0) * dice.uniform(0.75, 0.98)
        beside(gray, ink, left - near - width, top, width, height, plate_h, side, face, fonts, dice)
    elif side == 2 and box[2] - left - layout.total - near > height * 0.35:
        width = (box[2] - left - layout.total - near) * dice.uniform(0.75, 0.98)
        beside(gray, ink, left + layout.total + near, top, width, height, plate_h, side, face, fonts, dice)
    if dice.random() < 0.35:
        ink = cv2.GaussianBlur(ink, (0, 0), dice.uniform(0.7, 1.8))
        ink = np.clip((ink.astype(np.float32) - 127) * dice.uniform(1.5, 3) + dice.uniform(90, 165), 0, 255).astype(np.uint8)
    if dice.random() < 0.5:
        emboss(gray, ink, dice)
    paste(gray, ink, 0, 0, shade, dice.uniform(0.8, 1))
    if dice.random() < 0.55:
        (eu_frame if european else us_frame)(gray, box, fonts, dice)
    dirty(gray, box, dice)
    line = (left, top, left + layout.total, top + height)
    if dice.random() < 0.03:
        coupling(gray, line, dice)
    other = others[dice.integers(len(others))] if others else None
    return Picture(np.clip(gray, 0, 255).astype(np.uint8), box, line, text.replace('-', ''), other)


def dirty(gray, box, dice):
    """Dirt, shadows of the car, a lamp's light."""
    x0, y0, x1, y1 = box
    roll = dice.random()
    if roll < 0.2:
        edge = int(dice.uniform(y0 - 5, y0 + (y1 - y0) * 0.9))
        layer = np.ones((HEIGHT, 1), np.float32)
        layer[:edge] = dice.uniform(0.35, 0.9)
        gray *= cv2.GaussianBlur(layer, (0, 0), dice.uniform(0.5, 5))
    elif roll < 0.32:
        points = np.stack([dice.integers(0, WIDTH, 3), dice.integers(0, HEIGHT, 3)], 1).astype(np.int32)
        layer = np.ones((HEIGHT, WIDTH), np.float32)
        cv2.fillPoly(layer, [points], dice.uniform(0.35, 1.5))
        gray *= cv2.GaussianBlur(layer, (0, 0), dice.uniform(0.5, 4))
    elif roll < 0.42:
        xs = np.linspace(0, 1, WIDTH, dtype=np.float32)[None] - dice.uniform(0.2, 0.8)
        ys = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, None] - dice.uniform(0.1, 0.9)
        gray += dice.uniform(40, 160) * np.exp(-(xs * xs * 4 + ys * ys) * dice.uniform(4, 30))
    elif roll < 0.55:
        for _ in range(int(dice.integers(1, 14))):
            cv2.circle(gray, (int(dice.uniform(x0, x1)), int(dice.uniform(y0, y1))), int(dice.integers(1, 4)), any_shade(dice), -1, cv2.LINE_AA)


def draw_other(fonts, dice):
    """Print that is no plate: signs, dealers' names, dates, badges; or only shapes. Its line is where a reader might look."""
    gray = surroundings(dice)
    height = dice.uniform(12, 46)
    x, y = dice.uniform(10, 60), dice.uniform(20, HEIGHT - height - 20)
    width = dice.uniform(90, 240)
    if dice.random() < 0.75:
        plain = dice.random() < 0.35
        text = texts.not_a_plate(dice)
        mask = fonts.words_mask(text.lower() if plain else text, height, dice, fonts.plain if plain else fonts.other)
        if mask.shape[1] > WIDTH - x - 10:
            mask = mask[:, :int(WIDTH - x - 10)]
        if dice.random() < 0.5:
            cv2.rectangle(gray, (int(x - 8), int(y - 6)), (int(x + mask.shape[1] + 8), int(y + height + 6)), any_shade(dice), -1)
        under = float(gray[int(y):int(y + height), int(x):int(x) + mask.shape[1]].mean())
        paste(gray, mask, x, y, float(np.clip(under + dice.uniform(60, 200) * (1 if under < 128 else -1), 0, 255)))
        width = mask.shape[1]
    else:
        clutter(gray, dice, int(dice.integers(4, 22)))
    line = (x, y, x + width, y + height)
    return Picture(np.clip(gray, 0, 255).astype(np.uint8), (x - 12, y - 9, x + width + 12, y + height + 9), line, '')


def draw(fonts, dice, other_share=0.06):
    return draw_other(fonts, dice) if dice.random() < other_share else draw_plate(fonts, dice)


def background(fonts, dice, size=512):
    """A street without plates: shapes, textures, grilles, leaves and print in all sizes."""
    gray = np.full((size, size), dice.uniform(0, 255), np.float32) + smooth_noise(dice, size, size, dice.uniform(5, 90))
    for _ in range(int(dice.integers(1, 5))):
        clutter(gray, dice, int(dice.integers(2, 12)))
        if dice.random() < 0.4:
            gray = cv2.GaussianBlur(gray, (0, 0), dice.uniform(0.5, 6))
    for _ in range(int(dice.integers(0, 4))):
        x, y, r = dice.integers(0, size), dice.integers(0, size), int(dice.integers(20, 160))
        for _ in range(int(dice.integers(30, 250))):
            p = (int(x + dice.normal() * r), int(y + dice.normal() * r * 0.6))
            cv2.ellipse(gray, p, (int(dice.integers(1, 12)), int(dice.integers(1, 6))), float(dice.uniform(0, 180)), 0, 360, any_shade(dice), -1)
    for _ in range(int(dice.integers(0, 7))):
        mask = fonts.words_mask(texts.not_a_plate(dice), dice.uniform(8, 60), dice)
        paste(gray, mask, dice.integers(-40, size), dice.integers(0, size), any_shade(dice), dice.uniform(0.3, 1))
    gray += dice.normal(0, dice.uniform(0, 8), (size, size))
    return np.clip(gray, 0, 255).astype(np.uint8)

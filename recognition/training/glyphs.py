"""Characters as plates have them: strokes like those that dies press, in many proportions, and Debian's fonts."""
import glob
import os

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

# Strokes in a box of 10 x 20, y downwards; M begins one, L goes on, N ends one, E cx cy rx ry from to is an arc in
# degrees (0 right, 90 down) joined to what is before it. Several descriptions are several ways to draw a character.
STROKES = {
    'A': ['M 0 20 L 5 0 L 10 20 M 1.8 13.5 L 8.2 13.5', 'M 0 20 L 4 0 L 6 0 L 10 20 M 1.5 14 L 8.5 14',
          'M 0 20 L 4.4 0 L 5.6 0 L 10 20 M 1.5 15 L 8.5 15'],
    'B': ['M 0 0 L 0 20 M 0 0 L 5.5 0 E 5.5 4.8 4 4.8 -90 90 L 0 9.6 M 5.5 9.6 E 5.5 14.8 4.5 5.2 -90 90 L 0 20',
          'M 0 0 L 0 20 L 6 20 E 6 15 4 5 90 -90 L 0 10 M 6 10 E 6 5 3.8 5 90 -90 L 0 0'],
    'C': ['E 5 5 5 5 0 -180 L 0 15 E 5 15 5 5 180 0', 'M 10 6 E 5 5 5 5 0 -180 L 0 15 E 5 15 5 5 180 0 L 10 14'],
    'D': ['M 0 0 L 4 0 E 4 6 6 6 -90 0 L 10 14 E 4 14 6 6 0 90 L 0 20 L 0 0',
          'M 0 0 L 5 0 E 5 5 5 5 -90 0 L 10 15 E 5 15 5 5 0 90 L 0 20 L 0 0',
          'M 0 0 L 6 0 E 6 4 4 4 -90 0 L 10 16 E 6 16 4 4 0 90 L 0 20 L 0 0'],
    'E': ['M 10 0 L 0 0 L 0 20 L 10 20 M 0 10 L 8 10', 'M 9 0 L 0 0 L 0 20 L 9 20 M 0 9.5 L 7 9.5'],
    'F': ['M 10 0 L 0 0 L 0 20 M 0 10 L 8 10', 'M 9 0 L 0 0 L 0 20 M 0 9 L 7 9'],
    'G': ['E 5 5 5 5 0 -180 L 0 15 E 5 15 5 5 180 0 L 10 11 L 6 11',
          'M 10 5 E 5 5 5 5 -10 -180 L 0 15 E 5 15 5 5 180 30 L 10 20 L 10 11 L 5.5 11',
          'M 10 6 E 5 5 5 5 0 -180 L 0 15 E 5 15 5 5 180 0 L 10 10.5 L 5 10.5'],
    'H': ['M 0 0 L 0 20 M 10 0 L 10 20 M 0 10 L 10 10', 'M 0 0 L 0 20 M 10 0 L 10 20 M 0 9.3 L 10 9.3'],
    'I': ['M 5 0 L 5 20 M 2 0 L 8 0 M 2 20 L 8 20', 'M 5 0 L 5 20 M 3 0 L 7 0 M 3 20 L 7 20', 'M 5 0 L 5 20',
          'M 5 0 L 5 20 M 3.6 0 L 6.4 0 M 3.6 20 L 6.4 20'],
    'J': ['M 10 0 L 10 15 E 5 15 5 5 0 180', 'M 10 0 L 10 15 E 5 15 5 5 0 160', 'M 4 0 L 9 0 L 9 15 E 4.5 15 4.5 5 0 180'],
    'K': ['M 0 0 L 0 20 M 10 0 L 0 12 M 3.5 8 L 10 20', 'M 0 0 L 0 20 M 9.5 0 L 0 13 M 3.5 9 L 10 20',
          'M 0 0 L 0 20 M 10 0 L 2.5 10 L 10 20 M 0 10 L 2.5 10'],
    'L': ['M 0 0 L 0 20 L 10 20', 'M 0 0 L 0 20 L 9 20'],
    'M': ['M 0 20 L 0 0 L 5 11 L 10 0 L 10 20', 'M 0 20 L 0 0 L 5 15 L 10 0 L 10 20', 'M 0 20 L 0 0 L 5 19 L 10 0 L 10 20',
          'M 0 20 L 0.8 0 L 5 13 L 9.2 0 L 10 20', 'M 0 20 L 0 0 L 5 8 L 10 0 L 10 20'],
    'N': ['M 0 20 L 0 0 L 10 20 L 10 0'],
    'O': ['M 0 15 L 0 5 E 5 5 5 5 -180 0 L 10 15 E 5 15 5 5 0 180', 'M 0 15 L 0 5 E 5 5 5 5 -180 0 L 10 15 E 5 15 5 5 0 180',
          'E 5 10 5 10 0 360'],
    'P': ['M 0 20 L 0 0 L 5 0 E 5 5.5 5 5.5 -90 90 L 0 11', 'M 0 20 L 0 0 L 6 0 E 6 5 4 5 -90 90 L 0 10'],
    'Q': ['M 0 15 L 0 5 E 5 5 5 5 -180 0 L 10 15 E 5 15 5 5 0 180 M 5.5 14 L 10 20',
          'M 0 15 L 0 5 E 5 5 5 5 -180 0 L 10 15 E 5 15 5 5 0 180 M 5 12.5 L 9.4 19',
          'M 0 14 L 0 5 E 5 5 5 5 -180 0 L 10 14 E 5 14 5 5 0 180 M 5 18 L 9.5 22'],
    'R': ['M 0 20 L 0 0 L 5 0 E 5 5.5 5 5.5 -90 90 L 0 11 M 4.5 11 L 10 20',
          'M 0 20 L 0 0 L 6 0 E 6 5 4 5 -90 90 L 0 10 M 5 10 L 10 20',
          'M 0 20 L 0 0 L 6 0 E 6 5 4 5 -90 90 L 0 10 M 6 10 E 6 13 3.6 3 -90 0 L 9.6 20'],
    'S': ['E 5 5 5 5 -10 -270 E 5 15 5 5 -90 170', 'M 9.8 5 E 5 5 4.8 5 0 -250 E 5 14.8 5 5.2 -75 180'],
    'T': ['M 0 0 L 10 0 M 5 0 L 5 20'],
    'U': ['M 0 0 L 0 15 E 5 15 5 5 180 0 L 10 0'],
    'V': ['M 0 0 L 5 20 L 10 0', 'M 0 0 L 4.5 20 L 5.5 20 L 10 0'],
    'W': ['M 0 0 L 2 20 L 5 8 L 8 20 L 10 0', 'M 0 0 L 2.5 20 L 5 4 L 7.5 20 L 10 0', 'M 0 0 L 2.3 20 L 5 0 L 7.7 20 L 10 0',
          'M 0 0 L 0.6 20 L 5 8 L 9.4 20 L 10 0', 'M 0 0 L 0 20 L 5 9 L 10 20 L 10 0', 'M 0 0 L 1 20 L 5 2 L 9 20 L 10 0'],
    'X': ['M 0 0 L 10 20 M 10 0 L 0 20'],
    'Y': ['M 0 0 L 5 10 L 10 0 M 5 10 L 5 20', 'M 0 0 L 5 11.5 L 10 0 M 5 11.5 L 5 20'],
    'Z': ['M 0 0 L 10 0 L 0 20 L 10 20', 'M 0.5 0 L 9.5 0 L 0.3 20 L 10 20', 'M 0 0 L 10 0 L 10 1.5 L 0 18.5 L 0 20 L 10 20'],
    '0': ['M 0.3 15 L 0.3 5 E 5 5 4.7 5 -180 0 L 9.7 15 E 5 15 4.7 5 0 180', 'E 5 10 4.6 10 0 360',
          'M 0 15 L 0 5 E 5 5 5 5 -180 0 L 10 15 E 5 15 5 5 0 180'],
    '1': ['M 2 4 L 6 0 L 6 20', 'M 5 0 L 5 20', 'M 3.2 2.6 L 5.4 0 L 5.4 20', 'M 3 2.5 L 5 0 L 5 20 M 2.5 20 L 7.5 20', 'M 2 3 L 5 0 L 5 20 M 1.5 20 L 8.5 20', 'M 2.5 3 L 5.5 0 L 5.5 20'],
    '2': ['E 5 5 5 5 -180 40 L 0 20 L 10 20', 'M 0.3 6 E 5 5 4.7 5 -180 30 L 0.3 20 L 10 20',
          'E 5 5.2 4.8 5.2 -170 20 L 0.4 17 L 0.4 20 L 10 20', 'M 0 4.5 E 5 4.5 5 4.5 180 360 L 10 6.5 L 0 17.5 L 0 20 L 10 20',
          'M 0.4 3.5 E 5 5 4.6 5 -150 45 L 0 20 L 10 20'],
    '3': ['E 5 5 5 5 -170 90 E 5 15 5 5 -90 170', 'M 0.5 0 L 9.5 0 L 4.5 8 E 5 14 5 6 -90 165',
          'M 0.4 5 E 5 5 4.5 5 -180 80 M 3.5 9.7 L 5.5 9.7 E 5 14.8 4.8 5.2 -80 180'],
    '4': ['M 8 20 L 8 0 L 0 14 L 10 14', 'M 3.5 0 L 0 13.5 L 10 13.5 M 7.5 7 L 7.5 20', 'M 7.5 20 L 7.5 0 L 0 13 L 10 13',
          'M 7 20 L 7 0 L 6 0 L 0 14.5 L 10 14.5'],
    '5': ['M 9 0 L 1 0 L 0.5 9.5 E 5 14 5 6 -140 150', 'M 9.5 0 L 0.5 0 L 0.5 9 E 5 13.6 4.8 6.4 -120 170',
          'M 9.5 0 L 0.5 0 L 0.5 8.5 L 5 8.5 E 5 14.2 4.8 5.8 -90 180'],
    '6': ['E 5 5 5 5 -20 -180 L 0 14 E 5 14 5 6 180 540', 'M 8 0 L 1 10.5 E 5 14 5 6 -160 200',
          'M 9.6 4.5 E 5 5 4.7 5 0 -180 L 0.3 15 E 5 14.8 4.7 5.2 180 540'],
    '7': ['M 0 0 L 10 0 L 3 20', 'M 0 0 L 10 0 L 4 11 L 4 20', 'M 0 0 L 10 0 L 10 2 L 4 20', 'M 0 3 L 0 0 L 10 0 L 3.5 20'],
    '8': ['E 5 4.9 4.4 4.9 0 360 N E 5 15 5 5.2 0 360', 'E 5 5 4.6 5 0 360 N E 5 15 4.8 5 0 360'],
    '9': ['E 5 6 5 6 0 360 L 10 15 E 5 15 5 5 0 160', 'M 2 20 L 9 9.5 E 5 6 5 6 20 380',
          'M 0.4 15.5 E 5 15 4.7 5 180 0 L 9.7 5 E 5 5.2 4.7 5.2 0 360'],
}

# Which fonts of Debian's resemble what is stamped or printed on plates: found by file name wherever fonts lie.
PLATE_FONTS = '''RG2014B RG2014C RG2014D RG2014E RG2014F RG2014EM BebasNeue-Book BebasNeue-Regular BebasNeue-Bold
GemunuLibre-Medium GemunuLibre-SemiBold GemunuLibre-Bold Dosis-Medium Dosis-SemiBold Dosis-Bold Dosis-ExtraBold
YanoneKaffeesatz-Regular YanoneKaffeesatz-Bold OSP-DIN osifont routed-gothic routed-gothic-narrow RobotoCondensed-Regular
RobotoCondensed-Bold LiberationSansNarrow-Regular LiberationSansNarrow-Bold LiberationSans-Regular LiberationSans-Bold
NimbusSansNarrow-Regular NimbusSansNarrow-Bold OpenSans-CondBold GilliusADF-BoldCond UniversalisADFStd-Cond
UniversalisADFStd-BoldCond PTN57F PTN77F DejaVuSansCondensed DejaVuSansCondensed-Bold DejaVuSansMono ClearSans-Medium
ClearSans-Bold Play-Bold Cabin-SemiBold LeagueSpartan-Medium NationalPark-Regular NationalPark-Heavy B612-Bold
allerta_medium OCRB Lato-Bold FreeSansBold FreeMonoBold LiberationMono-Bold'''.split()
# Of them, those that European dies come closest to.
EUROPEAN_FONTS = '''OSP-DIN OSP-DIN RG2014D RG2014C RG2014E osifont routed-gothic routed-gothic-narrow GemunuLibre-SemiBold
UniversalisADFStd-Cond Dosis-SemiBold NationalPark-Regular OCRB Play-Bold LiberationSans-Bold DejaVuSansCondensed
RobotoCondensed-Regular PTN57F NimbusSansNarrow-Regular'''.split()
WORD_FONTS = '''lobster KaushanScript-Regular DancingScript-Bold C059-Bold C059-Italic P052-Roman P052-BoldItalic
URWGothic-Demi URWBookman-Demi Z003-MediumItalic LiberationSerif-Bold LiberationSans-Bold LiberationSans-Regular
DejaVuSans-Bold DejaVuSerif-Bold NimbusRoman-Italic RobotoCondensed-Bold OpenSans-ExtraBold Lato-Black
LiberationMono-Bold UbuntuMono Cantarell-Bold'''.split()
# Of them, those whose capitals nobody takes for a plate's.
OTHER_FONTS = '''lobster KaushanScript-Regular DancingScript-Bold C059-Bold C059-Italic P052-Roman P052-BoldItalic
URWBookman-Demi Z003-MediumItalic LiberationSerif-Bold DejaVuSerif-Bold NimbusRoman-Italic UbuntuMono'''.split()


class Fonts:
    """Faces by name, cut into masks of one height; a cache, one per process."""
    HEIGHT = 96

    def __init__(self, folders):
        self.files = {}
        for folder in folders:
            for path in glob.glob(os.path.join(folder, '**', '*.[to]tf'), recursive=True):
                self.files[os.path.splitext(os.path.basename(path))[0]] = path
        self.plate = [n for n in PLATE_FONTS if n in self.files]
        self.european = [n for n in EUROPEAN_FONTS if n in self.files]
        self.words = [n for n in WORD_FONTS if n in self.files]
        # For print that is to be read as nothing: plain letters only in lower case, for plates have such capitals.
        self.other = [n for n in self.words if n in OTHER_FONTS]
        self.plain = [n for n in self.words if n not in OTHER_FONTS]
        missing = len(PLATE_FONTS) - len(self.plate)
        if missing > len(PLATE_FONTS) // 3 or not self.words:
            raise SystemExit('too few of the fonts that recognition/training/README.md names are installed')
        self.masks = {}
        self.faces = {}

    def face(self, name, size):
        if (name, size) not in self.faces:
            self.faces[(name, size)] = ImageFont.truetype(self.files[name], size)
        return self.faces[(name, size)]

    def glyph(self, name, character):
        key = (name, character)
        if key not in self.masks:
            font = self.face(name, self.HEIGHT)
            left, top, right, bottom = font.getbbox(character)
            image = Image.new('L', (max(2, right - left), max(2, bottom - top)))
            ImageDraw.Draw(image).text((-left, -top), character, fill=255, font=font)
            self.masks[key] = np.asarray(image)
        return self.masks[key]

    def words_mask(self, text, height, dice, names=None):
        """A line of words as a mask of about this height."""
        names = names or self.words
        name = names[dice.integers(len(names))]
        font = self.face(name, 28)
        left, top, right, bottom = font.getbbox(text)
        image = Image.new('L', (max(2, right - left), max(2, bottom - top)))
        ImageDraw.Draw(image).text((-left, -top), text, fill=255, font=font)
        mask = np.asarray(image)
        width = max(2, int(mask.shape[1] * height / mask.shape[0]))
        return cv2.resize(mask, (width, max(2, int(height))), interpolation=cv2.INTER_AREA)


def stroke_points(description, squareness):
    """Polylines; `squareness` is the exponent of a superellipse, 2 for a true one."""
    strokes = [[]]
    words = description.split()
    at = 0
    while at < len(words):
        command = words[at]
        at += 1
        if command == 'E':
            cx, cy, rx, ry, begin, end = (float(w) for w in words[at:at + 6])
            at += 6
            angles = np.radians(np.linspace(begin, end, 25))
            c, s = np.cos(angles), np.sin(angles)
            power = 2.0 / squareness
            xs = cx + rx * np.sign(c) * np.abs(c) ** power
            ys = cy + ry * np.sign(s) * np.abs(s) ** power
            strokes[-1].extend(zip(xs, ys))
            continue
        if command != 'L' and strokes[-1]:
            strokes.append([])
        if command == 'N':
            continue
        strokes[-1].append((float(words[at]), float(words[at + 1])))
        at += 2
    return strokes


class StrokeFace:
    """One die's way of drawing: which variant of each character, how square, how thick."""

    def __init__(self, dice):
        self.variant = {c: int(dice.integers(len(v))) for c, v in STROKES.items()}
        if dice.random() < 0.5:
            self.variant['O'] = 0
            self.variant['0'] = 2  # many dies have one shape for both
        self.squareness = dice.uniform(2.0, 4.2)
        self.thickness = dice.uniform(0.10, 0.21)  # in heights
        self.round_ends = dice.random() < 0.7

    def glyph(self, character, width, height):
        """A mask of height x width."""
        fine = 2
        thick = max(2, int(round(min(self.thickness * height, 0.3 * width) * fine)))
        mask = np.zeros((height * fine, width * fine), np.uint8)
        half = thick / 2.0
        sx = (width * fine - 1 - thick) / 10.0
        sy = (height * fine - 1 - thick) / 20.0
        for stroke in stroke_points(STROKES[character][self.variant[character]], self.squareness):
            points = np.array([(half + x * sx, half + y * sy) for x, y in stroke]) * 16
            cv2.polylines(mask, [np.int32(points.round())], False, 255, thick, cv2.LINE_AA, 4)
        return cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)


class FontFace:
    """A font's characters, made as narrow as a plate's."""

    def __init__(self, fonts, name):
        self.fonts = fonts
        self.name = name

    def glyph(self, character, width, height):
        raw = self.fonts.glyph(self.name, character)
        natural = raw.shape[1] / raw.shape[0]
        if character in '1I' and natural < 0.45:
            narrow = max(2, min(width, int(round(natural * height * max(0.7, width / height / 0.6)))))
            scaled = cv2.resize(raw, (narrow, height), interpolation=cv2.INTER_AREA)
            mask = np.zeros((height, width), np.uint8)
            left = (width - narrow) // 2
            mask[:, left:left + narrow] = scaled
            return mask
        return cv2.resize(raw, (width, height), interpolation=cv2.INTER_AREA)

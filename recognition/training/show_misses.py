#!/usr/bin/python3
"""A page of what was misread in drawn photos: what stands there, what was read, how sure.

  show_misses.py OUT.svg READS.jsonl FOLDER...     FOLDER as render_photos.py writes it; READS.jsonl from `read --json`
"""
import base64
import json
import os
import sys

import cv2
import numpy as np

ACROSS, MOST = 6, 24
SIZE = (200, 84)


def tile(path, box, says):
    gray = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    x, y, w, h = box
    width = max(w, h * 2.2) * 1.5
    height = width * SIZE[1] / SIZE[0]
    left, top = int(max(0, x + w / 2 - width / 2)), int(max(0, y + h / 2 - height / 2))
    part = gray[top:int(y + h / 2 + height / 2), left:int(x + w / 2 + width / 2)]
    if not part.size:
        return None
    part = cv2.resize(part, SIZE, interpolation=cv2.INTER_AREA if width > SIZE[0] else cv2.INTER_LINEAR)
    part = cv2.copyMakeBorder(part, 0, 18, 2, 2, cv2.BORDER_CONSTANT, value=255)
    cv2.putText(part, says, (3, SIZE[1] + 13), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 0, 1, cv2.LINE_AA)
    return part


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    truth = {}
    for folder in sys.argv[3:]:
        for name in sorted(os.listdir(folder)):
            if name.endswith('.txt'):
                with open(os.path.join(folder, name), encoding='utf-8') as line:
                    parts = line.read().split()
                truth[parts[0]] = ([int(p) for p in parts[1:5]], parts[5])
    tiles = []
    with open(sys.argv[2], encoding='utf-8') as reads:
        for line in reads:
            photo = json.loads(line)
            box, text = truth[os.path.basename(photo['image'])]
            first = photo['plates'][0] if photo['plates'] else {'text': 'nothing', 'confidence': 0}
            if first['text'] == text or len(tiles) == MOST:
                continue
            one = tile(photo['image'], box, '%s > %s %d%%' % (text, first['text'], first['confidence'] // 10000))
            if one is not None:
                tiles.append(one)
    if not tiles:
        sys.exit('nothing was misread')
    while len(tiles) % ACROSS:
        tiles.append(np.full_like(tiles[0], 255))
    page = np.vstack([np.hstack(tiles[i:i + ACROSS]) for i in range(0, len(tiles), ACROSS)])
    data = base64.b64encode(cv2.imencode('.jpg', page, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes()).decode()
    height, width = page.shape
    with open(sys.argv[1], 'w', encoding='utf-8') as out:
        out.write('<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="%d" height="%d">\n' % (width, height))
        out.write('<image width="%d" height="%d" xlink:href="data:image/jpeg;base64,\n' % (width, height))
        out.write('\n'.join(data[i:i + 96] for i in range(0, len(data), 96)) + '"/>\n</svg>\n')


if __name__ == '__main__':
    main()

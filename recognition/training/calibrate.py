#!/usr/bin/python3
"""Fits how sure a read is to how often such reads are right, and draws the reliability diagram. Standard library only.

  calibrate.py fit READS.jsonl TRUTH_FOLDER...           slope and offset for recognition/confidence.cc
  calibrate.py draw OUT.svg NAME READS.jsonl TRUTH_FOLDER [NAME READS.jsonl TRUTH_FOLDER]...

READS.jsonl is what `plateledger-reader read --json` printed; TRUTH_FOLDER holds NAME.txt files, or is a CSV of file,...,text.
Each photo's first plate counts. `fit` corrects what confidence.cc says now, so it is run again until it says 1 and 0.
"""
import csv
import glob
import json
import math
import os
import sys


def truths(place):
    out = {}
    if place.endswith('.csv'):
        with open(place, encoding='utf-8') as rows:
            for row in csv.reader(rows):
                out.setdefault(row[0].strip(), set()).add(row[-1].strip())
        return out
    for path in glob.glob(os.path.join(place, '*.txt')):
        with open(path, encoding='utf-8', errors='replace') as lines:
            for line in lines:
                parts = line.split()
                if len(parts) >= 6:
                    out.setdefault(parts[0], set()).add(''.join(parts[5:]))
    return out


def pairs(reads, places):
    """(confidence, right) of each photo's first plate."""
    truth = {}
    for place in places:
        truth.update(truths(place))
    out = []
    with open(reads, encoding='utf-8') as lines:
        for line in lines:
            photo = json.loads(line)
            if photo['plates']:
                plate = photo['plates'][0]
                out.append((plate['confidence'] / 1e6, plate['text'] in truth.get(os.path.basename(photo['image']), ())))
    return out


def fit(said):
    """Slope and offset of the logit, by Newton's method."""
    points = [(math.log(p / (1 - p)), float(right)) for p, right in ((min(max(p, 1e-6), 1 - 1e-6), r) for p, r in said)]
    slope, offset = 1.0, 0.0
    for _ in range(50):
        g0 = g1 = h00 = h01 = h11 = 0.0
        for x, y in points:
            q = 1 / (1 + math.exp(-max(-30.0, min(30.0, slope * x + offset))))
            w = q * (1 - q)
            g0, g1 = g0 + (y - q) * x, g1 + (y - q)
            h00, h01, h11 = h00 + w * x * x, h01 + w * x, h11 + w
        det = h00 * h11 - h01 * h01
        more_slope, more_offset = (h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det
        slope, offset = slope + max(-0.2, min(0.2, more_slope)), offset + max(-0.2, min(0.2, more_offset))
    return slope, offset


def bins(said, count=10):
    """Ten groups of like confidence: its mean, the share that is right, how many."""
    groups = [[] for _ in range(count)]
    for p, right in said:
        groups[min(count - 1, int(p * count))].append((p, right))
    return [(sum(p for p, _ in g) / len(g), sum(r for _, r in g) / len(g), len(g)) for g in groups if g]


def error(said):
    """The expected calibration error: how far off a group's confidence is, on average."""
    return sum(abs(p - right) * n for p, right, n in bins(said)) / max(1, len(said))


def svg(series):
    side, edge = 360, 48
    colours = ('#1b6ca8', '#b3541e', '#3b7d3b', '#7a4b94')
    at = lambda p, right: (edge + p * side, edge + (1 - right) * side)
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">' % (side + 2 * edge, side + 2 * edge),
           '<rect width="100%" height="100%" fill="white"/>',
           '<rect x="%d" y="%d" width="%d" height="%d" fill="none" stroke="#888"/>' % (edge, edge, side, side),
           '<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="#bbb"/>' % (*at(0, 0), *at(1, 1))]
    for k in range(6):
        x, y = at(k / 5, k / 5)
        out.append('<text x="%d" y="%d" text-anchor="middle">%d%%</text>' % (x, edge + side + 16, k * 20))
        out.append('<text x="%d" y="%d" text-anchor="end">%d%%</text>' % (edge - 6, y + 4, k * 20))
    out.append('<text x="%d" y="%d" text-anchor="middle">confidence</text>' % (edge + side / 2, edge + side + 34))
    out.append('<text x="%d" y="%d">right</text>' % (8, edge - 10))
    for i, (name, said) in enumerate(series):
        colour = colours[i % len(colours)]
        points = [at(p, right) for p, right, _ in bins(said)]
        out.append('<polyline fill="none" stroke="%s" points="%s"/>' % (colour, ' '.join('%.1f,%.1f' % p for p in points)))
        for (x, y), (_, _, n) in zip(points, bins(said)):
            out.append('<circle cx="%.1f" cy="%.1f" r="%.1f" fill="%s" fill-opacity="0.6"/>' % (x, y, 2 + math.sqrt(n) / 3, colour))
        out.append('<text x="%d" y="%d" fill="%s">%s: %d reads, error %.1f %%</text>' % (
            edge + 12, edge + 20 + 16 * i, colour, name, len(said), 100 * error(said)))
    return '\n'.join(out + ['</svg>']) + '\n'


def main():
    if len(sys.argv) >= 4 and sys.argv[1] == 'fit':
        said = pairs(sys.argv[2], sys.argv[3:])
        print('%d reads, error %.3f, slope %.3f offset %.3f' % (len(said), error(said), *fit(said)))
    elif len(sys.argv) >= 6 and sys.argv[1] == 'draw' and len(sys.argv) % 3 == 0:
        groups = [sys.argv[i:i + 3] for i in range(3, len(sys.argv), 3)]
        series = [(name, pairs(reads, [place])) for name, reads, place in groups]
        with open(sys.argv[2], 'w', encoding='utf-8') as out:
            out.write(svg(series))
        for name, said in series:
            sure = [r for p, r in said if p >= 0.8]
            print('%s: %d reads, error %.3f; %d sure, %.3f of them right' % (name, len(said), error(said), len(sure), sum(sure) / max(1, len(sure))))
    else:
        sys.exit(__doc__)


if __name__ == '__main__':
    main()

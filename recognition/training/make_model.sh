#!/bin/sh
# Makes models/line_reader.onnx again: make_model.sh BUILD_FOLDER WORK_FOLDER. About half a CPU hour. These are the very
# steps that made the committed one; weights differ in their last digits, because threads add up in any order.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
work=$2
truetype=/usr/share/fonts/truetype
park=/usr/share/fonts/opentype/national-park
mkdir -p "$work"

lines() {
  output=$1
  shift
  for seed in "$@"; do
    "$build/recognition/render_lines" 20000 "$seed" "$work/$seed.bin" \
      $truetype/roadgeek/RG2014B.ttf $truetype/roadgeek/RG2014C.ttf $truetype/roadgeek/RG2014D.ttf \
      $truetype/roadgeek/RG2014E.ttf $truetype/roadgeek/RG2014F.ttf $truetype/roadgeek/RG2014EM.ttf \
      $park/NationalPark-Regular.otf $park/NationalPark-Heavy.otf \
      $truetype/dejavu/DejaVuSansCondensed-Bold.ttf $truetype/dejavu/DejaVuSans.ttf
    cat "$work/$seed.bin"
  done > "$output"
}

train() { /usr/bin/python3 "$here/train_lines.py" "$@"; }

lines "$work/first.bin" 11 12
lines "$work/second.bin" 13 14
train "$work/first.bin" "$work/1.onnx" --epochs 12 --stop-after 1
train "$work/first.bin" "$work/2.onnx" --epochs 1 --lines-used 12000 --batch 32 --threads 1 --rate 0.002 \
  --start "$work/1.onnx.pt"
train "$work/second.bin" "$work/3.onnx" --epochs 2 --stop-after 1 --batch 32 --rate 0.002 --start "$work/2.onnx.pt"
train "$work/second.bin" "$work/4.onnx" --epochs 1 --lines-used 10000 --batch 32 --threads 1 --rate 0.0012 \
  --start "$work/3.onnx.pt"
cp "$work/4.onnx" "$here/../models/line_reader.onnx"

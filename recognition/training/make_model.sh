#!/bin/sh
# Makes models/line_reader.onnx again: make_model.sh BUILD_FOLDER WORK_FOLDER. About 0.2 CPU hours.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$1
work=$2
truetype=/usr/share/fonts/truetype
park=/usr/share/fonts/opentype/national-park
mkdir -p "$work"
for seed in 11 12; do
  "$build/recognition/render_lines" 20000 $seed "$work/$seed.bin" \
    $truetype/roadgeek/RG2014B.ttf $truetype/roadgeek/RG2014C.ttf $truetype/roadgeek/RG2014D.ttf \
    $truetype/roadgeek/RG2014E.ttf $truetype/roadgeek/RG2014F.ttf $truetype/roadgeek/RG2014EM.ttf \
    $park/NationalPark-Regular.otf $park/NationalPark-Heavy.otf \
    $truetype/dejavu/DejaVuSansCondensed-Bold.ttf $truetype/dejavu/DejaVuSans.ttf
done
cat "$work/11.bin" "$work/12.bin" > "$work/lines.bin"
/usr/bin/python3 "$here/train_lines.py" "$work/lines.bin" "$work/line_reader.onnx" --epochs 1
/usr/bin/python3 "$here/train_lines.py" "$work/lines.bin" "$work/line_reader.onnx" --epochs 1 \
  --lines-used 12000 --batch 32 --rate 0.002 --start "$work/line_reader.onnx.pt"
cp "$work/line_reader.onnx" "$here/../models/line_reader.onnx"

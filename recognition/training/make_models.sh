#!/bin/sh
# Makes ../models/*.onnx again: make_models.sh WORK_FOLDER [SECONDS]. Each network is trained three times for SECONDS, each
# time from where the last ended; ../models/README.md says how long the committed ones took, and on what. With no GPU the
# same commands train on the processor, at about a five-hundredth of the speed. Weights differ in every run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$1
seconds=${2:-300}
start=
for round in 1 2 3; do
  for network in reader detector; do
    /usr/bin/python3 "$here/train_$network.py" "$work/$round" --limit-s "$seconds" --seed $round \
      ${start:+--start "$start/$network.pt"}
  done
  start=$work/$round
done
cp "$work/3/reader.onnx" "$here/../models/line_reader.onnx"
cp "$work/3/detector.onnx" "$here/../models/line_detector.onnx"

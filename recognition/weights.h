// The networks' weights. recognition/training/ makes them; they are part of the program, so there
// is no model file that could be missing or of another version. Any thread.
#pragma once

#include "ledger/chain/types.h"

namespace alpr::recognition {

BytesView line_detector_weights();  // ONNX
BytesView line_reader_weights();    // ONNX

}  // namespace alpr::recognition

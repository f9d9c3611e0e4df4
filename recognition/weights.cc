#include "recognition/weights.h"

// Linked in by the assembler: as C arrays they would be six times the size and slow to compile.
#define ALPR_LINK_FILE(name, path)  \
  asm(".section .rodata\n"          \
      ".balign 16\n"                \
      ".global " name "\n" name     \
      ":\n"                         \
      ".incbin \"" path             \
      "\"\n"                        \
      ".global " name "_end\n" name \
      "_end:\n"                     \
      ".byte 0\n"                   \
      ".text\n")

ALPR_LINK_FILE("plateledger_line_detector", LINE_DETECTOR_PATH);
ALPR_LINK_FILE("plateledger_line_reader", LINE_READER_PATH);

extern "C" const unsigned char plateledger_line_detector[];
extern "C" const unsigned char plateledger_line_detector_end[];
extern "C" const unsigned char plateledger_line_reader[];
extern "C" const unsigned char plateledger_line_reader_end[];

namespace alpr::recognition {

BytesView line_detector_weights() {
  return {plateledger_line_detector, plateledger_line_detector_end};
}

BytesView line_reader_weights() { return {plateledger_line_reader, plateledger_line_reader_end}; }

}  // namespace alpr::recognition

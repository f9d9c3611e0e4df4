// Proves that no message of another maker's camera makes the parsers read out of bounds or abort,
// and that what they accept is within the format's bounds.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "recognition/relay/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  using namespace alpr::recognition;
  const Result<ForeignMessage> message = parse_message(as_text(BytesView(data, size)));
  if (!message) return 0;
  if (message->reads.size() > kMessageReadsMax) std::abort();
  if (message->dropped.by_name().size() > DroppedAttributes::kNamesMax + 1) std::abort();
  for (const ForeignRead& read : message->reads) {
    if (read.picture.empty()) std::abort();
    ReadFacts facts;
    facts.plate = read.plate;
    facts.confidence_ppm = read.confidence_ppm;
    facts.captured_at = read.captured_at;
    facts.latitude_e7 = read.latitude_e7.value_or(0);
    facts.longitude_e7 = read.longitude_e7.value_or(0);
    facts.alternatives = read.alternatives;
    facts.color = read.color;
    facts.image_type = "image/jpeg";
    if (!check_facts(facts)) std::abort();
  }
  return 0;
}

// Proves that no body makes parse_upload() read out of bounds, abort or accept what it would not
// write again. Whatever is accepted is encoded once more and must come out as the same bytes.
#include <cstdint>
#include <cstdlib>

#include "recognition/upload/upload_format.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace alpr;
  const BytesView body(data, size);
  const Result<recognition::ParsedUpload> parsed = recognition::parse_upload(body);
  if (parsed) {
    std::vector<BytesView> images;
    for (std::size_t i = 0; i < parsed->images.size(); ++i) {
      if (parsed->batch.reads[i].facts.image_bytes > 0) images.push_back(parsed->images[i]);
    }
    const Result<Bytes> again = recognition::encode_upload(parsed->batch, images);
    if (!again || *again != Bytes(body.begin(), body.end())) std::abort();
  }
  const Result<recognition::ReadFacts> facts = recognition::parse_read_json(as_text(body));
  if (facts && recognition::read_json(*facts) != as_text(body)) std::abort();
  return 0;
}

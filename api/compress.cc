#include "api/compress.h"

#include <zlib.h>

#include <algorithm>
#include <optional>

namespace alpr::api {
namespace {

constexpr std::size_t kWorthIt = 1024;
constexpr int kLevel = 3;        // half the bytes of text at a third of the default's time
constexpr int kGzip = 15 + 16;   // windowBits: the largest window, gzip's header and trailer
constexpr int kMemoryLevel = 8;  // zlib's own default

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// A coding by its name that is not turned off by q=0 (RFC 9110, 12.5.3).
bool takes_gzip(std::string_view accepted) {
  while (!accepted.empty()) {
    const std::size_t comma = std::min(accepted.find(','), accepted.size());
    const std::string_view one = accepted.substr(0, comma);
    accepted.remove_prefix(std::min(comma + 1, accepted.size()));
    const std::size_t semicolon = std::min(one.find(';'), one.size());
    if (trimmed(one.substr(0, semicolon)) != "gzip") continue;
    std::string weight;
    for (const char c : one.substr(semicolon))
      if (c != ' ' && c != '\t') weight += c;
    return weight.find_first_not_of(";q=0.") != std::string::npos || weight.empty();
  }
  return false;
}

bool is_text(std::string_view content_type) {
  const std::string_view type = content_type.substr(0, content_type.find(';'));
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("xml");
}

std::optional<std::string> gzip(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzip, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
    return std::nullopt;
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return std::nullopt;
  return out;
}

}  // namespace

void compress_for(const Request& request, Response& response) {
  if (response.stream != nullptr || response.body.size() < kWorthIt ||
      response.body.size() > UINT32_MAX || !is_text(response.content_type))
    return;
  for (const auto& [name, value] : response.headers)
    if (name == "ETag" || name == "Content-Encoding") return;
  // Whoever keeps the answer must know that there are two of it.
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!takes_gzip(request.header("accept-encoding"))) return;
  auto smaller = gzip(response.body);
  if (!smaller || smaller->size() > response.body.size() / 10 * 9) return;
  response.body = std::move(*smaller);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace alpr::api

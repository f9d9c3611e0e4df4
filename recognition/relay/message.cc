#include "recognition/relay/message.h"

#include <algorithm>
#include <cmath>

#include "ledger/chain/encoding.h"

namespace alpr::recognition {
namespace {

constexpr std::size_t kNameMax = 64;
constexpr std::string_view kSpace = " \t\r\n";

bool plain_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '.' || c == '-';
         });
}

}  // namespace

void DroppedAttributes::count(std::string_view name, std::int64_t times) {
  const bool known = names_.contains(std::string(name));
  const bool room = names_.size() < kNamesMax;
  names_[known || (room && plain_name(name)) ? std::string(name) : "other"] += times;
}

void DroppedAttributes::add(const DroppedAttributes& other) {
  for (const auto& [name, times] : other.names_) count(name, times);
}

Result<ForeignMessage> parse_message(std::string_view text) {
  if (text.size() > kMessageBytesMax) {
    return fail(ErrorCode::kTooLarge, "a message has at most 24 MiB");
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // Windows writes a byte order mark
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return fail(ErrorCode::kMalformed, "the message is empty");
  if (text[first] == '{') return parse_rekor_json(text);
  if (text[first] == '<') return parse_genetec_xml(text);
  return fail(ErrorCode::kMalformed, "the message is neither Rekor's JSON nor Genetec's XML");
}

std::optional<std::int64_t> parts_per_million(double percent) {
  if (!(percent >= 0 && percent <= 100)) return std::nullopt;
  return std::lround(percent * 10'000);
}

std::optional<std::int64_t> degrees_e7(double degrees, double most) {
  if (!(degrees >= -most && degrees <= most)) return std::nullopt;
  return std::llround(degrees * 1e7);
}

Result<Bytes> parse_picture(std::string_view text) {
  std::string packed(text);
  std::erase_if(packed, [](char c) { return kSpace.find(c) != std::string_view::npos; });
  return chain::parse_base64(packed);
}

void keep(ForeignMessage& message, ForeignRead read, std::string_view plate) {
  Result<std::string> normalised = normalise_plate(plate);
  if (!normalised) {
    ++message.without_plate;
    return;
  }
  if (read.picture.empty()) {
    ++message.without_picture;
    return;
  }
  read.plate = std::move(*normalised);
  std::erase_if(read.alternatives, [&](const Alternative& one) { return one.plate == read.plate; });
  if (read.alternatives.size() > kAlternativesMax) read.alternatives.resize(kAlternativesMax);
  message.reads.push_back(std::move(read));
}

}  // namespace alpr::recognition

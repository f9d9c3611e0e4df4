#include "ledger/verify/cosignatures.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/verify/rules.h"

namespace alpr::verify {
namespace {

constexpr std::int64_t kBehindMaxUs = 3'600 * kSecondUs;
constexpr std::int64_t kClocksApartUs = 300 * kSecondUs;  // as far as the log's own clock may step

}  // namespace

Result<std::vector<chain::Verified>> cosignatures_of(const chain::Note& note,
                                                     const std::vector<chain::VerifierKey>& keys) {
  const bool any = std::ranges::any_of(note.signatures, [&](const chain::NoteSignature& one) {
    return std::ranges::any_of(keys, [&](const chain::VerifierKey& key) {
      return key.name == one.name && key.id() == one.id;
    });
  });
  return any ? chain::verify_note(note, keys) : std::vector<chain::Verified>();
}

void Cosignatures::grown_to(std::uint64_t size, TimeUs last_time) {
  if (size == covered_.value_or(0) + 1) first_uncovered_ = last_time;
}

void Cosignatures::seen(const chain::Note& note, std::uint64_t size, TimeUs last_time,
                        LevelReport& report) {
  const auto verified = cosignatures_of(note, keys_);
  if (!verified) {
    report.add(std::nullopt, rule::kCosignature,
               fmt::format("checkpoint of size {}: {}", size, verified.error().detail));
    return;
  }
  for (const chain::Verified& one : *verified) {
    constexpr std::uint64_t kTimeMaxS = std::uint64_t{1} << 40;
    const TimeUs at{static_cast<std::int64_t>(std::min(*one.time_s, kTimeMaxS)) * kSecondUs};
    if (!early_ && plus(at, kClocksApartUs) < last_time) early_ = size;
  }
  if (!policy_.satisfied_by(*verified)) return;
  covered_ = size;
  first_uncovered_.reset();
}

void Cosignatures::finish(TimeUs last_time, bool simulated, LevelReport& report) const {
  // A simulated log's clock is nobody's.
  if (early_ && !simulated)
    report.add(std::nullopt, rule::kCosignature,
               fmt::format("checkpoint of size {} was cosigned before its last event, by the "
                           "witness's clock: the log's clock was ahead",
                           *early_));
  if (!covered_) {
    report.add(std::nullopt, rule::kCosignature,
               "no kept checkpoint has the cosignatures that the witness policy asks for");
  } else if (first_uncovered_ && plus(*first_uncovered_, kBehindMaxUs) < last_time) {
    report.add(*covered_, rule::kCosignature,
               "from here on no checkpoint has the cosignatures that the witness policy asks for, "
               "for more than an hour");
  }
}

}  // namespace alpr::verify

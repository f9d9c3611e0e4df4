// No sequence of tombstones, destroyed keys, holds and releases makes the verifier's account of
// them crash, whatever their payloads say; and a payload row of any bytes is refused or checked.
// The input is one event a line: a digit for the kind, then its payload as JSON.
#include <algorithm>
#include <optional>
#include <string_view>

#include "ledger/chain/canonical_json.h"
#include "ledger/verify/facts.h"
#include "ledger/verify/payload_check.h"

namespace {

using namespace alpr;

void note_lines(std::string_view text) {
  verify::Facts facts;
  std::uint64_t seq = 0;
  while (!text.empty() && seq < 1000) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    chain::Header header{};
    header.kind = static_cast<std::uint16_t>(line[0] - '0');
    header.seq = {seq++};
    header.time = {static_cast<std::int64_t>(seq) * kSecondUs};
    const auto payload = chain::parse_canonical(line.substr(1));
    if (payload) static_cast<void>(facts.note(header, *payload));
  }
  // What was taken in can be asked for.
  for (const auto& [bucket, tombstones] : facts.tombstones()) {
    ALPR_CHECK(facts.of(Bucket{bucket}).size() == tombstones.size());
    for (const auto& tombstone : tombstones) ALPR_CHECK(std::ranges::is_sorted(tombstone.held));
  }
  for (const auto& entry : facts.held_events()) {
    const bool held = facts.on_hold(entry.first, seq);
    ALPR_CHECK(!held || !facts.released_at(entry.first));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(data, size);
  note_lines(as_text(bytes));
  const auto row = verify::parse_row(bytes);
  if (row) {
    ALPR_CHECK(row->clear.size() + row->box.size() + 5 == size);
    chain::Header header{};
    header.retention = chain::Retention::kPermanent;
    header.form = chain::Form::kByMember;
    // The commitment of nothing: no list of members hashes to it.
    ALPR_CHECK(!verify::open_members(header, *row));
  }
  return 0;
}

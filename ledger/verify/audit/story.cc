#include "ledger/verify/audit/story.h"

#include <fmt/format.h>

#include <map>

#include "ledger/chain/encoding.h"
#include "ledger/verify/payload_check.h"
#include "ledger/verify/report.h"
#include "policy/records/open_part.h"

namespace alpr::audit {
namespace {

using chain::Header;

class Gathering {
 public:
  Gathering(verify::Source& source, std::uint64_t audit) : source_(source), audit_(audit) {}

  Result<void> take(const Header& header) {
    using namespace policy;
    switch (header.kind) {
      case AuditPlanned::kKind.number:
        return take_plan(header);
      case AuditSeeded::kKind.number:
        return add(header, story_.seeds);
      case AuditVerdictRecorded::kKind.number:
        return add(header, story_.verdicts);
      case AuditConcluded::kKind.number:
        return add(header, story_.conclusions);
      default:
        return {};
    }
  }
  Story finish() { return std::move(story_); }

 private:
  // Nothing where it does not read, which is on the list then.
  template <typename R>
  Result<std::optional<Told<R>>> read(const Header& header) {
    const auto row = source_.get(verify::Database::kPayloads, verify::number_key(header.seq.value));
    if (!row) return tl::unexpected(row.error());
    const auto wrong = [&](std::string_view what) -> std::optional<Told<R>> {
      story_.unread.push_back(fmt::format("event {} ({}): {}", header.seq.value, R::kKind.name,
                                          verify::printable(what)));
      return std::nullopt;
    };
    if (!*row) return wrong("its payload is missing");
    const auto parsed = verify::parse_row(**row);
    if (!parsed) return wrong(parsed.error().detail);
    const auto members = verify::open_members(header, *parsed);
    if (!members) return wrong(members.error().detail);
    auto record = policy::from_json<policy::OpenPart<R>>(*members);
    if (!record) return wrong(record.error().detail);
    return std::optional(
        Told<R>{header, chain::leaf_hash(chain::encode(header)), std::move(record->record)});
  }

  Result<void> take_plan(const Header& header) {
    if (header.seq.value > audit_) return {};
    auto plan = read<policy::AuditPlanned>(header);
    if (!plan) return tl::unexpected(plan.error());
    if (!*plan) return {};
    const std::int64_t number = ++plans_[(*plan)->record.population];
    if (header.seq.value != audit_) return {};
    story_.plans_before = number;
    story_.plan = std::move(*plan);
    return {};
  }

  template <typename R>
  Result<void> add(const Header& header, std::vector<Told<R>>& all) {
    auto told = read<R>(header);
    if (!told) return tl::unexpected(told.error());
    if (*told && (*told)->record.audit.value == audit_) all.push_back(std::move(**told));
    return {};
  }

  verify::Source& source_;
  std::uint64_t audit_;
  Story story_;
  std::map<policy::AuditPopulation, std::int64_t> plans_;
};

}  // namespace

Result<Story> story_of(verify::Source& source, std::uint64_t audit, std::uint64_t size) {
  Gathering gathering(source, audit);
  const auto headers = source.cursor(verify::Database::kHeaders);
  auto row = headers->first();
  for (; row && *row; row = headers->next()) {
    if (headers->key().size() != 8) continue;  // level chain has named it
    const std::uint64_t seq = chain::get_be64(headers->key().data());
    if (seq >= size) break;
    auto header = chain::decode_header(headers->value());
    if (!header) continue;
    header->seq.value = seq;
    if (auto taken = gathering.take(*header); !taken) return tl::unexpected(taken.error());
  }
  if (!row) return tl::unexpected(row.error());
  return gathering.finish();
}

}  // namespace alpr::audit

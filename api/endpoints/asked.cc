#include "api/endpoints/asked.h"

#include <fmt/format.h>

#include "ledger/chain/encoding.h"

namespace alpr::api {

Result<chain::Checkpoint> checkpoint_asked(Context& context, const Call& call) {
  store::Store& store = context.service.store();
  const auto size = call.number("size", 1, static_cast<std::int64_t>(store.size()), 0);
  if (!size) return tl::unexpected(size.error());
  auto note =
      *size == 0 ? store.newest_checkpoint() : store.checkpoint(static_cast<std::uint64_t>(*size));
  if (!note) return tl::unexpected(note.error());
  const auto parsed = chain::parse_note(*note);
  if (!parsed) return tl::unexpected(parsed.error());
  return chain::parse_checkpoint_text(parsed->text);
}

Result<TimeUs> time_asked(const Call& call, std::string_view name, TimeUs otherwise) {
  const auto given = call.query.find(name);
  if (given == call.query.end()) return otherwise;
  auto time = chain::parse_time(given->second);
  if (!time)
    return fail(ErrorCode::kMalformed, fmt::format("{}: {}; a time is e.g. 2026-11-01T00:00:00Z",
                                                   name, time.error().detail));
  return time;
}

}  // namespace alpr::api

// The log in one file, for those who may read the log.
#include <memory>
#include <mutex>

#include "api/endpoints/log_access.h"

namespace alpr::api {

namespace {

// An answer is held whole: days of a city, not years. More is for `plateledger export`.
constexpr std::size_t kBundleBytesMax = std::size_t{64} << 20;

// One bundle at a time, for each holds an LMDB snapshot and memory.
Response bundle(Context& context, const Call& call, std::mutex& turn) {
  if (auto refused = refuse_log(context, call)) return std::move(*refused);
  const std::unique_lock lock(turn, std::try_to_lock);
  if (!lock.owns_lock())
    return problem(Error{ErrorCode::kBusy, "another bundle is being made; try again shortly"});
  const auto size = static_cast<std::int64_t>(context.service.store().size());
  const auto from = call.number("from", 0, size, 0);
  if (!from) return problem(from.error());
  auto writer =
      context.service.store().bundle({.from = static_cast<std::uint64_t>(*from), .boxes = false});
  if (!writer) return problem(writer.error());
  Bytes bytes;
  for (;;) {
    const auto more = writer->more(bytes);
    if (!more) return problem(more.error());
    if (bytes.size() > kBundleBytesMax) {
      return problem(Error{ErrorCode::kTooLarge,
                           "the bundle is over 64 MiB: begin later (from), or have the department "
                           "write it with plateledger export"});
    }
    if (!*more) break;
  }
  return {200, "application/vnd.plateledger.bundle", std::string(as_text(bytes)), {}};
}

}  // namespace

void add_bundle_endpoints(Endpoints& endpoints, Context& context) {
  const auto turn = std::make_shared<std::mutex>();
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/v1/log/bundle",
                    .summary = "The log from an event on, in one file, without sealed payloads",
                    .who = std::string(kLogReaders),
                    .rules = {"I12-F-0", "I12-L-1"},
                    .query = {"from"},
                    .answer_type = "application/vnd.plateledger.bundle"},
                   [&context, turn](const Call& call) { return bundle(context, call, *turn); }));
}

}  // namespace alpr::api

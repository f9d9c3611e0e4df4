#include "api/hotlist_load.h"

#include <future>

#include "policy/registers/hotlist_delta.h"
#include "policy/registers/hotlists.h"

namespace alpr::api {

namespace {

// The counts need the rows of the version before, which may not read (it was superseded and purged
// meanwhile). The newest list matters more than they do: it is then loaded without them.
void compare(Service& service, const policy::LoadHotlist& command,
             policy::PreparedHotlist& prepared) {
  const auto source = policy::enum_from_text<policy::HotlistSource>(command.source);
  if (!source || !prepared.list) return;
  const auto before = policy::active_list(*service.snapshot().rows, *source);
  if (!before || !*before) return;
  const auto blob = service.store().blob(static_cast<std::uint64_t>((*before)->blob));
  if (!blob) return;
  const auto delta = policy::count_delta(as_text(*blob), prepared.list->canonical);
  if (!delta) return;
  prepared.compared_with = (*before)->loaded;
  prepared.delta = *delta;
}

}  // namespace

Outcome load_hotlist(Service& service, const policy::Loader& by,
                     const policy::LoadHotlist& command) {
  policy::PreparedHotlist prepared = policy::prepare_hotlist(command);
  // Two long looks at the rows, side by side; neither is the sequencer's to wait for.
  std::future<void> indexed;
  if (prepared.list)
    indexed = std::async(std::launch::async, [&] {
      auto rows = policy::PlateIndex::prepare(prepared.list->canonical);
      if (rows) service.expect_list(prepared.list->root, std::move(*rows));
    });
  compare(service, command, prepared);
  if (indexed.valid()) indexed.get();
  Outcome outcome = service.perform([&](const policy::State& state, store::Transaction& transaction,
                                        const policy::Moment& moment) -> policy::Decision {
    if (auto judged = policy::judge_hotlist(state, by, command, prepared, moment)) return *judged;
    transaction.end_batch();  // the next upload matches against this list, or names its time
    if (policy::brings_the_same(state, by, command, prepared))
      return policy::decide(state, by, command, prepared, 0, moment);
    const auto blob = transaction.store_blob(as_bytes(prepared.list->canonical));
    if (!blob) return policy::Decision::not_judged(blob.error().code, blob.error().detail);
    return policy::decide(state, by, command, prepared, *blob, moment);
  });
  service.expect_list({}, nullptr);  // where it was refused, or is the active one already
  return outcome;
}

}  // namespace alpr::api

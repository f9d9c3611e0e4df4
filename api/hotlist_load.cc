#include "api/hotlist_load.h"

#include <future>
#include <optional>

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

// Whether it will be a version of its own, as far as can be told before the sequencer decides.
bool will_be_stored(const Service& service, const policy::Loader& by,
                    const policy::LoadHotlist& command, const policy::PreparedHotlist& prepared) {
  if (!prepared.list) return false;
  const auto now = service.snapshot();
  return !policy::judge_hotlist(now.state, by, command, prepared, now.moment) &&
         !policy::brings_the_same(now.state, by, command, prepared);
}

}  // namespace

Outcome load_hotlist(Service& service, const policy::Loader& by, const policy::LoadHotlist& command,
                     std::string_view file) {
  policy::PreparedHotlist prepared = policy::prepare_hotlist(file, command.profile);
  // Long looks at the rows, side by side; none is the sequencer's to wait for.
  std::optional<store::StagedBlob> staged;
  if (will_be_stored(service, by, command, prepared)) {
    auto indexed = std::async(std::launch::async, [&] {
      auto rows = policy::PlateIndex::prepare(prepared.list->canonical);
      if (rows) service.expect_list(prepared.list->root, std::move(*rows));
    });
    // Where it cannot be sealed, the transaction tries again and says why.
    if (auto sealed = service.store().stage_blob(as_bytes(prepared.list->canonical)))
      staged.emplace(std::move(*sealed));
    compare(service, command, prepared);
    indexed.get();
  }
  Outcome outcome = service.perform([&](const policy::State& state, store::Transaction& transaction,
                                        const policy::Moment& moment) -> policy::Decision {
    if (auto judged = policy::judge_hotlist(state, by, command, prepared, moment)) return *judged;
    transaction.end_batch();  // the next upload matches against this list, or names its time
    if (policy::brings_the_same(state, by, command, prepared))
      return policy::decide(state, by, command, prepared, 0, moment);
    const auto blob =
        transaction.store_blob(as_bytes(prepared.list->canonical), staged ? &*staged : nullptr);
    if (!blob) return policy::Decision::not_judged(blob.error().code, blob.error().detail);
    return policy::decide(state, by, command, prepared, *blob, moment);
  });
  service.expect_list({}, nullptr);  // where it was refused, or is the active one already
  return outcome;
}

}  // namespace alpr::api

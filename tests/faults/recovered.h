// What must be true of a store after any fault: the verifier, which shares no code with the writer,
// finds nothing; no file and no key is there that nothing refers to; a rebuild equals the live
// registers.
#pragma once

#include <gtest/gtest.h>

#include "ledger/store/event_rows.h"
#include "ledger/store/projection.h"
#include "ledger/store/store_core.h"
#include "ledger/verify/verify.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {

enum class Purges { kMayBeUnderWay, kFinished };

// With every key in hand, so that nothing stays unchecked but what a purge under way has left
// without its key. Empty: it holds.
inline std::string verifier_finds(Store& store, Purges purges = Purges::kFinished) {
  verify::Options options;
  options.key = store.log_vkey();
  auto keys = verify::Keys::parse(store.vault().export_keys());
  if (!keys) return keys.error().detail;
  options.keys = std::move(*keys);
  const auto report = verify::verify_store_here(store.core().places.folder, toy::kinds(), options);
  if (!report) return report.error().detail;
  if (!report->holds()) return verify::to_text(*report);
  if (purges == Purges::kFinished && report->levels.at(1).not_checked != 0) {
    return "not everything was checked";
  }
  if (report->size != store.size()) return "the verifier saw another size";
  return {};
}

// Half-written files, and files and keys of events that nothing committed. Empty: none.
inline std::string finds_leftovers(Store& store, Purges purges = Purges::kFinished) {
  const auto txn = store.core().env->begin_read();
  if (!txn) return txn.error().detail;
  for (const auto& [name, bytes] : all_files(store.core().places.folder)) {
    if (name.ends_with(".new")) return name + " was left";
  }
  for (const std::uint64_t seq : store.core().evidence->held()) {
    const auto seal = payload_seal(*txn, {seq});
    if (!seal || *seal != Seal::kHeld) return "a held image of an event that is not held";
    if (purges == Purges::kFinished && !store.vault().held_key({seq})) {
      return "a held image without a key";
    }
  }
  for (const std::uint64_t bucket : store.core().evidence->buckets()) {
    const auto row = read_bucket(*txn, {bucket});
    if (!row || !*row || (*row)->state == BucketState::kKeysDestroyed) {
      return "an evidence file of a bucket that has no events";
    }
  }
  for (const std::uint64_t id : store.core().evidence->blobs()) {
    const auto blobs = read_blobs(*txn);
    const bool known = blobs && std::any_of(blobs->begin(), blobs->end(),
                                            [id](const auto& blob) { return blob.first == id; });
    if (!known) return "a blob that nothing refers to";
  }
  return {};
}

inline std::string rebuild_differs(Store& store) {
  const auto live = store.dump_registers();
  if (!live) return live.error().detail;
  if (const auto rebuilt = store.rebuild_registers(toy::fold); !rebuilt) {
    return rebuilt.error().detail;
  }
  const auto again = store.dump_registers();
  if (!again) return again.error().detail;
  return *again == *live ? "" : "live:\n" + *live + "rebuilt:\n" + *again;
}

inline void expect_recovered(Store& store) {
  EXPECT_EQ(verifier_finds(store), "");
  EXPECT_EQ(finds_leftovers(store), "");
  EXPECT_EQ(rebuild_differs(store), "");
}

}  // namespace alpr::store

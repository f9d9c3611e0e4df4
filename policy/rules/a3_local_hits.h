// Section A: what a vehicle says that it matched with its own copy of the lists, checked against
// what it was given.
//
// I12-A-3, C2A-8. Pure; look_up_local_hits() on any thread, the rest on the sequencer's.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "policy/records/hits.h"
#include "policy/records/shift_lists.h"
#include "policy/registers/plate_index.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"
#include "recognition/upload/upload_format.h"

namespace alpr::policy {

// What is late is an alert about the past: more than a vehicle's clock may be off.
inline constexpr std::int64_t kLateAfterS = recognition::kClockSkewMaxUs / kSecondUs;

// The entry of a general list that a local hit names, looked up in that very version.
struct NamedEntry {
  std::optional<MatchedEntry> entry;  // none: no such entry, or not of this read's plate
  bool gone = false;                  // the version's rows are destroyed
};
using NamedEntries = std::vector<std::vector<NamedEntry>>;  // by read, by local hit

bool has_local_hits(const recognition::UploadBatch& batch);
// Reads superseded versions from their blobs, so it runs ahead of the decision; versions do not
// change, so it is as good there. Only for a batch whose signature was checked.
Result<NamedEntries> look_up_local_hits(const State& state, const recognition::UploadBatch& batch);

// A local hit that holds: the vehicle was given this entry, which is of this plate.
struct HeldLocalHit {
  OfflineMatch offline;
  MatchedEntry entry;  // as it stood in the copy
};
Result<std::variant<HeldLocalHit, SetAside>> judge_local_hit(const State& state,
                                                             const recognition::UploadBatch& batch,
                                                             std::size_t read, std::size_t hit,
                                                             const NamedEntry& named,
                                                             const Moment& moment);

// Marks the hit of the same source and listed plate as one that the vehicle had; where the lists of
// today have none, the local hit is set aside.
std::optional<SetAside> attach(const HeldLocalHit& held, std::vector<HitRaised>& hits);

}  // namespace alpr::policy

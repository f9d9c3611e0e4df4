// Section K: the review of training records (I12-K-6). Every access of a time, and not a sample of
// them, is compared with the training that the person had then; the gate (I12-J-3) should have
// let no other in. Pure; any thread but for decide(), which is the sequencer's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "policy/records/audits.h"
#include "policy/rules/access.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"

namespace alpr::policy {

inline constexpr std::size_t kUntrainedMax = 10'000;  // that one review lists
inline constexpr std::int64_t kReviewedMax = 1'000'000;

// The kinds that record an access to ALPR data by a person, rising.
std::span<const std::uint16_t> access_kinds();

struct PersonsAccess {
  Sequence event;
  TimeUs at;
  std::int64_t policy = 0;  // the version in force then
  std::string username;
};
// By the records that the log had before the access: one that was entered afterwards trained nobody
// then. False for somebody who has no account. kCorrupt.
Result<bool> trained_then(const chain::RegisterReader& rows, const PersonsAccess& access);

struct ReviewTrainings {
  TimeUs from;
  TimeUs to;  // the events before it
  template <typename M>
  void members(M& m) {
    m("from", from);
    m("to", to);
  }
};
// What the caller found.
struct TrainingReview {
  std::int64_t size = 0;
  std::int64_t accesses = 0;
  std::int64_t people = 0;
  std::vector<Sequence> untrained;
};

// COORDINATOR or ADMINISTRATOR.
Gate gate_training_review(const State& state, const Actor& actor, const Moment& moment);
// trainings.reviewed.
Decision decide(const State& state, const Actor& actor, const ReviewTrainings& command,
                const TrainingReview& review, const Moment& moment);

}  // namespace alpr::policy

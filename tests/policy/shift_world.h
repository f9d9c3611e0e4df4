// What the tests of vehicles' copies of the lists do again and again: ask, take, match with the
// copy, and say so in an upload.
#pragma once

#include <string>
#include <vector>

#include "policy/rules/a3_shift_lists.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy::testing {

inline constexpr std::string_view kCar = "car-7";

inline void sign(TakeLists& command, std::string_view origin = kOrigin) {
  const std::string message = recognition::signed_message(recognition::ShiftRequest{
      std::string(origin), command.device, command.asked_at, command.shift_key});
  command.signature = chain::base64(key_named(command.device).sign(as_bytes(message)));
}

// Asked for now, by kCar.
inline TakeLists ask(const World& world, std::string_view device = kCar) {
  TakeLists command;
  command.device = std::string(device);
  command.asked_at = world.now;
  command.shift_key.fill(9);
  sign(command);
  return command;
}

struct Shift {
  Sequence taken;
  recognition::ShiftList list;  // as the vehicle reads it
};

inline Shift take_lists(World& world, std::string_view device = kCar) {
  const auto copy = make_copy(world.plates, world.moment().policy->parameters, kOrigin, device,
                              world.now, Salt{7});
  EXPECT_TRUE(copy.has_value());
  const Sequence taken =
      world.permit(decide(world.state(), kOrigin, ask(world, device), *copy, world.moment()));
  const auto list = recognition::parse_shift_list(copy->text);
  EXPECT_TRUE(list.has_value()) << (list ? "" : list.error().detail);
  return {taken, list.value_or(recognition::ShiftList{})};
}

// All that the vehicle's copy says of a plate at `at`, as its reader writes it down.
inline std::vector<recognition::LocalHit> local_hits(const Shift& shift, std::string_view plate,
                                                     TimeUs at) {
  std::vector<recognition::LocalHit> hits;
  for (const recognition::ShiftMatch& match : recognition::matches(shift.list, plate, at))
    hits.push_back({shift.taken, match.list->list, match.entry->entry, at,
                    (at.value - match.list->list_time.value) / kSecondUs});
  return hits;
}

// One read, captured and matched `seconds_ago`.
inline recognition::UploadBatch batch_with(const World& world, std::uint64_t number,
                                           const std::string& plate,
                                           std::vector<recognition::LocalHit> hits,
                                           std::int64_t seconds_ago = 0) {
  recognition::UploadBatch batch = batch_of(world, kCar, number, {plate});
  batch.reads[0].facts.captured_at = {world.now.value - seconds_ago * kSecondUs};
  batch.reads[0].facts.local_hits = std::move(hits);
  sign(batch);
  return batch;
}

}  // namespace alpr::policy::testing

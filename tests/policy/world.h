// A log in memory: decisions' events get growing seq and time and are folded into registers and
// indices, as the sequencer does it, so that rules are tested without a store.
//
// A World starts after the first commit with the four first holders active. One thread; not
// copyable.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/event.h"
#include "ledger/chain/keys.h"
#include "policy/records/kinds.h"
#include "policy/registers/people.h"
#include "policy/registers/plate_index.h"
#include "policy/registers/reads_index.h"
#include "policy/rules/decision.h"
#include "policy/rules/first_events.h"
#include "policy/rules/people.h"
#include "policy/rules/state.h"
#include "tests/policy/memory_registers.h"

namespace alpr::policy::testing {

inline constexpr std::string_view kDepartment = "Test Police Department";

// The first holders.
inline constexpr std::string_view kIt = "it.unit";
inline constexpr std::string_view kChief = "chief.designee";
inline constexpr std::string_view kAdmin = "bos.deputy";
inline constexpr std::string_view kTrainer = "training";

// A code and its digest, made from its name so that tests repeat; the salt too.
std::string code_named(std::string_view name);
CodeDigest digest_named(std::string_view name);
std::string hash_named(std::string_view password);  // stands for an encoded Argon2id hash
chain::SigningKey key_named(std::string_view name);

// A draft as it will stand in the log, checked against the registry of kinds; the header's hashes
// are left empty.
chain::EventView event_of(const chain::Draft& draft, Sequence seq, TimeUs time);

class World {
 public:
  World() : World(std::span<const chain::Draft>()) {}
  // With these events in front, as a log on a disk has its log.started.
  // Under the first version of a software that knew so many of the added rules.
  explicit World(std::span<const chain::Draft> before, std::size_t added_rules = kAddedRules);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  MemoryRegisters rows;
  ReadsIndex reads;
  std::map<std::uint64_t, std::string> blobs;  // hot-list versions that a test stored
  PlateIndex plates;
  std::vector<chain::EventView> log;
  TimeUs now{1'700'000'000 * kSecondUs};

  State state() const;
  State state_with(const MemoryRegisters& other) const;  // other rows, the same indices
  // Borrows from the world: good until the next call.
  Moment moment() const;
  void advance(std::int64_t seconds) { now.value += seconds * kSecondUs; }

  // Appends a decision's events, those of a refusal too, at `now`; fails the test on a decision
  // that was not judged.
  std::vector<Sequence> apply(const Decision& decision);
  Sequence append(const chain::Draft& draft);
  // Decides, expects no refusal, applies; the first event's seq.
  Sequence permit(const Decision& decision);
  // Expects a refusal that names `rule`, applies its event, and gives its slug.
  std::string refused(const Decision& decision, std::string_view rule);

  // People, through the rules themselves.
  void enrol(std::string_view username,
             std::string_view user_class);  // enrolled, confirmed, with a password
  Actor log_in(std::string_view username);
  void train(std::string_view username);
  void designate(std::string_view username);
  Sequence grant(std::string_view username, Role role);                   // the seq of role.granted
  Actor trained(std::string_view username, std::string_view user_class);  // all of it, logged in
  Actor holder(std::string_view username);  // a session of a first holder, made once
  UserRow user(std::string_view username) const;
  // A reader in the public right of way, with key_named(device).
  void enrol_device(std::string_view device, DeviceKind kind = DeviceKind::kFixed);

  // What the store does at a purge: the payload and the rows of a thirty-day event go. Appends
  // nothing.
  void purge(Sequence event);
  // All surviving events folded again into empty registers.
  MemoryRegisters rebuilt() const;

 private:
  std::map<std::string, Actor, std::less<>> sessions_;
  mutable PolicyRow policy_;
};

}  // namespace alpr::policy::testing

#include "tests/policy/world.h"

#include <gtest/gtest.h>

#include "ledger/chain/hash.h"
#include "ledger/store/draft_check.h"
#include "policy/records/holds.h"
#include "policy/registers/fold.h"
#include "policy/rules/access.h"
#include "policy/rules/codes.h"
#include "policy/rules/devices.h"
#include "policy/rules/roles.h"
#include "policy/rules/sessions.h"

namespace alpr::policy::testing {
namespace {

FirstHolder first_holder(Role role, std::string_view username, std::string_view name) {
  return {role, std::string(username), std::string(name), UserClass::kSworn,
          digest_named(username)};
}

}  // namespace

chain::EventView event_of(const chain::Draft& draft, Sequence seq, TimeUs time) {
  chain::EventView event;
  const chain::Kind* kind = kinds().find(draft.kind);
  EXPECT_NE(kind, nullptr) << "kind " << draft.kind << " is not registered";
  if (kind == nullptr) return event;
  const auto checked = store::check_draft(kinds(), {draft.kind, draft.json, draft.members});
  EXPECT_TRUE(checked.has_value()) << (checked ? "" : checked.error().detail);
  event.header.kind = draft.kind;
  event.header.retention = kind->retention;
  event.header.form = kind->form;
  event.header.seq = seq;
  event.header.time = time;
  event.leaf = chain::leaf_hash(chain::encode(event.header));
  event.have_payload = true;
  event.members = draft.members;
  event.json = kind->form == chain::Form::kWhole ? draft.json : chain::to_json(draft.members);
  std::size_t at = 0;
  for (const chain::Member& member : draft.members) {
    while (at < kind->members.size() && kind->members[at] != member.name) ++at;
    EXPECT_LT(at, kind->members.size())
        << kind->name << ": " << member.name << " is not registered here";
    EXPECT_EQ(member.open, kind->is_open(member.name)) << kind->name << ": " << member.name;
  }
  return event;
}

std::string code_named(std::string_view name) {
  const Digest digest = chain::sha256(as_bytes(name));
  CodeBits bits{};
  std::copy_n(digest.begin(), bits.size(), bits.begin());
  return code_text(bits);
}

CodeDigest digest_named(std::string_view name) {
  return digest_code(code_named(name), chain::sha256({as_bytes("salt"), as_bytes(name)}));
}

std::string hash_named(std::string_view password) {
  return "$argon2id$v=19$m=65536,t=2,p=1$" + std::string(password);
}

chain::SigningKey key_named(std::string_view name) {
  return chain::SigningKey::from_seed(chain::sha256({as_bytes("key"), as_bytes(name)}));
}

World::World(std::span<const chain::Draft> before, std::size_t added_rules)
    : plates([this](std::uint64_t id) -> Result<std::string> {
        const auto blob = blobs.find(id);
        if (blob == blobs.end()) return fail(ErrorCode::kGone, "no such blob in this test");
        return blob->second;
      }) {
  chain::init_crypto();
  for (const chain::Draft& draft : before) append(draft);
  const InitPlan plan{std::string(kDepartment),
                      {first_holder(Role::kItUnit, kIt, "Ida Tekno"),
                       first_holder(Role::kChiefDesignee, kChief, "Cleo Hief"),
                       first_holder(Role::kAdministrator, kAdmin, "Bo Deputy"),
                       first_holder(Role::kTrainingSection, kTrainer, "Tracy Aining")},
                      added_rules};
  const auto drafts = first_events(plan, moment());
  EXPECT_TRUE(drafts.has_value());
  if (!drafts) return;
  for (const chain::Draft& draft : *drafts) append(draft);
  for (const std::string_view username : {kIt, kChief, kAdmin, kTrainer}) {
    permit(decide(state(), SetPassword{std::string(username), code_named(username), std::nullopt},
                  hash_named(username), moment()));
  }
}

State World::state() const { return state_with(rows); }

State World::state_with(const MemoryRegisters& other) const {
  return {other, reads, plates, [this](Sequence event) {
            std::vector<Sequence> holds;
            for (const chain::EventView& one : log) {
              if (auto placed = from_event<HoldPlaced>(one)) {
                const auto& held = placed->events;
                if (std::find(held.begin(), held.end(), event) != held.end())
                  holds.push_back(one.header.seq);
              } else if (auto released = from_event<HoldReleased>(one)) {
                std::erase(holds, released->hold);
              }
            }
            return holds;
          }};
}

Moment World::moment() const {
  auto in_force = policy_in_force(rows, now);  // nothing before the first commit
  if (in_force) policy_ = std::move(*in_force);
  return {now, Sequence{log.size()}, in_force ? &policy_ : nullptr};
}

std::vector<Sequence> World::apply(const Decision& decision) {
  EXPECT_FALSE(decision.error) << decision.error->detail;
  std::vector<Sequence> seqs;
  for (const chain::Draft& draft : decision.events) seqs.push_back(append(draft));
  return seqs;
}

Sequence World::append(const chain::Draft& draft) {
  const Sequence seq{log.size()};
  log.push_back(event_of(draft, seq, now));
  const auto folded = fold()(log.back(), rows);
  EXPECT_TRUE(folded.has_value()) << (folded ? "" : folded.error().detail);
  reads.committed(std::span(&log.back(), 1));
  const auto matched = plates.committed(std::span(&log.back(), 1));
  EXPECT_TRUE(matched.has_value()) << (matched ? "" : matched.error().detail);
  return seq;
}

Sequence World::permit(const Decision& decision) {
  EXPECT_FALSE(decision.refusal) << decision.refusal->reason;
  const auto seqs = apply(decision);
  EXPECT_FALSE(seqs.empty());
  return seqs.empty() ? Sequence{} : seqs.front();
}

std::string World::refused(const Decision& decision, std::string_view rule) {
  EXPECT_TRUE(decision.refusal.has_value())
      << (decision.error ? decision.error->detail : "was permitted") << ", expected " << rule;
  EXPECT_FALSE(decision.events.empty()) << "a refusal without its event";
  apply(decision);
  if (!decision.refusal) return "";
  const auto& rules = decision.refusal->rules;
  EXPECT_NE(std::find(rules.begin(), rules.end(), rule), rules.end())
      << decision.refusal->slug << " does not name " << rule;
  return decision.refusal->slug;
}

void World::enrol(std::string_view username, std::string_view user_class) {
  const std::string name(username);
  const Actor it = holder(kIt);
  const Actor chief = holder(kChief);
  const std::string organisation =
      user_class == "AUDITOR" ? "Privacy Advisory Commission" : std::string(kDepartment);
  permit(decide(state(), it,
                EnrolUser{name, "Name of " + name, std::string(user_class), organisation},
                digest_named(name + "/a"), moment()));
  permit(decide(state(), chief, ConfirmUser{name}, digest_named(name + "/b"), moment()));
  permit(decide(state(), SetPassword{name, code_named(name + "/a"), code_named(name + "/b")},
                hash_named(name), moment()));
}

Actor World::log_in(std::string_view username) {
  OpenSession attempt;
  attempt.username = std::string(username);
  attempt.matched_hash = user(username).password_hash;
  const Sequence session = permit(decide(state(), attempt, moment()));
  const auto actor = actor_of_session(rows, session);
  EXPECT_TRUE(actor.has_value());
  return actor.value_or(Actor{});
}

void World::train(std::string_view username) {
  CompleteTraining training{std::string(username), "ALPR basic course", "2022.1", now, {}};
  for (const auto& [topic, text] : EnumTexts<TrainingTopic>::texts)
    training.topics.push_back(topic);
  const bool trainer_itself = username == kTrainer;
  ASSERT_FALSE(trainer_itself) << "the trainer cannot train themselves";
  permit(decide(state(), holder(kTrainer), training, moment()));
}

void World::designate(std::string_view username) {
  permit(decide(state(), holder(kChief),
                DesignateUser{std::string(username), "works the analysis desk"}, moment()));
}

Sequence World::grant(std::string_view username, Role role) {
  const Actor asks = holder(username == kIt ? kAdmin : kIt);
  const Actor approves = holder(username == kChief ? kAdmin : kChief);
  const Sequence request = permit(decide(
      state(), asks, RequestRoleGrant{std::string(username), role, now, std::nullopt, "takes over"},
      moment()));
  return permit(
      decide(state(), approves, DecideRoleGrant{request, Verdict::kApprove, "agreed"}, moment()));
}

Actor World::trained(std::string_view username, std::string_view user_class) {
  enrol(username, user_class);
  if (user_class == "OTHER_DESIGNATED") designate(username);
  train(username);
  return log_in(username);
}

Actor World::holder(std::string_view username) {
  const auto known = sessions_.find(username);
  if (known != sessions_.end()) return known->second;
  const Actor actor = log_in(username);
  sessions_.emplace(username, actor);
  return actor;
}

UserRow World::user(std::string_view username) const {
  const auto row = find_user(rows, username);
  EXPECT_TRUE(row.has_value() && row->has_value()) << "no user " << username;
  return row && *row ? **row : UserRow{};
}

void World::enrol_device(std::string_view device, DeviceKind kind) {
  EnrolDevice command;
  command.device = std::string(device);
  command.kind = kind;
  command.mount_class = "pole";
  command.location_class = LocationClass::kPublicRightOfWay;
  command.place = "Main Street at First";
  command.lat_e7 = 377'000'000;
  command.lon_e7 = -1'222'000'000;
  command.police_area = "Area 1";
  command.public_key = key_named(device).public_key();
  permit(decide(state(), holder(kAdmin), command, moment()));
}

void World::purge(Sequence event) {
  chain::EventView& purged = log.at(event.value);
  EXPECT_EQ(purged.header.retention, chain::Retention::kThirtyDay);
  purged.have_payload = false;
  purged.json.clear();
  purged.members.clear();
  rows.drop_scope(event);
}

MemoryRegisters World::rebuilt() const {
  MemoryRegisters fresh;
  const chain::Fold folding = fold();
  for (const chain::EventView& event : log) {
    const auto folded = folding(event, fresh);
    EXPECT_TRUE(folded.has_value()) << (folded ? "" : folded.error().detail);
  }
  return fresh;
}

}  // namespace alpr::policy::testing

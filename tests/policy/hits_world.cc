#include "tests/policy/hits_world.h"

#include <gtest/gtest.h>

#include "ledger/chain/hash.h"

namespace alpr::policy::testing {

recognition::UploadBatch batch_of(const World& world, std::string_view device, std::uint64_t number,
                                  const std::vector<std::string>& plates) {
  recognition::UploadBatch batch;
  batch.origin = std::string(kOrigin);
  batch.device = std::string(device);
  batch.batch = number;
  for (const std::string& plate : plates) {
    const std::string name =
        plate + "/" + std::to_string(number) + "/" + std::to_string(batch.reads.size());
    recognition::SignedRead read;
    read.salt = chain::sha256({as_bytes("read"), as_bytes(name)});
    read.facts.plate = plate;
    read.facts.confidence_ppm = 912'345;
    read.facts.captured_at = {world.now.value - 60 * kSecondUs};
    read.facts.latitude_e7 = 378'043'000;
    read.facts.longitude_e7 = -1'222'711'000;
    read.facts.place = "Broadway at 14th";
    read.facts.box = {{{10, 20}, {110, 21}, {111, 50}, {9, 49}}};
    read.facts.alternatives = {{"ZZ9", 100'000}};
    read.facts.image_sha256 = chain::sha256({as_bytes("picture"), as_bytes(name)});
    read.facts.image_bytes = 1000;
    read.facts.image_type = "image/jpeg";
    batch.reads.push_back(read);
  }
  sign(batch);
  return batch;
}

void sign(recognition::UploadBatch& batch) {
  const auto signed_batch = recognition::sign_upload(batch, key_named(batch.device));
  ASSERT_TRUE(signed_batch.has_value()) << signed_batch.error().detail;
}

std::vector<ImagePlace> places_of(const recognition::UploadBatch& batch) {
  std::vector<ImagePlace> places;
  for (const auto& read : batch.reads) {
    places.push_back(
        {static_cast<std::int64_t>(places.size()) * 1040, 1040, read.facts.image_sha256});
  }
  return places;
}

UploadJudgement judge(const World& world, const recognition::UploadBatch& batch) {
  return judge_upload(world.state(), kOrigin, batch, world.moment());
}

Sequence take(World& world, const recognition::UploadBatch& batch) {
  const UploadJudgement judged = judge(world, batch);
  EXPECT_TRUE(judged.accepted.has_value());
  if (!judged.accepted) return {};
  const auto named = look_up_local_hits(world.state(), batch);
  EXPECT_TRUE(named.has_value());
  return world.permit(
      decide(world.state(), *judged.accepted, places_of(batch), world.moment(), *named));
}

Sequence send(World& world, std::uint64_t number, const std::vector<std::string>& plates) {
  return take(world, batch_of(world, kReader, number, plates));
}

std::vector<Sequence> hits_since(const World& world, Sequence from) {
  std::vector<Sequence> hits;
  for (std::size_t i = from.value; i < world.log.size(); ++i) {
    if (world.log[i].header.kind == HitRaised::kKind.number) hits.push_back({i});
  }
  return hits;
}

HitRaised hit_at(const World& world, Sequence hit) {
  const auto raised = from_event<HitRaised>(world.log.at(hit.value));
  EXPECT_TRUE(raised.has_value());
  return raised.value_or(HitRaised{});
}

std::string list_file(const std::vector<std::string>& rows) {
  std::string file = std::string(kHotlistHeader) + "\r\n";
  for (const std::string& row : rows) {
    const auto commas = std::count(row.begin(), row.end(), ',');
    if (commas == 1) {
      const auto comma = row.find(',');
      file += row.substr(0, comma) + ",,," + row.substr(comma + 1) + ",,,,,,,,,,,,,";
    } else {
      file += row;
    }
    file += "\r\n";
  }
  return file;
}

ListToLoad list_to_load(const World& world, std::string_view source,
                        const std::vector<std::string>& rows) {
  return {{std::string(source), {world.now.value - 3600 * kSecondUs}, std::nullopt},
          list_file(rows)};
}

Decision load(World& world, const Actor& actor, const ListToLoad& list) {
  const LoadHotlist& command = list.command;
  const PreparedHotlist prepared = prepare_hotlist(list.file, command.profile);
  if (auto judged = judge_hotlist(world.state(), actor, command, prepared, world.moment()))
    return *judged;
  const std::uint64_t blob = world.blobs.size() + 1;
  world.blobs[blob] = prepared.list->canonical;
  return decide(world.state(), actor, command, prepared, blob, world.moment());
}

RequestEntry entry_command(const World& world, std::string_view plate) {
  RequestEntry command;
  command.plate = std::string(plate);
  command.purpose = "BURGLARY";
  command.case_number = "22-004711";
  command.offense_report_no = "22-004711-R1";
  command.justification = "Seen leaving three burglaries";
  command.expires_at = {world.now.value + 30 * 86'400 * kSecondUs};
  command.attributes = KnownAttributes{};
  command.attributes->make = "FORD";
  command.attributes->color = "BLUE";
  command.not_protected_characteristic = true;
  return command;
}

Actor trained_admin(World& world) {
  if (world.user(kAdmin).trainings.empty()) world.train(kAdmin);
  return world.holder(kAdmin);
}

Sequence approved_entry(World& world, const Actor& requester, const RequestEntry& command) {
  const Sequence request = world.permit(decide(world.state(), requester, command, world.moment()));
  const Actor admin = trained_admin(world);
  world.permit(decide(world.state(), admin, DecideEntry{request, Verdict::kApprove, "documented"},
                      world.moment()));
  return request;
}

RecordStep plate_step(Sequence hit, std::string_view plate) {
  RecordStep step;
  step.hit = hit;
  step.step = HitStep::kPlateConfirmed;
  step.observed_plate = std::string(plate);
  step.observed_state = "CA";
  return step;
}

RecordStep visual_step(Sequence hit, bool matches) {
  RecordStep step;
  step.hit = hit;
  step.step = HitStep::kVisualMatch;
  step.visual_plate_match = matches;
  return step;
}

RecordStep clets_step(Sequence hit, CletsResult result) {
  RecordStep step;
  step.hit = hit;
  step.step = HitStep::kCletsVerified;
  step.clets = result;
  step.clets_reference = "QV-20221101-17";
  return step;
}

RecordStep checks_step(const World& world, Sequence hit, CheckResult result) {
  RecordStep step;
  step.hit = hit;
  step.step = HitStep::kAttributesChecked;
  step.checks.emplace();
  for (const Attribute known : known_names(hit_at(world, hit).entry.attributes)) {
    step.checks->push_back({known, result});
  }
  return step;
}

RecordStep following_step(Sequence hit) {
  RecordStep step;
  step.hit = hit;
  step.step = HitStep::kFollowing;
  return step;
}

void validate(World& world, const Actor& actor, Sequence hit) {
  const std::string plate = hit_at(world, hit).plate;
  for (const RecordStep& step :
       {plate_step(hit, plate), visual_step(hit, true), clets_step(hit, CletsResult::kConfirmed),
        checks_step(world, hit, CheckResult::kMatch)}) {
    world.permit(decide(world.state(), actor, step, world.moment()));
  }
}

HitState state_of(const World& world, Sequence hit) {
  const auto response = find_response(world.rows, hit);
  EXPECT_TRUE(response.has_value());
  return response && *response ? (*response)->state : HitState::kUnvalidated;
}

DocumentStop stop_command(const World& world, Sequence hit) {
  DocumentStop command;
  command.hit = hit;
  command.action = StopAction::kFreedomRestricted;
  command.justification = "Stolen vehicle, confirmed by CLETS";
  command.case_number = "22-009001";
  command.disposition = "ARREST";
  command.responded_at = world.now;
  command.next_steps = "Sent to the District Attorney";
  return command;
}

}  // namespace alpr::policy::testing

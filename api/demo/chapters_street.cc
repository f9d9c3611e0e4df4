// The street: reads, a hit, queries, an entry, a hold.
#include <fmt/format.h>

#include <fstream>

#include "api/demo/programs.h"
#include "api/demo/story.h"
#include "ledger/chain/encoding.h"

namespace alpr::api {

namespace {

using chain::Json;

std::int64_t newest_hit(Story& story) {
  const Answer hits = expect(200, story.as("oreyes").get("/v1/hits?limit=1"), "hits");
  const Json* list = hits.json.member("hits");
  if (!list || !list->array() || list->array()->empty())
    throw StoryBroken{"there is no hit: " + hits.body};
  return *list->array()->front().member("hit")->member("hit")->integer();
}

const Json::Array& results(const Answer& answer) {
  const Json* list = answer.json.member("results");
  if (!list || !list->array()) throw StoryBroken{"no results in " + answer.body};
  return *list->array();
}

std::int64_t step(Story& story, const Json& body) {
  return expect(201, story.as("oreyes").post(fmt::format("/v1/hits/{}/steps", story.hit), body),
                "a step")
      .number("seq");
}

Json stop_record(const Story& story) {
  return object({{"action", "FREEDOM_RESTRICTED"},
                 {"justification", "stolen vehicle, fully validated"},
                 {"case_number", "26-000123"},
                 {"disposition", "RECOVERED_VEHICLE"},
                 {"responded_at", Json(story.clock->now().value)},
                 {"next_steps", "owner told of the recovery"}});
}

void validate(Story& story) {
  step(story, object({{"step", "PLATE_CONFIRMED"},
                      {"observed_plate", story.stolen_plate},
                      {"observed_state", "CA"}}));
  step(story, object({{"step", "VISUAL_MATCH"}, {"visual_plate_match", true}}));
  step(story, object({{"step", "CLETS_VERIFIED"},
                      {"clets", "CONFIRMED"},
                      {"clets_reference", "CLETS-88213"}}));
  // Every attribute that the list names must be checked (I12-C2A-5).
  const Answer shown =
      expect(200, story.as("oreyes").get(fmt::format("/v1/hits/{}", story.hit)), "the hit");
  const Json& first = shown.json.member("hits")->array()->front();
  const Json* known = first.member("hit")->member("raised")->member("entry")->member("attributes");
  if (!known || !known->object()) throw StoryBroken{"the hit names no attributes: " + shown.body};
  Json::Array checks;
  for (const auto& [name, value] : *known->object()) {
    std::string attribute;
    for (const char c : name) attribute += static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    checks.push_back(object({{"attribute", Json(attribute)}, {"result", "MATCH"}}));
  }
  const std::int64_t last =
      step(story, object({{"step", "ATTRIBUTES_CHECKED"}, {"checks", Json(std::move(checks))}}));
  say(
      fmt::format("plate confirmed, characters compared, CLETS confirmed, every known attribute "
                  "checked: event {}",
                  last));
}

// As whoever it was handed to checks it: from a file, with the log's key and nothing else. The file
// stays beside the store.
void check_receipt(const Story& story, const std::string& receipt) {
  const std::filesystem::path file = story.folder / "receipt.json";
  std::ofstream(file, std::ios::binary) << receipt;
  const Finished checked =
      run_program(story.verifier, {"receipt", file.string(), "--key", story.log.vkey});
  if (checked.exit_code != 0) throw StoryBroken{"its receipt does not hold: " + checked.output};
  const std::string told = checked.output.substr(0, checked.output.find_last_not_of('\n') + 1);
  say(
      fmt::format("its receipt: header, disclosed members with salts, inclusion proof ({} bytes); "
                  "checked offline: {}",
                  receipt.size(), told.substr(told.rfind('\n') + 1)));
}

}  // namespace

void chapter_street(Story& story) {
  chapter(story,
          "The street: photos are rendered, read by the real recogniser, signed and uploaded");
  const std::string list =
      "plate,state,plate_type,category,source_list,source_record_id,entered_at,expires_at,vin,year,"
      "make,model,style,"
      "color,case_number,agency_ori,remarks\n"
      "7ABK293,CA,PC,STOLEN "
      "VEHICLE,SVS,SVS-1,2026-01-04T00:00:00Z,,,,TOYOTA,CAMRY,,SILVER,,CA0010900,\n"
      "6TRJ244,CA,PC,STOLEN "
      "VEHICLE,SVS,SVS-2,2026-01-04T00:00:00Z,,,,HONDA,CIVIC,,BLACK,,CA0010900,\n"
      "5KLM871,CA,PC,IMMIGRATION "
      "VIOLATOR,SVS,SVS-3,2026-01-04T00:00:00Z,,,,FORD,FOCUS,,BLUE,,CA0010900,\n";
  expect(201,
         story.as("badmin").send("POST", "/v1/hot-lists/SVS?source_time=2026-01-05T07:00:00Z",
                                 "text/csv", list),
         "load a hot list");
  say("hot list SVS loaded: 2 rows, and 1 of the immigration file left out and counted "
      "(I12-C2A1-3)");
  story.stolen_plate = "7ABK293";
  story.witness_plate = "8KTR512";
  story.held_plate = "6WNP380";
  story.other_plate = "4HGY967";
  story.passing_plates = {"5XMC174", "7RZE605", "3FVU821"};
  upload_photos(story, {story.stolen_plate, story.held_plate, story.other_plate}, 11);
  upload_photos(story, story.passing_plates, 23);
  say(fmt::format("6 photos uploaded in signed batches; the log has {} events",
                  story.service->store().size()));
}

void chapter_hit(Story& story) {
  chapter(story, "A hit is only a hint");
  story.hit = newest_hit(story);
  say(fmt::format("hit {}: {} is on the SVS list; it starts UNVALIDATED (I12-DEF-3)", story.hit,
                  story.stolen_plate));
  const Answer early =
      story.as("oreyes").post(fmt::format("/v1/hits/{}/stop", story.hit), stop_record(story));
  expect(403, early, "a stop on an unvalidated hit");
  say(fmt::format("a stop on the alert alone is refused: event {} ({})", early.number("event"),
                  early.rules()));
  validate(story);
  const Answer stop = expect(
      201, story.as("oreyes").post(fmt::format("/v1/hits/{}/stop", story.hit), stop_record(story)),
      "document the stop");
  say(fmt::format("the stop is documented: event {} (I12-C2A2)", stop.number("seq")));
}

void chapter_queries(Story& story) {
  chapter(story, "Queries: recorded and signed before they are answered");
  const Answer found =
      expect(201, query(story, "oreyes", story.other_plate, grounds("26-000200")), "a query");
  if (results(found).size() != 1)
    throw StoryBroken{"the query should find one read: " + found.body};
  story.other_query = found.number("query");
  story.other_read = *results(found)[0].member("read")->integer();
  say(fmt::format("Olivia Reyes asks for one plate with grounds: 1 read, recorded as event {}",
                  story.other_query));
  const Answer receipt = expect(200, story.as("oreyes").get(found.text("receipt")), "the receipt");
  check_receipt(story, receipt.body);
  const Answer image =
      expect(200,
             story.as("oreyes").get(
                 fmt::format("/v1/queries/{}/reads/{}/image", story.other_query, story.other_read)),
             "the picture");
  say(fmt::format("and its picture, {} bytes, disclosed by an event of its own",
                  image.body.size()));

  auto without = [](const Json& from, std::string_view member, std::optional<Json> instead) {
    Json::Object members;
    for (const auto& [name, value] : *from.object()) {
      if (name != member) members.emplace_back(name, value);
    }
    if (instead) members.emplace_back(std::string(member), *instead);
    return Json(std::move(members));
  };
  const Json good = grounds("26-000201");
  const auto refused = [&](const std::string& who, const Json& with, std::string_view why) {
    const Answer answer = expect(403, query(story, who, story.other_plate, with), why);
    say(fmt::format("refused, {}: event {} ({})", why, answer.number("event"), answer.rules()));
  };
  refused("oreyes", without(good, "purpose", Json("TRAFFIC")), "purpose not allowed");
  refused("rookie", good, "untrained user");
  refused("oreyes", without(good, "legal_standard", std::nullopt), "no legal standard");
}

void chapter_entry(Story& story) {
  chapter(story, "A BOLO entry needs somebody else's approval");
  const Json entry =
      object({{"plate", story.witness_plate},
              {"purpose", "WITNESS_LOCATE"},
              {"case_number", "26-000310"},
              {"offense_report_no", "26-000310-1"},
              {"justification", "the driver saw the shooting"},
              {"expires_at", Json(story.clock->now().value + 60 * 86'400 * kSecondUs)},
              {"not_protected_characteristic", true}});
  const Answer asked =
      expect(201, story.as("badmin").post("/v1/hot-list-entries", entry), "ask for an entry");
  const std::string decision = fmt::format("/v1/hot-list-entries/{}/decision", asked.number("seq"));
  const Json approve = object({{"verdict", "APPROVE"}, {"reason", "meets the order"}});
  const Answer self =
      expect(403, story.as("badmin").post(decision, approve), "approve one's own entry");
  say(fmt::format("Bernard Admin can't approve his own: event {} ({})", self.number("event"),
                  self.rules()));
  const Answer again =
      expect(201, story.as("oreyes").post("/v1/hot-list-entries", entry), "ask for an entry");
  expect(201,
         story.as("badmin").post(
             fmt::format("/v1/hot-list-entries/{}/decision", again.number("seq")), approve),
         "approve the entry");
  upload_photos(story, {story.witness_plate}, 31);
  say(
      fmt::format("approved for Olivia Reyes; the next photo of {} raises hit {}, marked "
                  "informational (I12-C2B2-3)",
                  story.witness_plate, newest_hit(story)));
}

void chapter_hold(Story& story) {
  chapter(story, "A legal hold on one read");
  const Answer found =
      expect(201, query(story, "oreyes", story.held_plate, grounds("26-000400")), "a query");
  if (results(found).size() != 1)
    throw StoryBroken{"the query should find one read: " + found.body};
  story.held_read = *results(found)[0].member("read")->integer();
  const Answer asked =
      expect(201,
             story.as("oreyes").post(
                 "/v1/holds",
                 object({{"events", Json(Json::Array{Json(story.held_read)})},
                         {"reason", "ACTIVE_CRIMINAL"},
                         {"case_number", "26-000400"},
                         {"justification", "the car was at the scene"},
                         {"review_by", Json(story.clock->now().value + 80 * 86'400 * kSecondUs)}})),
             "ask for a hold");
  const Answer placed = expect(
      201,
      story.as("ccoord").post(fmt::format("/v1/holds/{}/decision", asked.number("seq")),
                              object({{"verdict", "APPROVE"}, {"reason", "grounds are good"}})),
      "place the hold");
  say(
      fmt::format("asked for by Olivia Reyes, placed by the coordinator: event {} holds read {} "
                  "and nothing else",
                  placed.number("seq"), story.held_read));
}

}  // namespace alpr::api

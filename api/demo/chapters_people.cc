// People: the first holders take their accounts, and others follow by the rules of two.
#include <fmt/format.h>

#include <fstream>

#include "api/demo/story.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"

namespace alpr::api {

namespace {

using chain::Json;

void activate(Story& story, const std::string& username, const std::string& name,
              Json::Array codes) {
  Client anybody(story.url, story.store / "tls" / "certificate.pem");
  // Holds nobody's user name, which no password may.
  const Person person{username, name, "shown to all who watch, 2026"};
  expect(201,
         anybody.post("/v1/activations", object({{"username", username},
                                                 {"codes", Json(std::move(codes))},
                                                 {"password", person.password}})),
         "activate " + username);
  story.people[username] = person;
}

// Enrolled by IT, confirmed by the Administrator: half of the code from each.
void enrol(Story& story, const std::string& username, const std::string& name) {
  const Answer enrolled = expect(
      201,
      story.as("ito").post("/v1/users", object({{"username", username},
                                                {"name", name},
                                                {"user_class", "SWORN"},
                                                {"organisation", "Oakland Police Department"}})),
      "enrol " + username);
  const Answer confirmed =
      expect(201, story.as("badmin").post("/v1/users/" + username + "/confirmation", object({})),
             "confirm " + username);
  activate(story, username, name, {Json(enrolled.text("code")), Json(confirmed.text("code"))});
}

void train(Story& story, const std::string& username) {
  Json::Array topics;
  for (const auto& [topic, text] : policy::EnumTexts<policy::TrainingTopic>::texts)
    topics.push_back(Json(text));
  expect(201,
         story.as("ttrain").post(
             "/v1/trainings", object({{"username", username},
                                      {"course", "ALPR users"},
                                      {"version", "2026.1"},
                                      {"completed_on", Json(story.clock->now().value - kSecondUs)},
                                      {"topics", Json(std::move(topics))}})),
         "train " + username);
}

void grant_coordinator(Story& story) {
  const Answer asked = expect(
      201,
      story.as("badmin").post(
          "/v1/role-grants", object({{"username", "ccoord"},
                                     {"role", "COORDINATOR"},
                                     {"from", Json(story.clock->now().value)},
                                     {"justification", "custodian of the ALPR system (I12-L-3)"}})),
      "ask for the coordinator's role");
  expect(201,
         story.as("cdeputy").post(
             fmt::format("/v1/role-grants/{}/decision", asked.number("seq")),
             object({{"verdict", "APPROVE"}, {"reason", "appointed by the Chief's designee"}})),
         "grant the coordinator's role");
}

void enrol_device(Story& story) {
  Digest seed;
  chain::random_bytes(seed);
  const chain::SigningKey key = chain::SigningKey::from_seed(seed);
  expect(201,
         story.as("badmin").post("/v1/devices",
                                 object({{"device", "cam-1"},
                                         {"kind", "FIXED"},
                                         {"mount_class", "pole"},
                                         {"location_class", "PUBLIC_RIGHT_OF_WAY"},
                                         {"place", "Broadway / 14th St"},
                                         {"lat_e7", Json(std::int64_t{378044000})},
                                         {"lon_e7", Json(std::int64_t{-1222712000})},
                                         {"police_area", "Area 1"},
                                         {"public_key", chain::hex(key.public_key())}})),
         "enrol the reader");
  const std::filesystem::path folder = story.folder / "device";
  std::filesystem::create_directories(folder / "queue");
  const Json credentials =
      object({{"device", "cam-1"},
              {"origin", story.service->store().origin()},
              {"seed", chain::hex(seed)},
              {"server_certificate", (story.store / "tls" / "certificate.pem").string()},
              {"latitude_e7", Json(std::int64_t{378044000})},
              {"longitude_e7", Json(std::int64_t{-1222712000})},
              {"place", "Broadway / 14th St"},
              {"queue", (folder / "queue").string()}});
  std::ofstream file(folder / "credentials.json");
  std::filesystem::permissions(
      folder / "credentials.json",
      std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  file << chain::write(credentials) << '\n';
}

}  // namespace

void chapter_people(Story& story) {
  chapter(story, "A new log, and the people who may touch it");
  say("verifier key: " + story.log.vkey);
  for (const MadeLog::Code& code : story.log.codes) {
    static const std::map<std::string, std::string> kNames{{"ito", "Ines Torres"},
                                                           {"cdeputy", "Carol Deputy"},
                                                           {"badmin", "Bernard Admin"},
                                                           {"ttrain", "Tara Train"}};
    activate(story, code.username, kNames.at(code.username), {Json(code.code)});
  }
  say("four first holders set their passwords with one-use codes: IT, Chief's designee, "
      "Administrator, Training");
  enrol(story, "oreyes", "Olivia Reyes");
  enrol(story, "ccoord", "Cal Coordinator");
  enrol(story, "rookie", "Rory Rookie");
  say("three more are enrolled by IT and confirmed by the Administrator: each gave half of the "
      "code (I12-K-1)");
  const Answer self = story.as("ttrain").post(
      "/v1/trainings", object({{"username", "ttrain"},
                               {"course", "ALPR users"},
                               {"version", "2026.1"},
                               {"completed_on", Json(story.clock->now().value - kSecondUs)},
                               {"topics", Json(Json::Array{Json("LAW")})}}));
  expect(403, self, "training oneself");
  say(fmt::format("the Training Section can't train itself: refused, event {} ({})",
                  self.number("event"), self.rules()));
  for (const char* username : {"oreyes", "ccoord", "badmin", "ito"}) train(story, username);
  grant_coordinator(story);
  say("four complete all eight topics; the coordinator's role is asked for by one and granted by "
      "another");
  enrol_device(story);
  say("reader cam-1 is enrolled with its own key, on a pole, public right of way");
}

}  // namespace alpr::api

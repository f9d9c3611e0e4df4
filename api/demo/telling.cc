// What all chapters use: printing, logging in, photos, queries.
#include <fmt/format.h>

#include "api/demo/programs.h"
#include "api/demo/story.h"
#include "ledger/chain/encoding.h"

namespace alpr::api {

using chain::Json;

void chapter(const Story& story, std::string_view title) {
  fmt::print("\n{}  {}\n", chain::format_time(story.clock->now()).substr(0, 16), title);
  std::fflush(stdout);
}

void say(const std::string& line) {
  fmt::print("    {}\n", line);
  std::fflush(stdout);
}

Answer expect(int status, Answer answer, std::string_view what) {
  if (answer.status != status)
    throw StoryBroken{
        fmt::format("{}: expected {}, got {} {}", what, status, answer.status, answer.body)};
  return answer;
}

Json object(std::initializer_list<std::pair<std::string, Json>> members) {
  return Json(Json::Object(members));
}

Client& Story::as(const std::string& username) {
  auto& client = clients[username];
  if (client && client->get("/v1/me").status == 200) return *client;
  client = std::make_unique<Client>(url, store / "tls" / "certificate.pem");
  const Person& person = people.at(username);
  const Answer session =
      expect(201,
             client->post("/v1/sessions",
                          object({{"username", person.username}, {"password", person.password}})),
             "log in as " + username);
  client->use_token(session.text("token"));
  return *client;
}

void upload_photos(Story& story, const std::vector<std::string>& plates, std::uint64_t seed) {
  const std::filesystem::path photos = story.folder / "photos";
  std::filesystem::create_directories(photos);
  std::vector<std::string> draw{photos.string(), std::to_string(seed)};
  draw.insert(draw.end(), plates.begin(), plates.end());
  if (run_program(story.photographer, draw).exit_code != 0)
    throw StoryBroken{"the photos could not be rendered"};
  std::vector<std::string> send{"send",
                                "--server",
                                story.url,
                                "--credentials",
                                (story.folder / "device" / "credentials.json").string(),
                                "--captured-at",
                                chain::format_time({story.clock->now().value - 2 * kSecondUs})};
  for (const std::string& plate : plates) send.push_back((photos / (plate + ".jpg")).string());
  const Finished sent = run_program(story.reader, send);
  if (sent.exit_code != 0) throw StoryBroken{"plateledger-reader send failed: " + sent.output};
}

Json grounds(const std::string& case_number) {
  return object(
      {{"purpose", "VIOLENT_CRIME"},
       {"legal_standard", "REASONABLE_SUSPICION"},
       {"facts", "a witness described the car and part of its plate leaving the scene"},
       {"right_to_know", object({{"basis", "STATUTE"}, {"citation", "Cal. Civ. Code 1798.90.51"}})},
       {"need_to_know", "active investigation, assigned investigator"},
       {"case_number", case_number},
       {"narrative", "locate the vehicle described by the witness"},
       {"attestations", object({{"not_personal", true},
                                {"not_harassment", true},
                                {"not_protected_characteristic", true},
                                {"not_first_amendment", true},
                                {"not_reproductive_care", true},
                                {"not_immigration_enforcement", true}})}});
}

Answer query(Story& story, const std::string& username, const std::string& plate,
             const Json& grounds) {
  return story.as(username).post(
      "/v1/queries", object({{"elements", object({{"plate", plate}})}, {"grounds", grounds}}));
}

}  // namespace alpr::api

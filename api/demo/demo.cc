// `plateledger demo`: sets the stage, tells the chapters, and cleans up.
#include <fmt/format.h>
#include <unistd.h>

#include <thread>

#include "api/commands/commands.h"
#include "api/demo/programs.h"
#include "api/demo/story.h"
#include "api/tls_certificate.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"

namespace alpr::api {

namespace {

constexpr std::string_view kOrigin = "demo.plateledger.example/alpr";
constexpr std::string_view kStart = "2026-01-05T08:00:00Z";

std::filesystem::path make_folder(const std::optional<std::filesystem::path>& keep) {
  if (keep) {
    if (std::filesystem::exists(*keep) && !std::filesystem::is_empty(*keep))
      throw StoryBroken{keep->string() + " is not empty: name a new folder"};
    std::filesystem::create_directories(*keep);
    return std::filesystem::absolute(*keep);
  }
  std::string name = (std::filesystem::temp_directory_path() / "plateledger-demo-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw StoryBroken{"no temporary folder could be made"};
  return name;
}

void find_programs(Story& story) {
  story.reader = find_program("plateledger-reader");
  story.photographer = find_program("plateledger-demo-photos");
  story.verifier = find_program("plateledger-verify");
  if (story.reader.empty() || story.photographer.empty() || story.verifier.empty())
    throw StoryBroken{
        "plateledger-reader, plateledger-demo-photos or plateledger-verify is missing beside this "
        "program: run ./demo, which builds them"};
}

void make_store(Story& story) {
  story.store = story.folder / "store";
  story.clock = std::make_shared<store::SimulatedClock>(*chain::parse_time(kStart));
  const NewLog log{
      std::string(kOrigin),
      "Oakland Police Department",
      {{policy::Role::kItUnit, "ito", "Ines Torres", policy::UserClass::kSworn},
       {policy::Role::kChiefDesignee, "cdeputy", "Carol Deputy", policy::UserClass::kSworn},
       {policy::Role::kAdministrator, "badmin", "Bernard Admin", policy::UserClass::kSworn},
       {policy::Role::kTrainingSection, "ttrain", "Tara Train", policy::UserClass::kSworn}},
      true};
  auto made = make_log(store::default_places(story.store), log, story.clock);
  if (!made) throw StoryBroken{made.error().detail};
  story.log = std::move(*made);
  std::filesystem::create_directories(story.store / "tls");
  if (auto done = make_certificate(story.store / "tls" / "certificate.pem",
                                   story.store / "tls" / "key.pem", {"localhost", "127.0.0.1"});
      !done)
    throw StoryBroken{done.error().detail};
}

// After the story: the simulated clock goes on at the real pace, and somebody may look around.
void stay_up(Story& story) {
  StopSignal stop;
  const Person& officer = story.people.at("oreyes");
  fmt::print("\nThe server stays up at {} until Ctrl-C.\n", story.url);
  fmt::print("  certificate  {}\n", (story.store / "tls" / "certificate.pem").string());
  fmt::print("  log in as    {} / {} (also: badmin, ccoord, cdeputy; same form)\n",
             officer.username, officer.password);
  fmt::print(
      "  e.g. curl --cacert CERTIFICATE -H 'Content-Type: application/json' -d "
      "'{{\"username\":\"{}\",\"password\":\"{}\"}}' {}/v1/sessions\n",
      officer.username, officer.password, story.url);
  std::fflush(stdout);
  while (!stop.wait(1)) {
    story.clock->advance(kSecondUs);
    if (auto done = story.api->tick(); !done) say("housekeeping: " + done.error().detail);
  }
}

void tell(Story& story) {
  chapter_people(story);
  chapter_street(story);
  chapter_hit(story);
  chapter_queries(story);
  chapter_entry(story);
  chapter_hold(story);
  chapter_month(story);
  chapter_gone(story);
  chapter_verify(story);
  chapter_tampering(story);
}

}  // namespace

void Story::start_server() {
  auto started = Service::start(store::default_places(store), clock);
  if (!started) throw StoryBroken{started.error().detail};
  service = std::move(*started);
  ApiSettings settings;
  settings.origin = service->store().origin();
  api = std::make_unique<Api>(*service, settings);
  HttpSettings http;
  http.certificate = store / "tls" / "certificate.pem";
  http.private_key = store / "tls" / "key.pem";
  server = std::make_unique<HttpServer>(
      http, [this](const Request& head) { return api->admit(head); },
      [this](const Request& request) { return api->handle(request); },
      [](int status, std::string_view detail) { return problem(status, detail); });
  url = fmt::format("https://127.0.0.1:{}", server->port());
}

int run_demo(const DemoCommand& command) {
  const auto began = std::chrono::steady_clock::now();
  Story story;
  int code = 0;
  try {
    find_programs(story);
    story.folder = make_folder(command.keep);
    make_store(story);
    story.start_server();
    tell(story);
    const auto took =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    fmt::print(
        "\nThe month took {:.0f} s. Every step above was a real request over TLS to a real "
        "server.\n",
        took);
    fmt::print(
        "Where to look next: docs/architecture.md, docs/event-kinds.md, docs/openapi.yaml.\n");
    if (command.keep)
      fmt::print(
          "The store is in {}; check it again with:\n  plateledger-verify --store {} --key '{}' "
          "--keys {}\n",
          story.store.string(), story.store.string(), story.log.vkey,
          (story.folder / "keys.json").string());
    std::fflush(stdout);
    if (command.serve) stay_up(story);
  } catch (const StoryBroken& broken) {
    std::fflush(stdout);
    fmt::print(stderr, "plateledger demo: this did not go as it must: {}\n", broken.what);
    code = 1;
  }
  story.clients.clear();
  story.server.reset();
  story.api.reset();
  story.service.reset();
  if (!command.keep && !story.folder.empty()) {
    std::error_code ignored;
    std::filesystem::remove_all(story.folder, ignored);
  }
  return code;
}

}  // namespace alpr::api

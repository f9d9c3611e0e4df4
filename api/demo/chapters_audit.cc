// The end of the month: the purge, what is left, the verifier, and the verifier against tampering.
#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "api/demo/programs.h"
#include "api/demo/story.h"
#include "api/demo/tamper.h"
#include "ledger/chain/encoding.h"

namespace alpr::api {

namespace {

using chain::Json;

constexpr std::int64_t kHourUs = 3'600 * kSecondUs;

std::size_t results_of(const Answer& answer) {
  const Json* list = answer.json.member("results");
  return list && list->array() ? list->array()->size() : 0;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Files of the folder that hold these bytes.
std::vector<std::string> files_with(const std::filesystem::path& folder, const std::string& bytes) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().filename() == "ballast") continue;
    if (read_file(entry.path()).find(bytes) != std::string::npos)
      found.push_back(entry.path().filename().string());
  }
  return found;
}

Finished verify(const Story& story, const std::filesystem::path& store, const std::string& form) {
  // Decisions can be decided again by whoever can read them.
  const bool has_keys = std::filesystem::exists(story.folder / "keys.json");
  std::vector<std::string> arguments{"--store", store.string(),
                                     "--key",   story.log.vkey,
                                     "--level", has_keys ? "policy" : "erasure"};
  if (has_keys) {
    arguments.push_back("--keys");
    arguments.push_back((story.folder / "keys.json").string());
  }
  if (!form.empty()) arguments.push_back(form);
  return run_program(story.verifier, arguments);
}

// The first finding of a report, as the verifier says it.
std::string first_finding(const std::string& report) {
  const auto json = chain::parse_canonical(report.substr(0, report.find('\n')));
  const std::size_t at = report.find("\"what\":\"");
  if (at == std::string::npos) return "(no finding) " + report.substr(0, 200);
  const std::size_t from = at + 8;
  return report.substr(from, report.find('"', from) - from);
}

void try_tampering(const Story& story, std::string_view what,
                   const std::function<Result<void>(const std::filesystem::path&)>& tamper) {
  const std::filesystem::path copy = story.folder / "copy";
  std::filesystem::remove_all(copy);
  std::filesystem::create_directories(copy);
  for (const char* part : {"ledger", "evidence", "blobs"})
    if (std::filesystem::exists(story.store / part))
      std::filesystem::copy(story.store / part, copy / part,
                            std::filesystem::copy_options::recursive);
  if (auto done = tamper(copy); !done) throw StoryBroken{done.error().detail};
  const Finished report = verify(story, copy, "--json");
  if (report.exit_code != 1)
    throw StoryBroken{fmt::format("the verifier missed it: {}: {}", what, report.output)};
  say(fmt::format("{}: caught: {}", what, first_finding(report.output)));
  std::filesystem::remove_all(copy);
}

}  // namespace

void chapter_month(Story& story) {
  chapter(story, "31 days pass: cars drive by, sessions lock, lists grow stale");
  const std::uint64_t before = story.service->store().size();
  std::uint64_t purged = 0;
  for (int hour = 1; hour <= 31 * 24; ++hour) {
    story.clock->advance(kHourUs);
    if (hour == 240 || hour == 480)
      upload_photos(story, {hour == 240 ? "2BXD459" : "9LWE736"}, 100);
    auto done = story.api->tick();
    if (!done) throw StoryBroken{"housekeeping: " + done.error().detail};
    purged += done->events;
    for (const Sequence tombstone : done->tombstones)
      story.tombstone = static_cast<std::int64_t>(tombstone.value);
  }
  say(fmt::format(
      "{} events were added by themselves: heartbeats, summaries, staleness alarms, tombstones",
      story.service->store().size() - before));
  if (purged == 0) throw StoryBroken{"nothing was purged in 31 days"};
  say(fmt::format(
      "the purge ran on time: {} reads, uploads and hits erased, tombstone {} (I12-G-1)", purged,
      story.tombstone));
}

void chapter_gone(Story& story) {
  chapter(story, "What is left of them");
  const Answer gone = expect(201, query(story, "oreyes", story.other_plate, grounds("26-000200")),
                             "the query again");
  if (results_of(gone) != 0) throw StoryBroken{"a purged read is still answered: " + gone.body};
  say("the same query as a month ago finds nothing");
  const Answer image = story.as("oreyes").get(
      fmt::format("/v1/queries/{}/reads/{}/image", story.other_query, story.other_read));
  expect(410, image, "the picture of a purged read");
  say("its picture: 410 Gone");
  const Answer held =
      expect(201, query(story, "oreyes", story.held_plate, grounds("26-000400")), "the held read");
  if (results_of(held) != 1) throw StoryBroken{"the held read is missing: " + held.body};
  const Answer other =
      expect(201, query(story, "oreyes", story.held_plate, grounds("26-000999")), "another case");
  if (results_of(other) != 0) throw StoryBroken{"a held read past due answered another case"};
  say("the held read still answers its own case, and no other (I12-G-2)");
  for (const std::string& plate : story.passing_plates) {
    const auto files = files_with(story.folder / "store", plate);
    if (!files.empty()) throw StoryBroken{"a purged plate is in clear in " + files.front()};
  }
  std::size_t evidence = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(story.store / "evidence"))
    evidence += entry.is_regular_file() ? 1 : 0;
  say(
      fmt::format("{} purged plates, byte-searched in every file of the store: none; evidence "
                  "files left: {} (the held "
                  "picture, and days that are not due)",
                  story.passing_plates.size(), evidence));
  std::ofstream keys(story.folder / "keys.json");
  keys << story.service->store().vault().export_keys();
}

void chapter_verify(Story& story) {
  chapter(story, "The auditor's own check");
  const Finished report = verify(story, story.store, "");
  if (report.exit_code != 0) throw StoryBroken{"the verifier found something: " + report.output};
  std::size_t from = 0;
  while (from < report.output.size()) {
    const std::size_t end = report.output.find('\n', from);
    say(report.output.substr(from, end - from));
    if (end == std::string::npos) break;
    from = end + 1;
  }
}

void chapter_tampering(Story& story) {
  chapter(story, "A dishonest operator, on copies of the store");
  const auto seq = static_cast<std::uint64_t>(story.other_query);
  try_tampering(story, "one bit of one header changed",
                [&](const std::filesystem::path& copy) { return flip_header_bit(copy, seq); });
  try_tampering(story, "one event dropped",
                [&](const std::filesystem::path& copy) { return drop_event(copy, seq); });
  try_tampering(story, "one tombstone rewritten", [&](const std::filesystem::path& copy) {
    return rewrite_tombstone(copy, static_cast<std::uint64_t>(story.tombstone));
  });
}

}  // namespace alpr::api

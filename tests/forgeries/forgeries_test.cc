// Proves that level policy names what a dishonest operator with all keys writes, by event and
// requirement ID, and holds docs/forgeries.md to it. Each forgery is one event behind an honest log
// that holds by itself, written as a signed and sealed store and put before the verifier with its
// keys. PLATELEDGER_WRITE_DOCS=1 writes the page anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "ledger/verify/policy_level/policy_level.h"
#include "policy/records/kinds.h"
#include "tests/forgeries/forger.h"

namespace alpr::forgeries {
namespace {

using verify::Level;

// `event` becomes the one that was written behind the world's log, where one was.
verify::Report verified(const Forger& f, bool with_keys = true, Sequence* event = nullptr) {
  const verify::testing::TestFolder folder;
  const auto behind = f.write(folder.path() / "store");
  if (behind && event != nullptr) event->value = *behind;
  verify::Options options;
  options.level = Level::kPolicy;
  options.policy = policy_level::check_policy;
  if (with_keys) {
    auto keys = verify::Keys::parse(f.keys());
    EXPECT_TRUE(keys.has_value());
    if (keys) options.keys = std::move(*keys);
  }
  const auto report = verify::verify_store_here(folder.path() / "store", policy::kinds(), options);
  EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().detail);
  return report.value_or(verify::Report{});
}

std::string told(const verify::LevelReport& level) {
  std::string all = level.note;
  for (const verify::Finding& finding : level.findings)
    all += "\n  event " + std::to_string(finding.seq.value_or(0)) + " " + finding.rule + ": " +
           finding.what;
  return all;
}

bool names(const verify::LevelReport& level, Sequence event, std::string_view row) {
  for (const verify::Finding& finding : level.findings) {
    if (finding.seq != event.value) continue;
    const std::string rules = ", " + finding.rule + ",";
    if (rules.find(", " + std::string(row) + ",") != std::string::npos) return true;
  }
  return false;
}

TEST(Forgeries, AnHonestLogHolds) {
  Forger f;
  live_honestly(f);
  const verify::LevelReport level = verified(f).levels.back();
  EXPECT_EQ(level.holds, true) << told(level);
  EXPECT_GE(level.checked, 50U);
  EXPECT_EQ(level.note.find("sealed"), std::string::npos) << level.note;
}

TEST(Forgeries, WithoutKeysItIsNotCheckedAndNeverHolds) {
  Forger f;
  live_honestly(f);
  const verify::LevelReport level = verified(f, /*with_keys=*/false).levels.back();
  EXPECT_FALSE(level.holds.has_value()) << told(level);
  EXPECT_GT(level.not_checked, 20U);
  EXPECT_NE(level.note.find("bring --keys"), std::string::npos) << level.note;
}

TEST(Forgeries, ALogOfANewerVersionIsNoFindingAndNeverHolds) {
  Forger f;
  std::vector<chain::Kind> all(policy::kinds().all().begin(), policy::kinds().all().end());
  const chain::Kind later{900,
                          "thing.of-a-later-version",
                          chain::Retention::kPermanent,
                          chain::Form::kByMember,
                          {"what"},
                          {},
                          "not known here",
                          ""};
  all.push_back(later);
  f.written_by.emplace(std::move(all));
  chain::EventView event;
  event.header.kind = later.number;
  event.header.retention = later.retention;
  event.header.form = later.form;
  event.header.seq.value = f.world.log.size();
  event.header.time = f.world.now;
  event.have_payload = true;
  event.members = {{"what", "\"new\"", false}};
  event.json = chain::to_json(event.members);
  f.world.log.push_back(event);
  policy::QueryPerformed untrained = f.honest_query();
  untrained.by.training.reset();
  f.forge(untrained);
  const verify::Report report = verified(f);
  EXPECT_EQ(report.levels.front().holds, true) << told(report.levels.front());
  const verify::LevelReport& level = report.levels.back();
  EXPECT_FALSE(level.holds.has_value()) << told(level);
  EXPECT_NE(level.note.find("Event " + std::to_string(event.header.seq.value) +
                            " is of a kind that this version does not know"),
            std::string::npos)
      << level.note;
}

// By which level, and as what where it is not the row; empty: by none.
std::string named_by(const verify::Report& report, Sequence event, const Forgery& forgery) {
  const std::string_view rule = forgery.named.empty() ? forgery.row : forgery.named;
  for (const verify::LevelReport& level : report.levels) {
    if (!names(level, event, rule)) continue;
    const std::string as = forgery.named.empty() ? "" : ", " + std::string(forgery.named);
    return std::string(verify::to_string(level.level)) + as;
  }
  return "";
}

std::string page(const std::map<std::string, std::vector<std::string>>& by_row) {
  std::string text =
      "# Forgeries\n\n"
      "What an operator who has all keys could write into a log behind the back of the rules, by "
      "the\n"
      "row of the order that it breaks. The log is signed and sealed as it must be; "
      "`plateledger-verify\n"
      "--level policy --keys FILE` names the event and the row, at the level that stands here. "
      "Made\n"
      "from `tests/forgeries`: `PLATELEDGER_WRITE_DOCS=1 ctest --preset dev -R Forgeries`. What "
      "catches\n"
      "changes to a store's files is in [tamper-matrix.md](tamper-matrix.md).\n\n"
      "| row | what was written | named at level |\n| --- | --- | --- |\n";
  for (const auto& [row, lines] : by_row)
    for (const std::string& line : lines) text += "| " + row + " | " + line + " |\n";
  return text;
}

TEST(Forgeries, EachIsNamedByItsEventAndItsRow) {
  std::map<std::string, std::vector<std::string>> by_row;
  for (const Forgery& forgery : all_forgeries()) {
    SCOPED_TRACE(std::string(forgery.row) + ": " + std::string(forgery.what));
    Forger f;
    Sequence event = forgery.write(f);
    const verify::Report report = verified(f, /*with_keys=*/true, &event);
    const std::string by = named_by(report, event, forgery);
    EXPECT_NE(by, "") << "event " << event.value << told(report.levels[1])
                      << told(report.levels.back());
    by_row[std::string(forgery.row)].push_back(std::string(forgery.what) + " | " + by);
  }
  const std::string file = std::string(PROJECT_ROOT) + "/docs/forgeries.md";
  if (std::getenv("PLATELEDGER_WRITE_DOCS") != nullptr) {
    std::ofstream(file, std::ios::binary) << page(by_row);
    return;
  }
  std::ifstream there(file, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(there), {});
  EXPECT_TRUE(text == page(by_row)) << "docs/forgeries.md is stale: PLATELEDGER_WRITE_DOCS=1";
}

}  // namespace
}  // namespace alpr::forgeries

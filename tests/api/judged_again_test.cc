// Proves that what the API let happen is what the rules let happen when they are asked again: at
// the end of every test here, level policy over the log that its department leaves, with keys. And
// over one log as a store, as a bundle, without keys, and with an event past the rules. The
// demonstration's month is judged by tests/end_to_end.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>

#include "api/service.h"
#include "ledger/store/bundle_writer.h"
#include "ledger/verify/policy_level/policy_level.h"
#include "policy/records/kinds.h"
#include "policy/records/queries.h"
#include "tests/api/department.h"
#include "tests/ledger/verify/store_maker.h"

namespace alpr::api::testing {
namespace {

using verify::LevelReport;

std::string told(const LevelReport& level) {
  std::string all = level.note;
  for (const verify::Finding& finding : level.findings)
    all += "\n  event " + std::to_string(finding.seq.value_or(0)) + " " + finding.rule + ": " +
           finding.what;
  return all;
}

LevelReport judged(Department& d, bool boxes = true) {
  const verify::testing::TestFolder folder;
  const std::filesystem::path file = folder.path() / "bundle";
  auto writer = d.service().store().bundle({0, boxes});
  EXPECT_TRUE(writer.has_value());
  if (!writer) return {};
  std::ofstream out(file, std::ios::binary);
  const auto written = store::write_bundle(*writer, [&](BytesView piece) -> Result<void> {
    out << as_text(piece);
    return {};
  });
  out.close();
  EXPECT_TRUE(written.has_value());
  const auto bundle = verify::MappedFile::open(file);
  verify::Options options;
  options.level = verify::Level::kPolicy;
  options.policy = policy_level::check_policy;
  auto keys = verify::Keys::parse(d.service().store().vault().export_keys());
  if (keys) options.keys = std::move(*keys);
  const auto report = verify::verify_bundle_here(bundle.value(), policy::kinds(), options);
  EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().detail);
  return report ? report->levels.back() : LevelReport{};
}

// Time passes in tests as in no department: what was due meanwhile is not what they are about.
bool about_time(const verify::Finding& finding) {
  static const std::set<std::string, std::less<>> kDeadlines{"I12-B-1", "I12-C2A2-1", "I12-C2B1-1",
                                                             "I12-L-5"};
  return kDeadlines.contains(finding.rule);
}

void judge_again(Department& d) {
  LevelReport level = judged(d);
  std::erase_if(level.findings, about_time);
  EXPECT_TRUE(level.findings.empty()) << "decided again, the log does not hold: " << told(level);
}
const bool kEveryTest = (Department::at_end() = judge_again, true);

TEST(JudgedAgain, ADepartmentsDaysHoldAsAStoreAndAsABundle) {
  ASSERT_TRUE(kEveryTest);
  Department d;
  d.officer("oreyes");
  d.officer("mlee");
  d.give_role("mlee", "COORDINATOR");
  d.enrol_device("cam-1");
  EXPECT_EQ(d.load_list("mlee", "SVS", csv_list({"7ABC123,STOLEN"})).status, 201);
  d.reads("cam-1", 1, {"7ABC123", "8XYZ987"});
  EXPECT_EQ(d.query("oreyes", "8XYZ987").status, 201);
  EXPECT_EQ(d.query("oreyes", "8XYZ987", chain::Json(chain::Json::Object{})).status, 403);
  EXPECT_EQ(d.as("oreyes").get("/v1/hits").status, 200);
  d.restart();
  d.advance(kHourUs);
  d.tick();
  EXPECT_EQ(d.query("mlee", "7ABC123").status, 201);
  const LevelReport whole = judged(d);
  EXPECT_EQ(whole.holds, true) << told(whole);
  EXPECT_GE(whole.checked, 30U) << told(whole);
  const LevelReport sealed = judged(d, /*boxes=*/false);
  EXPECT_FALSE(sealed.holds.has_value()) << told(sealed);

  std::ofstream(d.folder() / "keys.json") << d.service().store().vault().export_keys();
  const std::string command = std::string(VERIFY_PROGRAM " --level policy --json --store ") +
                              (d.folder() / "store").string() + " --keys " +
                              (d.folder() / "keys.json").string() + " --key " + d.vkey() +
                              " > /dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

// The server's own hand past the rules: what perform() is given is appended as it is.
TEST(JudgedAgain, AnEventPastTheRulesIsNamed) {
  Department d;
  d.forges();
  d.officer("oreyes");
  d.enrol("rookie", "Rita Rookie");
  EXPECT_EQ(d.log_in("rookie").status, 201);
  const Sequence session{d.size() - 1};
  EXPECT_EQ(d.query("oreyes", "8XYZ987").status, 201);
  const auto query = d.service().store().event(Sequence{d.size() - 1});
  ASSERT_TRUE(query.has_value());
  auto record = policy::from_event<policy::QueryPerformed>(*query);
  ASSERT_TRUE(record.has_value());
  record->by = {"rookie", "Rita Rookie", std::string(kDepartment), session, std::nullopt};
  const Outcome forged =
      d.service().perform([&](const policy::State&, store::Transaction&, const policy::Moment&) {
        return policy::Decision{}.then(*record);
      });
  ASSERT_TRUE(forged.done());
  const LevelReport level = judged(d);
  ASSERT_EQ(level.findings.size(), 1U) << told(level);
  EXPECT_EQ(level.findings.front().seq, forged.commit.first.value);
  EXPECT_EQ(level.findings.front().rule, "I12-C1-1, I12-C3-a, I12-J-3");
}

}  // namespace
}  // namespace alpr::api::testing

// Proves that `plateledger audit reconcile` brings a vendor's file to a running server, tells what
// differs and ends by it, and says what is wrong with what it was given (I12-K-5). Runs the program
// against a department's server.
#include <gmock/gmock.h>

#include "ledger/chain/encoding.h"
#include "tests/api/audit_case.h"
#include "tests/api/remote_program.h"

namespace alpr::api::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ReconcileProgram : public AuditCase {
 protected:
  ReconcileProgram() {
    EXPECT_EQ(d.query("oreyes", "7ABC123").status, 201);
    time = chain::format_time(d.now());
    wait(kHourUs);
    window = " --from " + chain::format_time({from}) + " --until " + chain::format_time(d.now());
  }
  std::string written(const std::string& name, const std::string& text) {
    const auto path = d.folder() / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::string csv(const std::string& user) {
    return written("export.csv",
                   "\xEF\xBB\xBF"
                   "Name,License Plate,Reason,Case #,Search Time\r\n" +
                       user + ",7ABC123,Burglary,26-000123," + time + "\r\n");
  }
  Ran reconcile(const std::string& more, const std::string& who = kCoordinator) {
    return run_remote(d, who, "audit reconcile " + more + window);
  }
  std::string time, window;
};

TEST_F(ReconcileProgram, I12_K_5_ItTellsWhatDiffersAndEndsByIt) {
  const Ran agree = reconcile(csv("oreyes"));
  EXPECT_EQ(agree.exit_code, 0) << agree.output;
  EXPECT_THAT(agree.output, HasSubstr("1 rows of the export and 1 queries"));
  EXPECT_THAT(agree.output, HasSubstr("they agree; on the record as event "));
  EXPECT_EQ(d.kind(static_cast<std::int64_t>(d.size()) - 1), "session.closed");
  const Ran differ = reconcile(csv("\"Other, \"\"Max\"\"\x1b[31m\""));
  EXPECT_EQ(differ.exit_code, 2) << "a control character is no CSV";
  const Ran other = reconcile(csv("\"Other, \"\"Max\"\"\""));
  EXPECT_EQ(other.exit_code, 1) << other.output;
  EXPECT_THAT(other.output, HasSubstr("ONLY_IN_EXPORT  line 2"));
  EXPECT_THAT(other.output, HasSubstr("user: Other, \"Max\"  plate: 7ABC123"));
  EXPECT_THAT(other.output, HasSubstr("ONLY_IN_LEDGER  event "));
  EXPECT_THAT(other.output, HasSubstr("they differ"));
  const Ran json = reconcile(csv("oreyes") + " --json");
  EXPECT_EQ(json.exit_code, 0);
  EXPECT_TRUE(*json.json.member("result")->member("agrees")->boolean()) << json.output;
}

TEST_F(ReconcileProgram, AProfileIsATomlFile) {
  const std::string file = written("x.csv", "Who;When\nBadge 7;" + time.substr(0, 19) + "\n");
  const std::string profile = written("x.toml",
                                      "name = \"vendor-x\"\n"
                                      "delimiter = \";\"\n"
                                      "zone = \"+00:00\"\n"
                                      "[columns]\nuser = \"Who\"\ntime = \"When\"\n"
                                      "[[users]]\ntext = \"Badge 7\"\nusername = \"oreyes\"\n");
  EXPECT_EQ(reconcile(file + " --profile " + profile).exit_code, 0);
  const std::string wrong = written("wrong.toml", "name = \"vendor-x\"\ncolumns = 7\n");
  const Ran ran = reconcile(file + " --profile " + wrong);
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.output, HasSubstr("profile.columns"));
}

TEST_F(ReconcileProgram, WhatIsWrongIsSaidAndNothingIsShown) {
  const auto fails = [&](const std::string& arguments, const std::string& says,
                         const std::string& who = kCoordinator) {
    const Ran ran = reconcile(arguments, who);
    EXPECT_EQ(ran.exit_code, 2) << ran.output;
    EXPECT_THAT(ran.output, HasSubstr(says));
    EXPECT_THAT(ran.output, Not(HasSubstr("7ABC123")));
  };
  fails(csv("oreyes") + " --tolerance-seconds -5", "tolerance_seconds");
  fails("nowhere.csv", "cannot open nowhere.csv");
  fails(written("latin1.csv", "Name\n\xE9\n"), "is not UTF-8");
  fails(written("empty.csv", ""), "the file is empty");
  fails(written("other.csv", "plate,category\n"), "none of the columns");
  fails(csv("oreyes"), "I12-K-5", "oreyes");
  EXPECT_EQ(
      run_remote(d, kCoordinator, "audit reconcile " + csv("oreyes") + window, "wrong").exit_code,
      2);
  EXPECT_EQ(run_remote(d, kCoordinator, "audit reconcile x --from soon --until later").exit_code,
            2);
}

}  // namespace
}  // namespace alpr::api::testing

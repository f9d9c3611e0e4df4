// Proves that `plateledger audit size` and `bound` answer one case and whole tables without a
// store, and say what is wrong with a line (I12-K-7). Runs the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <sys/wait.h>

#include <string>

namespace alpr::api::testing {
namespace {

using ::testing::HasSubstr;

struct Ran {
  int exit_code = -1;
  std::string output;  // of both streams
};

Ran audit(const std::string& arguments, const std::string& input = "") {
  const std::string command =
      "printf '" + input + "' | " PLATELEDGER_PROGRAM " audit " + arguments + " 2>&1";
  Ran ran;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return ran;
  for (int c = ::fgetc(pipe); c != EOF; c = ::fgetc(pipe)) ran.output += static_cast<char>(c);
  const int status = ::pclose(pipe);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

TEST(AuditProgram, I12_K_7_OneCaseByFlags) {
  EXPECT_EQ(audit("size --risk-bp 500 --tolerable-bp 500 --expected-bp 100 --json").output,
            "{\"n\":93,\"k\":1}\n");
  EXPECT_EQ(audit("size --population 1500 --json").output, "{\"n\":91,\"k\":1}\n");
  EXPECT_EQ(audit("bound --n 60 --k 0 --json").output, "{\"upper\":49}\n");
  EXPECT_EQ(audit("bound --population 200 --n 59 --k 0 --json").output, "{\"upper\":8}\n");
  const Ran words = audit("bound --n 60 --k 0");
  EXPECT_EQ(words.exit_code, 0);
  EXPECT_THAT(words.output, HasSubstr("4.9 %"));
}

TEST(AuditProgram, I12_K_7_ATableOnStandardInputInAnyOrderOfColumns) {
  const std::string table =
      "risk_bp,population,tolerable_bp,expected_bp\\n500,,500,100\\r\\n1000,,500,0\\n";
  EXPECT_EQ(audit("size --csv", table).output,
            "risk_bp,population,tolerable_bp,expected_bp,n,k\n500,,500,100,93,1\n"
            "1000,,500,0,45,0\n");
  const Ran lines = audit("size --csv --json", table);
  EXPECT_EQ(lines.output, "{\"n\":93,\"k\":1}\n{\"n\":45,\"k\":0}\n");
  EXPECT_EQ(lines.exit_code, 0);
  EXPECT_EQ(audit("bound --csv", "k,n,risk_bp,population\\n2,100,500,1000\\n").output,
            "risk_bp,population,n,k,upper\n500,1000,100,2,59\n");
}

TEST(AuditProgram, I12_K_7_APlanIsExplainedInAParagraph) {
  const Ran plain = audit("plan --population 1500");
  EXPECT_EQ(plain.exit_code, 0);
  EXPECT_THAT(plain.output, HasSubstr("Of 1500 items 91 are looked at"));
  EXPECT_THAT(audit("plan --population 1500 --population 300 --each --json").output,
              HasSubstr("\"strata\":[{\"n\":91,\"k\":1},{\"n\":"));
  EXPECT_THAT(audit("plan --population 1500 -n 10").output,
              HasSubstr("not statistically significant"));
  EXPECT_EQ(audit("plan --population 1500 --expected-bp 500").exit_code, 2);
  EXPECT_EQ(audit("plan").exit_code, 2);
}

TEST(AuditProgram, AWrongLineIsNamedAndTheOthersGoOn) {
  const Ran ran = audit("size --csv --json",
                        "risk_bp,population,tolerable_bp,expected_bp\\n500,,x,100\\n"
                        "500,,500,600\\n500,,500\\n500,,500,100\\n");
  EXPECT_EQ(ran.exit_code, 2);
  EXPECT_THAT(ran.output, HasSubstr("line 2: tolerable_bp is no whole number"));
  EXPECT_THAT(ran.output, HasSubstr("line 3: expected_bp must be below"));
  EXPECT_THAT(ran.output, HasSubstr("line 4: 3 cells instead of 4"));
  EXPECT_THAT(ran.output, HasSubstr("{\"n\":93,\"k\":1}\n"));
  EXPECT_EQ(audit("size --csv", "risk,population\\n").exit_code, 2);
  const std::string header = "risk_bp,population,tolerable_bp,expected_bp\\n";
  EXPECT_EQ(audit("size --csv --json", header + "5 00,,500,100\\n").exit_code, 2);
  EXPECT_EQ(audit("size --csv --json", header + "\"500\",,500,100").output, "{\"n\":93,\"k\":1}\n");
  EXPECT_EQ(audit("size --csv --json", header + "\"500,,500,100\\n").exit_code, 2);
  EXPECT_EQ(audit("size --csv").exit_code, 2);
  EXPECT_EQ(audit("bound --n 5 --k 6").exit_code, 2);
}

}  // namespace
}  // namespace alpr::api::testing

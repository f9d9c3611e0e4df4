// Proves that a witness which asks by itself gets and gives all that it must, and says so loudly
// when the log has gone back. The program is run against a department's server over TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/cosigners.h"
#include "tests/api/department.h"
#include "tests/end_to_end/programs.h"

namespace alpr::end_to_end {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Pull : public ::testing::Test {
 protected:
  Pull() {
    const Ran made = verify({"witness", "init", "--state", state().string(), "--name",
                             "pac.example/witness", "--log", d.vkey()});
    EXPECT_EQ(made.code, 0) << made.out;
    d.use_witness_policy("log " + d.vkey() + "\nwitness pac " +
                         made.out.substr(0, made.out.find('\n')) + "\nquorum pac\n");
    d.enrol("pac", "Paula Auditor", "AUDITOR");
    d.give_role("pac", "PAC_AUDITOR");
    write_file(credentials(), login("pac", std::string(api::testing::kPassword)),
               /*secret=*/true);
  }
  std::filesystem::path state() const { return d.folder() / "witness"; }
  static std::string login(const std::string& username, const std::string& password) {
    return R"({"username":")" + username + R"(","password":")" + password + "\"}\n";
  }
  std::filesystem::path credentials() const { return d.folder() / "credentials"; }
  Ran pull(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {"witness",       "pull",
                                    "--state",       state().string(),
                                    "--url",         d.url(),
                                    "--certificate", d.certificate().string(),
                                    "--credentials", credentials().string()};
    all.insert(all.end(), more.begin(), more.end());
    return verify(all);
  }

  void live(int heartbeats) {
    for (int i = 0; i < heartbeats; ++i) d.advance(11 * api::testing::kMinuteUs), d.tick();
  }

  api::testing::Department d;
};

TEST_F(Pull, CosignsAndTheLogStoresIt) {
  for (int round = 0; round < 3; ++round) {
    const Ran ran = pull();
    ASSERT_EQ(ran.code, 0) << ran.out;
    EXPECT_THAT(ran.out, HasSubstr("\xe2\x80\x94 pac.example/witness "));
    const auto newest = d.cosigners().newest_cosigned();
    ASSERT_TRUE(newest) << newest.error().detail;
    EXPECT_TRUE(d.cosigners().policy().open(*newest));
    EXPECT_EQ(d.kind(static_cast<std::int64_t>(d.size()) - 1), "session.closed") << "it logs out";
  }
}

TEST_F(Pull, ALogThatWentBackIsSaidLoudlyAndKept) {
  std::filesystem::copy(d.folder() / "store", d.folder() / "older",
                        std::filesystem::copy_options::recursive);
  live(30);
  ASSERT_EQ(pull().code, 0);
  d.replace_store(d.folder() / "older");
  const Ran shorter = pull();
  EXPECT_EQ(shorter.code, 1) << shorter.out;
  EXPECT_THAT(shorter.out, HasSubstr("its newest part is gone"));
  // Grown again it is another history, and the log itself cannot prove the contrary.
  live(60);
  const Ran forked = pull();
  EXPECT_EQ(forked.code, 1) << forked.out;
  EXPECT_THAT(forked.out, HasSubstr("kept in the folder evidence/"));
  EXPECT_FALSE(std::filesystem::is_empty(state() / "evidence"));
}

TEST_F(Pull, BadInputIsExitCodeTwoAndAServerThatIsAwayThree) {
  EXPECT_EQ(verify({"witness"}).code, 2);
  EXPECT_EQ(verify({"witness", "--help"}).code, 0);
  EXPECT_EQ(verify({"witness", "pull"}).code, 2);
  EXPECT_EQ(pull({"--origin", "other.example"}).code, 2);
  EXPECT_EQ(
      verify({"witness", "init", "--state", state().string(), "--name", "again", "--log", d.vkey()})
          .code,
      2);
  EXPECT_EQ(verify({"witness", "pull", "--state", state().string(), "--url", "https://127.0.0.1:1",
                    "--credentials", credentials().string()})
                .code,
            3);
  EXPECT_EQ(verify({"witness", "serve", "--state", state().string(), "--address", "0.0.0.0"}).code,
            3);
  write_file(credentials(), login("pac", "wrong password here"), /*secret=*/true);

  EXPECT_EQ(pull().code, 2);
  std::filesystem::permissions(credentials(), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  const Ran open = pull();
  EXPECT_EQ(open.code, 2);
  EXPECT_THAT(open.out, HasSubstr("chmod 600"));
}

}  // namespace
}  // namespace alpr::end_to_end

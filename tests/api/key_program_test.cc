// Proves the commands that act on keys and copies as an operator gives them: who may, what comes
// out, and which exit code. The program itself is run on a store of its own, from init to a
// restored archive and the log that goes on; people take their accounts through the API in between.
#include "tests/api/key_program.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "ledger/store/restore.h"

namespace alpr::api {
namespace {

using chain::Json;

TEST_F(KeyProgram, FromInitToARestoredArchiveAndTheLogThatGoesOn) {
  const Json made = json(Words{"init"} + new_log("store", "prog.example/log"));
  ASSERT_NO_FATAL_FAILURE(activate("store", made));
  const Words rotate{"key", "rotate-log", "--overlap-days", "1"};
  EXPECT_EQ(run(people(rotate, "pat", "pat")), "code 2");
  EXPECT_EQ(run(people(rotate, "lee", "kim")), "code 2") << "no holder of IT_UNIT";
  EXPECT_EQ(run(people(rotate, "pat", "kim", "other")), "code 2") << "a wrong password";
  EXPECT_EQ(run(people(rotate, "pat", "")), "code 2") << "nobody agrees";
  const std::string vkey = *json(people(rotate, "pat", "kim")).member("vkey")->string();
  EXPECT_NE(vkey, *made.member("vkey")->string());

  const Words opened{"--passphrase-file", file("phrase")};
  const Json rotated =
      json(people({"key", "rotate-master", "--new-passphrase-file", file("phrase")}, "pat", "lee"));
  EXPECT_EQ(*rotated.member("source")->string(), "passphrase");
  const Words backup{"backup", "--to", file("copy")};
  EXPECT_EQ(run(people(backup, "pat", "")), "code 2") << "the file is gone";
  EXPECT_EQ(run(people(backup, "pat", "") + opened), "code 2") << "no recovery key";
  const Json recovery = json(people({"key", "recovery-init"}, "pat", "kim") + opened);
  secret_file("recovery", *recovery.member("recovery_secret")->string());
  EXPECT_TRUE(json(people(backup, "pat", "") + opened).member("size") != nullptr);

  const Words restore{"restore",        "--from", file("copy"), "--recovery-key",
                      file("recovery"), "--key",  vkey};
  EXPECT_EQ(run(restore + new_log("new", "prog.example/log")), "code 2") << "the lost log's name";
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
  const Json next = json(restore + new_log("new", "prog.example/log-2"));
  ASSERT_NE(next.member("vkey"), nullptr);
  EXPECT_EQ(run(restore + new_log("new", "prog.example/log-3")), "code 2") << "there is a store";
  EXPECT_EQ(run({"serve", "--store", file("new/archive")}), "code 2") << "an archive is no log";
  const auto service = Service::start(store::default_places(folder_ / "new"),
                                      std::make_shared<store::SystemClock>());
  ASSERT_TRUE(service) << service.error().detail;
  ASSERT_NE((*service)->archive(), nullptr);
  EXPECT_EQ((*service)->archive()->origin(), "prog.example/log");
  const auto genesis = chain::parse_canonical((*service)->store().event({0})->json);
  EXPECT_EQ(*genesis->member("predecessor")->member("origin")->string(), "prog.example/log");
}

TEST_F(KeyProgram, I12_K_1_ASecondFactorIsAskedForWhereNoServerRuns) {
  const Json made = json(Words{"init"} + new_log("store", "prog.example/log"));
  ASSERT_NO_FATAL_FAILURE(activate("store", made));
  const std::string code = enrol_factor("store", "kim");
  const Words rotate{"key", "rotate-log", "--overlap-days", "1"};
  const Words command = people(rotate, "pat", "kim");
  EXPECT_EQ(run(command + Words{"--approver-code", "no code"}), "code 2");
  EXPECT_NE(json(command + Words{"--approver-code", code}).member("vkey"), nullptr);
  EXPECT_EQ(run(command + Words{"--approver-code", code}), "code 2") << "a code is taken once";
}

// With what is given to an auditor the permanent record is opened and judged; nothing that a purge
// destroys is in it, or the purge would destroy nothing.
TEST_F(KeyProgram, I12_G_1_AnAuditorsKeysAreThoseOfPermanentEvents) {
  const Json made = json(Words{"init"} + new_log("store", "prog.example/log"));
  ASSERT_NO_FATAL_FAILURE(activate("store", made));
  const Words command = people(Words{"key", "export", "--out", file("auditor.keys")}, "pat", "kim");
  EXPECT_NE(json(command).member("seq"), nullptr);
  EXPECT_EQ(run(command), "code 2") << "the file is there";
  std::ifstream in(file("auditor.keys"));
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const auto keys = chain::parse_canonical(text);
  ASSERT_TRUE(keys.has_value()) << "not canonical";
  EXPECT_FALSE(keys->member("months")->object()->empty());
  for (const char* none : {"buckets", "held", "blobs"})
    EXPECT_TRUE(keys->member(none)->object()->empty()) << none;
  EXPECT_EQ(run(people(Words{"key", "export", "--out", file("again.keys")}, "pat", "pat")),
            "code 2")
      << "nobody alone";
  EXPECT_FALSE(std::filesystem::exists(file("again.keys")));
}

}  // namespace
}  // namespace alpr::api

// Proves the commands that act on keys and copies as an operator gives them: who may, what comes
// out, and which exit code. The program itself is run on a store of its own, from init to a
// restored archive and the log that goes on; people take their accounts through the API in between.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "api/api.h"
#include "ledger/store/command_output.h"
#include "ledger/store/restore.h"
#include "policy/records/kinds.h"

namespace alpr::api {
namespace {

using chain::Json;
using std::filesystem::path;

constexpr const char* kPassword = "a long enough pass phrase 7";

class KeyProgram : public ::testing::Test {
 protected:
  KeyProgram() {
    std::string name =
        (std::filesystem::temp_directory_path() / "plateledger-keys-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    secret_file("password", kPassword);
    secret_file("other", "another pass phrase 8");
    secret_file("phrase", "the phrase that opens all keys");
  }
  ~KeyProgram() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name) const { return (folder_ / name).string(); }
  void secret_file(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text << '\n';
    std::filesystem::permissions(folder_ / name, std::filesystem::perms(0600));
  }
  // What it printed; "code N" where it ended with another than 0.
  std::string run(std::vector<std::string> words) const {
    words.insert(words.begin(), PLATELEDGER_PROGRAM);
    const auto output = store::command_output(words);
    if (output) return std::string(as_text(*output));
    const std::string& what = output.error().detail;
    return what.substr(what.rfind("code"));
  }
  Json json(const std::vector<std::string>& words) const {
    const std::string printed = run(words);
    const auto parsed = chain::parse_canonical(printed.substr(0, printed.find('\n')));
    EXPECT_TRUE(parsed) << printed;
    return parsed.value_or(Json());
  }
  std::vector<std::string> new_log(const std::string& store, const std::string& origin) const {
    std::vector<std::string> words{"--store", file(store), "--origin", origin, "--json"};
    for (const char* holder :
         {"IT_UNIT=pat:Pat Example:SWORN", "CHIEF_DESIGNEE=kim:Kim Example:SWORN",
          "ADMINISTRATOR=lee:Lee Example:SWORN", "TRAINING_SECTION=sam:Sam Example:SWORN"}) {
      words.insert(words.end(), {"--holder", holder});
    }
    return words;
  }
  // What the four do over the API of a running server.
  void activate(const std::string& store, const Json& made) const {
    auto service = Service::start(store::default_places(folder_ / store),
                                  std::make_shared<store::SystemClock>());
    ASSERT_TRUE(service) << service.error().detail;
    ApiSettings settings;
    settings.hash_cost = HashCost::kTest;
    Api api(**service, settings);
    for (const Json& code : *made.member("codes")->array()) {
      const Json body(Json::Object{{"username", *code.member("username")},
                                   {"codes", Json(Json::Array{*code.member("code")})},
                                   {"password", Json(kPassword)}});
      Request request;
      request.method = "POST";
      request.path = "/v1/activations";
      request.body = chain::write(body);
      EXPECT_EQ(api.handle(request).status, 201);
    }
  }
  std::vector<std::string> people(std::vector<std::string> command, const std::string& by,
                                  const std::string& approver,
                                  const std::string& approver_password = "password") const {
    command.insert(command.end(), {"--store", file("store"), "--as", by, "--password-file",
                                   file("password"), "--reason", "a test", "--json"});
    if (!approver.empty())
      command.insert(command.end(),
                     {"--approver", approver, "--approver-password-file", file(approver_password)});
    return command;
  }

  path folder_;
};

std::vector<std::string> operator+(std::vector<std::string> words,
                                   const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

using Words = std::vector<std::string>;

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

}  // namespace
}  // namespace alpr::api

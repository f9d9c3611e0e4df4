// The program on a store of the test's own, as an operator runs it: its commands, what they print,
// and the people of a new log, who take their accounts through the API.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "api/api.h"
#include "api/second_factor.h"
#include "ledger/chain/encoding.h"
#include "ledger/store/command_output.h"
#include "ledger/store/sealed_box.h"
#include "policy/records/kinds.h"

namespace alpr::api {

inline constexpr const char* kPassword = "a long enough pass phrase 7";

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
  chain::Json json(const std::vector<std::string>& words) const {
    const std::string printed = run(words);
    const auto parsed = chain::parse_canonical(printed.substr(0, printed.find('\n')));
    EXPECT_TRUE(parsed) << printed;
    return parsed.value_or(chain::Json());
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
  void activate(const std::string& store, const chain::Json& made) const {
    activate(store::default_places(folder_ / store), made);
  }
  static void activate(const store::StorePlaces& places, const chain::Json& made) {
    using chain::Json;
    auto service = Service::start(places, std::make_shared<store::SystemClock>());
    ASSERT_TRUE(service) << service.error().detail;
    ApiSettings settings;
    settings.passwords.cost = HashCost::kTest;
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
  // The same for a second factor of one of them; a code that no log-in was done with yet.
  std::string enrol_factor(const std::string& store, const std::string& username) const {
    auto service = Service::start(store::default_places(folder_ / store),
                                  std::make_shared<store::SystemClock>());
    EXPECT_TRUE(service.has_value());
    Api api(**service, ApiSettings{});
    std::string token;
    const auto post = [&](const std::string& to, chain::Json::Object body) {
      Request request;
      request.method = "POST";
      request.path = to;
      request.headers["authorization"] = "Bearer " + token;
      request.body = chain::write(chain::Json(std::move(body)));
      const Response response = api.handle(request);
      EXPECT_EQ(response.status, 201) << response.body;
      return chain::parse_canonical(response.body).value_or(chain::Json());
    };
    token = *post("/v1/sessions",
                  {{"username", chain::Json(username)}, {"password", chain::Json(kPassword)}})
                 .member("token")
                 ->string();
    post("/v1/me/second-factor", {{"current", chain::Json(kPassword)}});
    const auto user = policy::find_user(*(*service)->store().registers(), username).value();
    // What an app would know: the box is opened as the server does it.
    const auto box = chain::parse_base64(user->offered_factor->secret).value();
    const Bytes secret =
        store::open_box((*service)->store().vault().register_key().derive("second factor"),
                        as_bytes(username), box)
            .value();
    const std::int64_t step = (*service)->now().value / (kTotpStepSeconds * kSecondUs);
    post("/v1/me/second-factor/confirmation", {{"code", chain::Json(totp_code(secret, step))}});
    return totp_code(secret, step + 1);
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

  std::filesystem::path folder_;
};

inline std::vector<std::string> operator+(std::vector<std::string> words,
                                          const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

using Words = std::vector<std::string>;

}  // namespace alpr::api

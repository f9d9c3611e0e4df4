// Proves that a log whose epoch secret is on a PKCS#11 token is made, served and moved as the
// operator's page says, and that what is wrong is said without the PIN. The program itself is run
// against SoftHSM in a folder of the test's own.
#include <gtest/gtest.h>

#include "tests/api/key_program.h"
#include "tests/api/server_process.h"
#include "tests/ledger/store/soft_token.h"

namespace alpr::api {
namespace {

using chain::Json;
using Words = std::vector<std::string>;

class TokenProgram : public KeyProgram {
 protected:
  void SetUp() override {
    if (store::soft_token_module().empty()) GTEST_SKIP() << "SoftHSM (softhsm2) is not installed";
    token_.emplace(folder_);
    secret_file("pin", std::string(store::kUserPin));
    secret_file("wrong-pin", "0000-wrong");
  }
  Words token_options(const std::string& prefix, const std::string& pin = "pin") const {
    return {"--" + prefix,
            std::string(store::kTokenLabel),
            "--" + prefix + "-module",
            store::soft_token_module().string(),
            "--" + prefix + "-pin-file",
            file(pin)};
  }
  store::StorePlaces on_token() const {
    store::StorePlaces places = store::default_places(folder_ / "store");
    places.vault.token = store::SoftToken::with_pin(store::kUserPin);
    return places;
  }
  // A configuration file with these lines besides the port.
  std::string config(const std::string& lines) const {
    std::ofstream(folder_ / "server.toml") << "port = 0\n" << lines;
    return file("server.toml");
  }
  std::string token_lines(const std::string& pin) const {
    return "epoch_token = \"" + std::string(store::kTokenLabel) + "\"\nepoch_token_module = \"" +
           store::soft_token_module().string() + "\"\n" + pin + "\n";
  }
  struct Served {
    int code = -1;
    std::string said;
  };
  // `serve` until it serves, then stopped as a service manager does.
  Served serve(const std::string& config_file) const {
    ServerProcess server(file("store"), config_file);
    Served served;
    served.code = server.end(SIGTERM);
    served.said = server.said();
    EXPECT_EQ(served.said.find(store::kUserPin), std::string::npos) << served.said;
    EXPECT_EQ(served.said.find("0000-wrong"), std::string::npos) << served.said;
    return served;
  }
  std::string action_of(const Json& printed, const store::StorePlaces& places) const {
    const auto service = Service::start(places, std::make_shared<store::SystemClock>());
    EXPECT_TRUE(service) << service.error().detail;
    const auto seq = static_cast<std::uint64_t>(*printed.member("seq")->integer());
    const auto event = (*service)->store().event({seq}).value();
    const Json handled = chain::parse_canonical(event.json).value();
    return *handled.member("action")->string() + ", by " +
           *handled.member("by")->member("username")->string() + ", with " +
           *handled.member("approver")->member("username")->string();
  }

  std::optional<store::SoftToken> token_;
};

TEST_F(TokenProgram, ALogIsMadeServedAndMovedWithItsEpochSecretOnAToken) {
  const Words half{"--epoch-token", "no module"};
  EXPECT_EQ(run(Words{"init"} + new_log("store", "prog.example/log") + half), "code 2");
  const Words wrong = token_options("epoch-token", "wrong-pin");
  EXPECT_EQ(run(Words{"init"} + new_log("store", "prog.example/log") + wrong), "code 2");
  const Words token = token_options("epoch-token");
  const Json made = json(Words{"init"} + new_log("store", "prog.example/log") + token);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "store/keyring/epoch.secret"));
  ASSERT_NO_FATAL_FAILURE(activate(on_token(), made));

  const Served served =
      serve(config(token_lines("epoch_token_pin_file = \"" + file("pin") + "\"")));
  EXPECT_EQ(served.code, 0);
  EXPECT_NE(served.said.find(" serving "), std::string::npos) << served.said;
  const Served by_command =
      serve(config(token_lines("epoch_token_pin_command = [\"cat\", \"" + file("pin") + "\"]")));
  EXPECT_EQ(by_command.code, 0) << by_command.said;
  const Served refused =
      serve(config(token_lines("epoch_token_pin_file = \"" + file("wrong-pin") + "\"")));
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.said.find("refused the PIN"), std::string::npos) << refused.said;
  const Served unnamed = serve(config(""));
  EXPECT_EQ(unnamed.code, 2);
  EXPECT_NE(unnamed.said.find("is on a token"), std::string::npos) << unnamed.said;

  const Words move{"key", "move-epoch"};
  EXPECT_EQ(run(people(move, "pat", "") + token), "code 2") << "nobody agrees";
  EXPECT_EQ(run(people(move, "pat", "kim")), "code 2") << "the token is not named";
  const Json to_file = json(people(move, "pat", "kim") + token);
  EXPECT_EQ(*to_file.member("place")->string(), "file");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "store/keyring/epoch.secret"));
  EXPECT_EQ(serve(config("")).code, 0);
  EXPECT_EQ(action_of(to_file, store::default_places(folder_ / "store")),
            "EPOCH_SECRET_TO_FILE, by pat, with kim");
  EXPECT_EQ(run(people(move, "pat", "kim")), "code 2") << "it is a file already";

  const Words back = token_options("new-epoch-token");
  EXPECT_EQ(run(people(move, "pat", "kim") + token_options("new-epoch-token", "wrong-pin")),
            "code 2");
  const Json to_token = json(people(move, "pat", "lee") + back);
  EXPECT_EQ(*to_token.member("place")->string(), "token");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "store/keyring/epoch.secret"));
  EXPECT_EQ(action_of(to_token, on_token()), "EPOCH_SECRET_TO_TOKEN, by pat, with lee");
}

}  // namespace
}  // namespace alpr::api

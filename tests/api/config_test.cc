// Proves that the server's configuration is what its file says and refuses what it does not know,
// by line and key. Reads small files from a folder of its own.
#include "api/config.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/ledger/store/store_fixtures.h"

namespace alpr::api::testing {
namespace {

class ConfigFile : public ::testing::Test {
 protected:
  Result<Config> load(const std::string& text) {
    std::ofstream(file()) << text;
    return load_config("/srv/store", file());
  }
  std::filesystem::path file() const { return folder_.path() / "server.toml"; }
  store::TemporaryFolder folder_;
};

TEST_F(ConfigFile, WithoutAFileTheDefaultsStand) {
  const auto config = load_config("/srv/store", std::nullopt);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->http.port, 8443);
  EXPECT_EQ(config->api.image_bytes_max, std::size_t{8} << 20);
  EXPECT_EQ(config->api.body_bytes_max, std::size_t{64} << 10);
  EXPECT_EQ(config->places.vault.keyring, "/srv/store/keyring");
  EXPECT_EQ(config->http.certificate, "/srv/store/tls/certificate.pem");
}

TEST_F(ConfigFile, EachKeyIsTaken) {
  const auto config = load(
      "port = 9443\nworkers = 3\nimage_bytes_max = 1048576\nbody_bytes_max = 4096\n"
      "hotlist_bytes_max = 2097152\nupload_bytes_max = 3145728\nepoch_secret = \"/run/epoch\"\n"
      "keyring = \"/srv/keys\"\n");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->http.port, 9443);
  EXPECT_EQ(config->http.workers, 3U);
  EXPECT_EQ(config->api.image_bytes_max, 1048576U);
  EXPECT_EQ(config->api.body_bytes_max, 4096U);
  EXPECT_EQ(config->api.hotlist_bytes_max, 2097152U);
  EXPECT_EQ(config->api.upload_bytes_max, 3145728U);
  EXPECT_EQ(config->places.vault.keyring, "/srv/keys");
  EXPECT_EQ(config->places.vault.epoch_secret, "/run/epoch");
}

TEST_F(ConfigFile, ReceiversOfAlarmsAreTaken) {
  EXPECT_FALSE(load("")->alarms.any());
  const std::string hook =
      "[[alarms.webhook]]\nname = \"duty\"\nurl = \"https://h.test/in\"\nsecret_file = \"hook\"\n";
  const auto config = load("[alarms]\nlink = \"https://alpr.test/\"\n" + hook +
                           "[[alarms.mail]]\nname = \"it\"\nserver = \"smtps://m.test\"\n"
                           "from = \"a@b.test\"\nto = [\"c@d.test\", \"e@f.test\"]\n");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->alarms.link, "https://alpr.test");
  EXPECT_EQ(config->alarms.webhook->at(0).secret_file, "/srv/store/hook");
  EXPECT_EQ(config->alarms.mail->at(0).to.at(1), "e@f.test");
  EXPECT_NE(load(hook + "shout = true\n").error().detail.find("shout: unknown"), std::string::npos);
  EXPECT_NE(load(hook + hook).error().detail.find("two receivers"), std::string::npos);
  EXPECT_FALSE(load("alarms = true\n").has_value());
}

TEST_F(ConfigFile, I12_F_1_WhatPasswordsMustBeIsTaken) {
  EXPECT_FALSE(load("")->api.second_factor_required);
  EXPECT_EQ(load("")->api.passwords.hash, PasswordHash::kArgon2id);
  EXPECT_EQ(load("")->api.passwords.length_min, 12U);
  const std::filesystem::path list = folder_.path() / "banned.txt";
  std::ofstream(list) << "password1234\nletmein please\n";
  const auto config =
      load("password_hash = \"pbkdf2-sha256\"\npassword_length_min = 15\n" +
           ("banned_passwords = \"" + list.string() + "\"\n") + "second_factor_required = true\n");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->api.passwords.hash, PasswordHash::kPbkdf2Sha256);
  EXPECT_EQ(config->api.passwords.length_min, 15U);
  ASSERT_NE(config->api.passwords.banned, nullptr);
  EXPECT_EQ(config->api.passwords.banned->size(), 2U);
  EXPECT_TRUE(config->api.second_factor_required);
}

TEST_F(ConfigFile, TheEpochSecretGoesWithTheKeyringUnlessItIsNamed) {
  const auto config = load("keyring = \"/srv/keys\"\n");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->places.vault.epoch_secret, "/srv/keys/epoch.secret");
}

TEST_F(ConfigFile, ATokenIsNamedInFullAndItsPinComesFromElsewhere) {
  const std::string named = "epoch_token = \"ours\"\nepoch_token_module = \"/usr/lib/token.so\"\n";
  const auto config = load(named + "epoch_token_pin_command = [\"printf\", \"1234\"]\n");
  ASSERT_TRUE(config) << config.error().detail;
  const store::EpochToken& token = config->places.vault.token;
  EXPECT_EQ(token.label, "ours");
  EXPECT_EQ(token.module, "/usr/lib/token.so");
  EXPECT_EQ(as_text(token.pin().value()), "1234");
  for (const std::string& text :
       {named, std::string("epoch_token = \"ours\"\nepoch_token_pin_file = \"/pin\"\n"),
        named + "epoch_token_pin_file = \"/pin\"\nepoch_secret = \"/run/epoch\"\n",
        named + "epoch_token_pin_file = \"/pin\"\nepoch_token_pin_command = [\"pin\"]\n"}) {
    const auto refused = load(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kMalformed);
    EXPECT_NE(refused.error().detail.find("epoch_token"), std::string::npos);
  }
}

const std::string kProfile =
    "[[hotlist_profile]]\nname = \"doj\"\nversion = 2\nlayout = \"FIXED\"\n"
    "dates = \"YYYYMMDD\"\nleave_out = [\"REPOSSESSED\"]\n"
    "fields = [\n  { column = \"plate\", start = 1, length = 10 },\n"
    "  { column = \"category\", text = \"STOLEN\" },\n]\n";

TEST_F(ConfigFile, I12_C2B1_1_FeedsAndTheirProfilesAreTaken) {
  const auto config = load(
      "port = 9443\n" + kProfile +
      "[[hotlist_feed]]\nname = \"svs\"\nsource = \"SVS\"\nprofile = \"doj\"\nfolder = \"in/svs\"\n"
      "[[hotlist_feed]]\nname = \"ncic\"\nsource = \"NCIC\"\nurl = \"https://x.example/l?f=csv\"\n"
      "certificate = \"ca.pem\"\nbearer_file = \"/run/token\"\nevery_seconds = 3600\n");
  ASSERT_TRUE(config) << config.error().detail;
  ASSERT_EQ(config->api.hotlist_profiles.size(), 1U);
  EXPECT_EQ(config->api.hotlist_profiles[0].version, 2);
  EXPECT_EQ(config->api.hotlist_profiles[0].fields.size(), 2U);
  ASSERT_EQ(config->feeds.size(), 2U);
  EXPECT_EQ(config->feeds[0].source, policy::HotlistSource::kSvs);
  EXPECT_EQ(config->feeds[0].folder, "/srv/store/in/svs");
  ASSERT_TRUE(config->feeds[0].profile.has_value());
  EXPECT_EQ(config->feeds[0].profile->name, "doj");
  ASSERT_TRUE(config->feeds[1].https.has_value());
  EXPECT_EQ(config->feeds[1].https->url, "https://x.example/l?f=csv");
  EXPECT_EQ(config->feeds[1].https->certificate, "/srv/store/ca.pem");
  EXPECT_EQ(config->feeds[1].https->bearer_file, "/run/token");
  EXPECT_EQ(config->feeds[1].every_seconds, 3600);
  EXPECT_FALSE(config->feeds[1].profile.has_value());
}

TEST_F(ConfigFile, AFeedThatCannotBeMeantIsRefusedByItsName) {
  const auto feed = [](const std::string& rest) {
    return "[[hotlist_feed]]\nname = \"svs\"\nsource = \"SVS\"\n" + rest;
  };
  const std::string folder = "folder = \"in\"\n";
  const std::string url = "url = \"https://x.example/l\"\n";
  for (const auto& [text, said] : std::initializer_list<std::pair<std::string, std::string>>{
           {"hotlist_feed = 7\n", ":1: hotlist_feed: expected tables"},
           {feed(""), "hotlist_feed 'svs': give folder or url"},
           {feed(folder + url), "give folder or url"},
           {feed(folder + "bearer_file = \"t\"\n"), "belong to a url"},
           {feed(folder + "every_seconds = 60\n"), "as they come"},
           {feed(folder + "profile = \"none\"\n"), "profile: there is no 'none'"},
           {feed(folder + "colour = \"red\"\n"), "hotlist_feed[1].colour: unknown member"},
           {feed(url + "every_seconds = 10\n"), "every_seconds: 60 to"},
           {feed(url + "bearer_file = \"t\"\nbasic_file = \"b\"\n"), "bearer_file or basic_file"},
           {feed("url = \"http://x.example/l\"\n"), "url: expected https"},
           {feed("url = \"https://u:p@x.example/l\"\n"), "url: expected https"},
           {feed(folder) + feed(folder), "two of this name"},
           {feed(folder) + "[[hotlist_feed]]\nname = \"b\"\nsource = \"SVS\"\n" + folder,
            "its source has another feed"},
           {"[[hotlist_feed]]\nname = \"b\"\nsource = \"CUSTOM_BOLO\"\n" + folder,
            "source: custom"},
           {"[[hotlist_feed]]\nname = \"b\"\nsource = \"REPO\"\n" + folder,
            ".source: expected one of"},
           {kProfile + kProfile, "hotlist_profile 'doj': there are two"},
           {kProfile + "header = 1\n", "header: expected true or false"},
           {kProfile + "delimiter = \";\"\n", "hotlist_profile: doj: delimiter"}}) {
    const auto config = load(text);
    ASSERT_FALSE(config) << text;
    EXPECT_EQ(config.error().code, ErrorCode::kMalformed) << text;
    EXPECT_NE(config.error().detail.find(said), std::string::npos) << config.error().detail;
  }
}

TEST_F(ConfigFile, WhatIsWrongIsNamedByLineAndKey) {
  for (const auto& [text, said] :
       {std::pair<std::string, std::string>{"\nport = \"x\"\n", ":2: port: expected"},
        {"port = 70000\n", ":1: port: expected"},
        {"workers = 0\n", ":1: workers: expected"},
        {"password_hash = \"md5\"\n", ":1: password_hash: expected"},
        {"password_length_min = 7\n", ":1: password_length_min: expected"},
        {"banned_passwords = \"not there\"\n", ":1: banned_passwords: /srv/store/not there"},
        {"second_factor_required = 1\n", ":1: second_factor_required: expected"},
        {"body_bytes_max = 10\n", ":1: body_bytes_max: expected"},
        {"address = 7\n", ":1: address: expected"},
        {"# a comment\nretention_days = 60\n", ":2: unknown key 'retention_days'"},
        {"port = \n", ":1"}}) {
    const auto config = load(text);
    ASSERT_FALSE(config) << text;
    EXPECT_EQ(config.error().code, ErrorCode::kMalformed) << text;
    EXPECT_NE(config.error().detail.find(said), std::string::npos) << config.error().detail;
  }
  EXPECT_EQ(load_config("/srv/store", folder_.path() / "none").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace alpr::api::testing

// Proves that a device's credentials are taken only from a private, complete and well-formed file.
// Writes the file with one thing wrong at a time.
#include "recognition/credentials.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "recognition/files.h"
#include "tests/recognition/scratch.h"

namespace alpr::recognition {
namespace {

const std::string kGood = R"({
  "device": "cam-01", "origin": "oakland.example/alpr",
  "seed": "0707070707070707070707070707070707070707070707070707070707070707",
  "server_certificate": "server.pem", "latitude_e7": 378044000, "longitude_e7": -1222712000,
  "place": "Broadway / 14th St", "queue": "queue"
})";

Result<Credentials> load(const Scratch& scratch, const std::string& text, mode_t mode = 0600) {
  chain::init_crypto();
  const auto path = scratch / "device.json";
  EXPECT_TRUE(write_file_durably(path, as_bytes(text)));
  EXPECT_EQ(::chmod(path.c_str(), mode), 0);
  return load_credentials(path);
}

std::string with(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Credentials, AreReadWithAnySpacingAndPathsFromTheirOwnFolder) {
  const Scratch scratch("credentials");
  const Result<Credentials> got = load(scratch, kGood);
  ASSERT_TRUE(got) << got.error().detail;
  EXPECT_EQ(got->device, "cam-01");
  EXPECT_EQ(got->place, "Broadway / 14th St");
  EXPECT_EQ(got->longitude_e7, -1'222'712'000);
  EXPECT_EQ(got->queue, scratch / "queue");
  EXPECT_EQ(got->server_certificate, scratch / "server.pem");
  Digest seed{};
  seed.fill(7);
  EXPECT_EQ(got->key.public_key(), chain::SigningKey::from_seed(seed).public_key());
}

TEST(Credentials, AFileThatOthersCanReadIsRefused) {
  const Scratch scratch("credentials-mode");
  for (const mode_t mode : {0640, 0604, 0660, 0644}) {
    const Result<Credentials> got = load(scratch, kGood, mode);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, ErrorCode::kRefused);
  }
  EXPECT_EQ(load_credentials(scratch / "absent.json").error().code, ErrorCode::kNotFound);
}

TEST(Credentials, EveryWrongMemberIsRefusedAndTheSeedIsNeverSaid) {
  const Scratch scratch("credentials-wrong");
  const std::vector<std::string> wrong{with("cam-01", "cam 01"),
                                       with("oakland.example/alpr", "two words"),
                                       with("07070707", "0707070Z"),
                                       with("\"device\"", "\"devise\""),
                                       with("{", "{\"more\":1,"),
                                       with("378044000", "3780440000"),
                                       with("378044000", "37.8"),
                                       with("\"queue\": \"queue\"", "\"queue\": \"\""),
                                       with("Broadway", "Broad\\nway"),
                                       "",
                                       "[]",
                                       "{}"};
  for (const std::string& text : wrong) {
    const Result<Credentials> got = load(scratch, text);
    ASSERT_FALSE(got) << text;
    EXPECT_EQ(got.error().code, ErrorCode::kMalformed) << text;
    EXPECT_EQ(got.error().detail.find("070707"), std::string::npos);
  }
}

}  // namespace
}  // namespace alpr::recognition

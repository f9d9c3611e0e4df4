// A PKCS#11 token of the test's own: SoftHSM with its tokens in a folder, so that a copy of the
// folder is a copy of the token, which no real one allows. Sets SOFTHSM2_CONF for the process.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "ledger/store/command_output.h"
#include "ledger/store/token_settings.h"
#include "tests/ledger/store/soft_token_module.h"

namespace alpr::store {

inline constexpr std::string_view kUserPin = "4711-user";
inline constexpr std::string_view kTokenLabel = "plateledger test";

class SoftToken {
 public:
  // `folder`: of the test. Use only where soft_token_module() is not empty.
  explicit SoftToken(const std::filesystem::path& folder) : tokens_(folder / "tokens") {
    std::filesystem::create_directories(tokens_);
    const auto settings = folder / "softhsm2.conf";
    std::ofstream(settings) << "directories.tokendir = " << tokens_.string()
                            << "\nobjectstore.backend = file\nlog.level = ERROR\n"
                               "slots.removable = false\n";
    ::setenv("SOFTHSM2_CONF", settings.c_str(), 1);
    add(kTokenLabel);
  }
  void add(std::string_view label) const {
    const auto done =
        command_output({"softhsm2-util", "--init-token", "--free", "--label", std::string(label),
                        "--so-pin", "so-4711", "--pin", std::string(kUserPin)});
    ASSERT_TRUE(done) << done.error().detail;
  }
  // Where the tokens are; moved away, they are out of reach.
  const std::filesystem::path& tokens() const { return tokens_; }

  static EpochToken with_pin(std::string_view pin,
                             const std::filesystem::path& module = soft_token_module()) {
    return {module, std::string(kTokenLabel), [text = std::string(pin)]() -> Result<Bytes> {
              return Bytes(text.begin(), text.end());
            }};
  }

 private:
  std::filesystem::path tokens_;
};

}  // namespace alpr::store

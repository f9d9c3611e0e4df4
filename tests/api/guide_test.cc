// Proves that docs/api-guide.md can be followed: every command in it is run by a shell, in its
// order, and none is refused. Against a department's server; its address, certificate, codes and
// times stand in for those of the page.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "ledger/chain/encoding.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;

struct Block {
  std::string section;
  std::string commands;
};

std::vector<Block> blocks_of(const std::filesystem::path& page) {
  std::ifstream in(page);
  std::vector<Block> blocks;
  std::string section;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("```")) {
      if (!inside) blocks.push_back({section, ""});
      inside = !inside;
    } else if (inside) {
      blocks.back().commands += line + "\n";
    } else if (line.starts_with("## ")) {
      section = line.substr(3);
    }
  }
  return blocks;
}

class Guide : public ::testing::Test {
 protected:
  Guide() {
    std::filesystem::create_directories(work());
    std::ofstream(work() / "svs.csv", std::ios::binary) << csv_list({"7ABC123,STOLEN VEHICLE"});
  }
  std::filesystem::path work() const { return d.folder() / "guide"; }
  // The halves of the code that oreyes takes the account with.
  void ask_for_codes() {
    const Reply a =
        d.as(kIt).post("/v1/users", object({{"username", "oreyes"},
                                            {"name", "Olga Reyes"},
                                            {"user_class", "SWORN"},
                                            {"organisation", std::string(kDepartment)}}));
    const Reply b = d.as(kChief).post("/v1/users/oreyes/confirmation", object({}));
    stand_in("HALF-A", a.text("code"));
    stand_in("HALF-B", b.text("code"));
  }
  void stand_in(const std::string& of_the_page, const std::string& here) {
    stands_for.emplace_back(of_the_page, here);
  }
  int run(std::string commands) {
    for (const auto& [of_the_page, here] : stands_for)
      for (std::size_t at = commands.find(of_the_page); at != std::string::npos;
           at = commands.find(of_the_page, at + here.size()))
        commands.replace(at, of_the_page.size(), here);
    std::ofstream(work() / "block.sh") << "set -eo pipefail\n" << commands;
    const std::string shell = fmt::format(
        "cd '{}' && env -u http_proxy -u https_proxy bash block.sh "
        ">out.txt 2>&1",
        work().string());
    return std::system(shell.c_str());
  }
  std::string output() const {
    std::ifstream in(work() / "out.txt");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  Department d;
  std::vector<std::pair<std::string, std::string>> stands_for;
};

TEST_F(Guide, EveryCommandOfThePageWorks) {
  const std::vector<Block> blocks =
      blocks_of(std::filesystem::path(PROJECT_ROOT) / "docs/api-guide.md");
  ASSERT_GE(blocks.size(), 6U);
  ask_for_codes();
  stand_in("https://127.0.0.1:8443", d.url());
  stand_in("STORE/tls/certificate.pem", d.certificate().string());
  stand_in("curl -sS", "curl -sS --fail-with-body");
  stand_in("2026-11-23T04:00:00Z", chain::format_time(d.now()));
  stand_in("1764000000000000", std::to_string(d.now().value));
  std::string before = blocks[0].commands;
  for (std::size_t i = 1; i < blocks.size(); ++i) {
    const Block& block = blocks[i];
    EXPECT_EQ(run(before + block.commands), 0) << block.section << ": " << output();
    if (block.section == "Taking an account") {
      d.train("oreyes");
      d.give_role("oreyes", "COORDINATOR");
    }
    // The page goes on with the session that it opened; it closed that one to show how.
    if (block.section == "Logging in and out")
      for (std::size_t at = 0; at < block.commands.size();) {
        const std::size_t end = block.commands.find('\n', at) + 1;
        const std::string line = block.commands.substr(at, end - at);
        if (line.starts_with("T=") || line.starts_with("A=")) before += line;
        at = end;
      }
  }
}

}  // namespace
}  // namespace alpr::api::testing

// Proves that an auditor with a log-in can verify a running server's log, whole and from a kept
// checkpoint on, and that a server which cannot be trusted is not. The verifier's LogServer talks
// to a department's server over TLS; what it fetched is verified in this process.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

#include "ledger/chain/note.h"
#include "ledger/verify/log_server/log_server.h"
#include "ledger/verify/verify.h"
#include "policy/records/kinds.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using log_server::LogServer;
using log_server::LogServerAddress;

class VerifyUrl : public ::testing::Test {
 protected:
  LogServerAddress address(std::string_view password = kPassword, mode_t mode = 0600) {
    const auto file = d.folder() / "credentials";
    std::ofstream(file) << R"({"username":")" << kIt << R"(","password":")" << password << "\"}\n";
    ::chmod(file.c_str(), mode);
    return {d.url(), d.certificate(), file};
  }
  verify::Options options() {
    verify::Options options;
    options.key = chain::parse_vkey(d.vkey()).value();
    return options;
  }
  Department d;
};

TEST_F(VerifyUrl, TheWholeLogHolds) {
  auto server = LogServer::log_in(address());
  ASSERT_TRUE(server) << server.error().detail;
  verify::Options asked = options();
  asked.served = server->checkpoint().value();
  const auto bundle = server->bundle(0);
  ASSERT_TRUE(bundle) << bundle.error().detail;
  const auto report = verify::verify_bundle_here(*bundle, policy::kinds(), asked);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report->holds()) << verify::to_text(*report);
  EXPECT_TRUE(report->anchored);
  EXPECT_EQ(report->size, d.size());
}

TEST_F(VerifyUrl, ADayCostsTheEventsSinceTheKeptCheckpoint) {
  verify::Options asked = options();
  asked.level = verify::Level::kChain;
  asked.since = d.as(kIt).get("/log/checkpoint").body;
  const std::uint64_t kept = d.size();
  d.train(kAdmin);
  auto server = LogServer::log_in(address());
  ASSERT_TRUE(server) << server.error().detail;
  asked.served = server->checkpoint().value();
  const auto bundle = server->bundle(kept);
  ASSERT_TRUE(bundle) << bundle.error().detail;
  const auto report = verify::verify_bundle_here(*bundle, policy::kinds(), asked);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_TRUE(report->holds()) << verify::to_text(*report);
  EXPECT_EQ(report->levels.at(0).checked, d.size() - kept);
}

TEST_F(VerifyUrl, ACheckpointThatTheBundleLacksIsAFinding) {
  auto server = LogServer::log_in(address());
  ASSERT_TRUE(server) << server.error().detail;
  const auto bundle = server->bundle(0);
  ASSERT_TRUE(bundle) << bundle.error().detail;
  d.train(kAdmin);
  verify::Options asked = options();
  asked.served = server->checkpoint().value();
  const auto report = verify::verify_bundle_here(*bundle, policy::kinds(), asked);
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_FALSE(report->holds());
}

TEST_F(VerifyUrl, TheProgramDoesAllOfIt) {
  const LogServerAddress to = address();
  const auto kept = d.folder() / "kept";
  std::ofstream(kept) << d.as(kIt).get("/log/checkpoint").body;
  const auto run = [&](const std::string& key, const std::string& more) {
    const std::string command = VERIFY_PROGRAM " --url " + to.url + " --credentials " +
                                to.credentials.string() + " --cacert " + to.certificate->string() +
                                " --key " + key + more + " > /dev/null 2>&1";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  EXPECT_EQ(run(d.vkey(), ""), 0);
  EXPECT_EQ(run(d.vkey(), " --level chain --since " + kept.string()), 0);
  EXPECT_EQ(run(d.vkey(), " --since " + d.certificate().string()), 2) << "no checkpoint";
  const chain::VerifierKey foreign{std::string(kOrigin), chain::KeyType::kEd25519,
                                   chain::SigningKey::from_seed(Digest{7}).public_key()};
  EXPECT_EQ(run(chain::format_vkey(foreign), ""), 1);
}

TEST_F(VerifyUrl, TheSessionEndsWithIt) {
  { ASSERT_TRUE(LogServer::log_in(address())); }
  EXPECT_EQ(d.kind(static_cast<std::int64_t>(d.size()) - 1), "session.closed");
}

TEST_F(VerifyUrl, WrongPasswordsOpenFilesAndForeignCertificatesAreRefused) {
  const auto wrong = LogServer::log_in(address("another pass phrase 9"));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, ErrorCode::kUnauthenticated);
  EXPECT_EQ(wrong.error().detail.find("another"), std::string::npos);
  const auto open = LogServer::log_in(address(kPassword, 0644));
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code, ErrorCode::kRefused);
  LogServerAddress foreign = address();
  foreign.certificate.reset();  // what this machine trusts does not lead to it
  const auto untrusted = LogServer::log_in(foreign);
  ASSERT_FALSE(untrusted);
  EXPECT_EQ(untrusted.error().code, ErrorCode::kIo);
  LogServerAddress plain = address();
  plain.url.replace(0, 5, "http");
  EXPECT_EQ(LogServer::log_in(plain).error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace alpr::api::testing

// Proves that a recipient can check every record of a package offline with the log's key alone, and
// that a package which was changed anywhere does not hold. Packages come from a department's
// server; the verifier checks them in this process, and once as its program.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/note.h"
#include "ledger/verify/package.h"
#include "ledger/verify/receipt.h"
#include "policy/records/kinds.h"
#include "tests/api/sharing_case.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::HasSubstr;
using ::testing::Not;

class SharingPackage : public SharingCase {
 protected:
  SharingPackage() : key(*chain::parse_vkey(d.vkey())) {
    const Reply reply = d.as("oreyes").get(at(released(), "package"));
    EXPECT_EQ(reply.status, 200) << reply.body;
    text = reply.body;
    package = reply.json;
  }
  verify::PackageReport check(const std::string& json) {
    auto report = verify::check_package(json, policy::kinds(), key);
    EXPECT_TRUE(report) << (report ? "" : report.error().detail);
    return report.value_or(verify::PackageReport{});
  }
  Json content() const { return *chain::parse_canonical(*package.member("content")->string()); }
  bool holds_with(const std::string& member, Json value) {
    return check(chain::write(with(package, member, std::move(value)))).holds();
  }
  // What is found, in words: each check finds for itself, whatever the digest says.
  std::string found_with_content(Json changed) {
    return verify::to_text(
        check(chain::write(with(package, "content", chain::write(std::move(changed))))));
  }
  bool holds_with_content(Json changed) { return holds_with("content", chain::write(changed)); }
  chain::VerifierKey key;
  std::string text;
  Json package;
};

TEST_F(SharingPackage, I12_I_10_EveryRecordHoldsOffline) {
  const verify::PackageReport report = check(text);
  EXPECT_TRUE(report.holds()) << verify::to_text(report);
  EXPECT_TRUE(report.anchored);
  EXPECT_EQ(report.events, 2U);
  EXPECT_EQ(report.origin, kOrigin);
  EXPECT_EQ(d.kind(static_cast<std::int64_t>(report.release)), "sharing.released");
  // Each receipt is one that `receipt` accepts as well.
  for (const Json& receipt : *package.member("receipts")->array()) {
    const auto one = verify::check_receipt(chain::write(receipt), policy::kinds(), key);
    ASSERT_TRUE(one);
    EXPECT_TRUE(one->holds()) << verify::to_text(*one);
    EXPECT_EQ(one->kind, "read.recorded");
  }
}

TEST_F(SharingPackage, I12_E_4_ItSaysWhoseItIsAndNotWhoExtractedIt) {
  EXPECT_THAT(check(text).marking, HasSubstr("official use"));
  EXPECT_THAT(text, Not(HasSubstr("oreyes")));
  EXPECT_THAT(text, Not(HasSubstr("encrypted disk")));
}

TEST_F(SharingPackage, AChangedPackageDoesNotHold) {
  const Json::Array events = *content().member("events")->array();
  Json::Array changed = events;
  std::string payload = *events[0].member("payload")->string();
  payload.replace(payload.find("7ABC123"), 7, "7ABC128");
  changed[0] = with(events[0], "payload", payload);
  EXPECT_FALSE(holds_with_content(with(content(), "events", changed))) << "another plate";
  changed = {events[0]};
  EXPECT_FALSE(holds_with_content(with(content(), "events", changed))) << "one is left out";
  changed = {events[1], events[0]};
  EXPECT_FALSE(holds_with_content(with(content(), "events", changed))) << "another order";
  EXPECT_FALSE(holds_with_content(with(content(), "marking", "free for all")));
  EXPECT_FALSE(holds_with_content(with(content(), "recipient", "somebody else")));
  EXPECT_FALSE(holds_with_content(with(content(), "origin", "another.example/log")));
  const Json::Array receipts = *package.member("receipts")->array();
  EXPECT_FALSE(holds_with("receipts", Json::Array{receipts[0]}));
  EXPECT_FALSE(holds_with("receipts", Json::Array{receipts[1], receipts[0]}));
  EXPECT_FALSE(holds_with("release", receipts[0])) << "a read is no release";
  EXPECT_TRUE(holds_with("receipts", receipts)) << "the same";
}

TEST_F(SharingPackage, ADepartmentThatReleasedSomethingElseIsFoundOut) {
  const Json::Array events = *content().member("events")->array();
  const auto found = [&](std::size_t which, const std::string& member, Json value) {
    Json::Array changed = events;
    changed[which] = with(events[which], member, std::move(value));
    return found_with_content(with(content(), "events", changed));
  };
  EXPECT_THAT(found(0, "payload", "{}"), HasSubstr("payload is not the one"));
  EXPECT_THAT(found(1, "salt", std::string(64, '0')), HasSubstr("payload is not the one"));
  EXPECT_THAT(found(0, "event", num(1)), HasSubstr("events are not those that were released"));
  EXPECT_THAT(found(0, "event", num(1)), HasSubstr("its receipt is of another event"));
  EXPECT_THAT(found_with_content(with(content(), "origin", "another.example/log")),
              HasSubstr("of another log"));
}

TEST_F(SharingPackage, AnotherReleaseDoesNotStandForIt) {
  const std::int64_t second = [&] {
    Json body = request_body(recipient("DA, Contra Costa"));
    body = with(body, "reads", Json::Array{num(reads[0])});
    const std::int64_t request = d.as("oreyes").post("/v1/sharing", body).number("seq");
    EXPECT_EQ(decide(request).status, 201);
    EXPECT_EQ(release(request).status, 201);
    return request;
  }();
  const Reply other = d.as("oreyes").get(at(second, "package"));
  ASSERT_TRUE(check(other.body).holds());
  EXPECT_FALSE(holds_with("release", *other.json.member("release")));
}

TEST_F(SharingPackage, WhatIsNoPackageIsMalformed) {
  const auto code = [&](const std::string& json) {
    const auto report = verify::check_package(json, policy::kinds(), key);
    return report ? std::nullopt : std::optional(report.error().code);
  };
  EXPECT_EQ(code(""), ErrorCode::kMalformed);
  EXPECT_EQ(code("{}"), ErrorCode::kMalformed);
  EXPECT_EQ(code(chain::write(with(package, "format", "plateledger package v2"))),
            ErrorCode::kMalformed);
  for (const char* member : {"format", "content", "receipts", "release"})
    EXPECT_EQ(code(chain::write(without(package, member))), ErrorCode::kMalformed) << member;
  EXPECT_EQ(code(chain::write(with(package, "content", "[]"))), ErrorCode::kMalformed);
  EXPECT_EQ(code(chain::write(with(package, "note", "trust me"))), ErrorCode::kMalformed);
  EXPECT_EQ(code(std::string(verify::kPackageMax + 1, ' ')), ErrorCode::kTooLarge);
}

TEST_F(SharingPackage, TheProgramChecksItWithoutTheServer) {
  const auto file = d.folder() / "package.json";
  const auto run = [&](const std::string& body, const std::string& more) {
    std::ofstream(file, std::ios::binary) << body;
    const std::string command =
        VERIFY_PROGRAM " package " + file.string() + more + " > /dev/null 2>&1";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  EXPECT_EQ(run(text, " --key " + d.vkey()), 0);
  EXPECT_EQ(run(text, " --json --key " + d.vkey()), 0);
  const chain::VerifierKey foreign{std::string(kOrigin), chain::KeyType::kEd25519,
                                   chain::SigningKey::from_seed(Digest{7}).public_key()};
  EXPECT_EQ(run(text, " --key " + chain::format_vkey(foreign)), 1);
  EXPECT_EQ(run("{}", ""), 2);
}

}  // namespace
}  // namespace alpr::api::testing

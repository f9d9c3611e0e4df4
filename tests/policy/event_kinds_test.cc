// Proves that docs/event-kinds.md is what the registry of kinds says, and that the registry keeps
// the format's rules. By writing the page anew and comparing; with PLATELEDGER_WRITE_DOCS=1 the
// page is replaced.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "policy/records/kinds.h"

namespace alpr::policy {
namespace {

constexpr const char* kPage = PROJECT_ROOT "/docs/event-kinds.md";

std::string_view text(chain::Retention retention) {
  switch (retention) {
    case chain::Retention::kOpen:
      return "open";
    case chain::Retention::kPermanent:
      return "permanent";
    case chain::Retention::kThirtyDay:
      return "thirty-day";
  }
  return "?";
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string all;
  for (const std::string_view name : names)
    all += (all.empty() ? "`" : ", `") + std::string(name) + "`";
  return all.empty() ? "none" : all;
}

std::string sealed_members(const chain::Kind& kind) {
  std::vector<std::string_view> sealed;
  for (const std::string_view member : kind.members)
    if (!kind.is_open(member)) sealed.push_back(member);
  const std::string all = joined(sealed);
  return kind.image.empty() ? all : all + fmt::format("; `{}` is an image's place", kind.image);
}

// Reasons are written as clauses in the code; on the page they begin like sentences.
std::string sentence(std::string_view why) {
  std::string out(why);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  if (!out.empty() && out.back() != '.') out += '.';
  return out;
}

std::string page() {
  std::string out =
      "# Event kinds\n\n"
      "Generated from the registry in `policy/records` and `ledger/chain/kinds.cc`; a test holds "
      "it to them. To write\n"
      "it anew: `PLATELEDGER_WRITE_DOCS=1 ctest --preset dev -R EventKinds`.\n\n"
      "Class: `open` has no personal data and is readable by everybody, for ever; `permanent` is "
      "kept, sealed but for its\n"
      "open members; `thirty-day` is erased 30 days after upload. Form: `whole` is committed to as "
      "one text, `members`\n"
      "member by member, so that each can be shown alone. Open members stand in clear so that a "
      "verifier without keys\n"
      "can count and date what was done; everything that says who, whom or which plate is "
      "sealed.\n\n"
      "| Number | Kind | Class | Form | Open members | Sealed members | Why |\n"
      "|---|---|---|---|---|---|---|\n";
  for (const chain::Kind& kind : kinds().all()) {
    out += fmt::format("| {} | `{}` | {} | {} | {} | {} | {} |\n", kind.number, kind.name,
                       text(kind.retention), kind.form == chain::Form::kWhole ? "whole" : "members",
                       joined(kind.open), sealed_members(kind), sentence(kind.why));
  }
  return out;
}

TEST(EventKinds, ThePageIsWhatTheRegistrySays) {
  const char* write = std::getenv("PLATELEDGER_WRITE_DOCS");
  if (write != nullptr && std::string_view(write) == "1")
    std::ofstream(kPage, std::ios::binary) << page();
  std::ifstream file(kPage, std::ios::binary);
  std::ostringstream found;
  found << file.rdbuf();
  EXPECT_TRUE(found.str() == page())
      << "docs/event-kinds.md differs from the registry. Write it anew with\n"
         "  PLATELEDGER_WRITE_DOCS=1 ctest --preset dev -R EventKinds";
}

TEST(EventKinds, NamesAreWordsOfTheOrderAndReasonsAreGiven) {
  for (const chain::Kind& kind : kinds().all()) {
    EXPECT_EQ(kind.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz.-"), std::string_view::npos)
        << kind.name;
    EXPECT_EQ(std::count(kind.name.begin(), kind.name.end(), '.'), 1) << kind.name;
    EXPECT_FALSE(kind.why.empty()) << kind.name;
    EXPECT_EQ(kind.why.find_first_of("|\n"), std::string_view::npos) << kind.name;
  }
}

TEST(EventKinds, I12_HDR_1_EveryPermanentDecisionNamesThePolicyInClear) {
  for (const chain::Kind& kind : kinds().all()) {
    if (kind.number < chain::kind::kFirstDomainKind ||
        kind.retention != chain::Retention::kPermanent)
      continue;
    EXPECT_TRUE(kind.is_open("policy")) << kind.name;
  }
}

TEST(EventKinds, ThirtyDayKindsAreWholeAndShowNothing) {
  for (const chain::Kind& kind : kinds().all()) {
    if (kind.retention != chain::Retention::kThirtyDay) continue;
    EXPECT_EQ(kind.form, chain::Form::kWhole) << kind.name;
    EXPECT_TRUE(kind.open.empty()) << kind.name;
  }
}

TEST(EventKinds, NoNameOfAPersonOrPlateIsEverOpen) {
  for (const chain::Kind& kind : kinds().all()) {
    for (const char* secret : {"by", "username", "name", "plate", "case_number", "justification",
                               "code", "argon2id", "pbkdf2_sha256", "secret", "totp_step",
                               "recovery_codes", "note", "client", "descriptor", "vin"}) {
      EXPECT_FALSE(kind.is_open(secret)) << kind.name << ": " << secret;
    }
  }
}

}  // namespace
}  // namespace alpr::policy

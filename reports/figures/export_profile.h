// How a vendor's export of its searches is read: which of its columns is what, who its users are
// here, and what its reasons stand for (I12-K-5). Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "policy/records/enums.h"

namespace alpr::figures {

enum class ExportDates { kMonthFirst, kDayFirst };  // of 03/04/2026; YYYY-MM-DD is always read

// The columns' names in the file's first line; case and spaces around them do not count.
struct ExportColumns {
  std::string user;
  std::string time;
  std::optional<std::string> plate;
  std::optional<std::string> case_number;
  std::optional<std::string> reason;
  template <typename M>
  void members(M& m) {
    m("user", user);
    m("time", time);
    m("plate", plate);
    m("case_number", case_number);
    m("reason", reason);
  }
};

struct ExportUser {
  std::string text;      // as the vendor writes them
  std::string username;  // here
  template <typename M>
  void members(M& m) {
    m("text", text);
    m("username", username);
  }
};

struct ExportReason {
  std::string text;  // what the vendor's reason is or begins with, up to a word's end; any case
  policy::QueryPurpose purpose{};
  template <typename M>
  void members(M& m) {
    m("text", text);
    m("purpose", purpose);
  }
};

struct ExportProfile {
  std::string name;  // 1 to 40 of a-z, 0-9 and '-'
  ExportColumns columns;
  std::optional<std::string> delimiter;  // one of , ; | and tab; unless given a comma
  std::optional<ExportDates> dates;      // unless given month first
  std::optional<std::string> zone;       // +hh:mm or -hh:mm, where a time names none
  std::optional<std::string> withheld;   // what stands where the vendor left something out
  std::optional<std::vector<ExportUser>> users;
  std::optional<std::vector<ExportReason>> reasons;
  template <typename M>
  void members(M& m) {
    m("name", name);
    m("columns", columns);
    m("delimiter", delimiter);
    m("dates", dates);
    m("zone", zone);
    m("withheld", withheld);
    m("users", users);
    m("reasons", reasons);
  }
};

// The one that is built in, "flock": the organisation audit of Flock Safety as its customers have
// published it (docs/audit-handbook.md names the columns).
const ExportProfile& flock_profile();

// kMalformed: what of it cannot be meant.
Result<void> check_profile(const ExportProfile& profile);

// Which of the order's purposes a vendor's reason stands for: the purpose's own name, or what the
// profile says of it. nullopt: none.
std::optional<policy::QueryPurpose> purpose_of(const ExportProfile& profile,
                                               std::string_view reason);

}  // namespace alpr::figures

namespace alpr::policy {
template <>
struct EnumTexts<figures::ExportDates> {
  static constexpr std::array texts{std::pair{figures::ExportDates::kMonthFirst, "MM/DD/YYYY"},
                                    std::pair{figures::ExportDates::kDayFirst, "DD/MM/YYYY"}};
};
}  // namespace alpr::policy

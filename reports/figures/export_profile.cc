#include "reports/figures/export_profile.h"

#include <algorithm>
#include <map>

#include "policy/registers/hotlist_profile.h"
#include "reports/figures/export_time.h"

namespace alpr::figures {
namespace {

using policy::QueryPurpose;

constexpr std::size_t kTextMax = 200;
constexpr std::size_t kListMax = 5'000;

tl::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorCode::kMalformed, "profile: " + what);
}

bool fits(std::string_view text) { return !text.empty() && text.size() <= kTextMax; }

// In one case, with single spaces for whatever is no letter or digit.
std::string words_of(std::string_view text) {
  std::string words;
  for (const char c : text) {
    const bool small = c >= 'a' && c <= 'z';
    const bool kept = small || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      static_cast<unsigned char>(c) >= 0x80;
    if (kept)
      words += small ? static_cast<char>(c - 'a' + 'A') : c;
    else if (!words.empty() && words.back() != ' ')
      words += ' ';
  }
  if (words.ends_with(' ')) words.pop_back();
  return words;
}

Result<void> check_columns(const ExportColumns& columns) {
  std::map<std::string, std::string_view> named;
  const std::pair<std::string_view, const std::optional<std::string>> all[] = {
      {"user", columns.user},
      {"time", columns.time},
      {"plate", columns.plate},
      {"case_number", columns.case_number},
      {"reason", columns.reason}};
  for (const auto& [what, name] : all) {
    if (!name) continue;
    if (!fits(*name))
      return bad("columns." + std::string(what) + ": a column's name has 1 to 200 bytes");
    const auto [other, is_new] = named.emplace(*name, what);
    if (!is_new)
      return bad("columns." + std::string(what) + ": is columns." + std::string(other->second) +
                 " already");
  }
  return {};
}

}  // namespace

const ExportProfile& flock_profile() {
  static const ExportProfile profile{
      "flock",
      {"Name", "Search Time", "License Plate", "Case #", "Reason"},
      std::nullopt,
      ExportDates::kMonthFirst,
      std::nullopt,
      "***",
      std::nullopt,
      // What is unmistakably one of the order's. A department adds its own in a profile.
      std::vector<ExportReason>{{"Missing Person", QueryPurpose::kMissingOrAtRisk},
                                {"Missing or Endangered Person", QueryPurpose::kMissingOrAtRisk},
                                {"Amber Alert", QueryPurpose::kMissingOrAtRisk},
                                {"Silver Alert", QueryPurpose::kMissingOrAtRisk},
                                {"Burglary", QueryPurpose::kBurglary},
                                {"Grand Theft", QueryPurpose::kGrandTheft},
                                {"Stolen Vehicle", QueryPurpose::kGrandTheft},
                                {"Motor Vehicle Theft", QueryPurpose::kGrandTheft},
                                {"Homicide", QueryPurpose::kViolentCrime},
                                {"Robbery", QueryPurpose::kViolentCrime},
                                {"Carjacking", QueryPurpose::kViolentCrime},
                                {"Kidnapping", QueryPurpose::kViolentCrime},
                                {"Aggravated Assault", QueryPurpose::kViolentCrime}}};
  return profile;
}

Result<void> check_profile(const ExportProfile& profile) {
  if (!policy::valid_feed_name(profile.name)) return bad("name: 1 to 40 of a-z, 0-9 and '-'");
  if (auto checked = check_columns(profile.columns); !checked) return checked;
  if (profile.delimiter &&
      (profile.delimiter->size() != 1 ||
       std::string_view(",;|\t").find(profile.delimiter->front()) == std::string_view::npos))
    return bad("delimiter: one of , ; | and tab");
  if (profile.zone && !zone_offset_s(*profile.zone))
    return bad("zone: +hh:mm or -hh:mm, e.g. -08:00");
  if (profile.withheld && !fits(*profile.withheld)) return bad("withheld: 1 to 200 bytes");
  if (profile.users) {
    if (profile.users->size() > kListMax) return bad("users: at most 5,000");
    for (const ExportUser& user : *profile.users)
      if (!fits(user.text) || !fits(user.username))
        return bad("users: each has a text and a username of 1 to 200 bytes");
  }
  if (profile.reasons) {
    if (profile.reasons->size() > kListMax) return bad("reasons: at most 5,000");
    for (const ExportReason& reason : *profile.reasons)
      if (!fits(reason.text)) return bad("reasons: each has a text of 1 to 200 bytes");
  }
  return {};
}

std::optional<QueryPurpose> purpose_of(const ExportProfile& profile, std::string_view reason) {
  const std::string words = words_of(reason) + " ";
  for (const auto& [purpose, text] : policy::EnumTexts<QueryPurpose>::texts)
    if (words == words_of(text) + " ") return purpose;
  if (!profile.reasons) return std::nullopt;
  for (const ExportReason& one : *profile.reasons) {
    const std::string begins = words_of(one.text);
    if (!begins.empty() && words.starts_with(begins + " ")) return one.purpose;
  }
  return std::nullopt;
}

}  // namespace alpr::figures

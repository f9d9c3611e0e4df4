#include "policy/records/audit_worksheets.h"

#include <algorithm>
#include <array>

#include "ledger/chain/encoding.h"
#include "ledger/chain/kinds.h"
#include "policy/records/hotlists.h"
#include "policy/records/people.h"
#include "policy/records/queries.h"
#include "policy/records/reads.h"
#include "policy/records/sharing.h"
#include "policy/records/stops.h"

namespace alpr::policy {
namespace {

constexpr std::size_t kLotteryMax = 200;  // bytes

constexpr std::array<std::int64_t, 1> kQueries{QueryPerformed::kKind.number};
constexpr std::array<std::int64_t, 2> kHotlists{HotlistLoaded::kKind.number,
                                                EntryApproved::kKind.number};
constexpr std::array<std::int64_t, 1> kStops{StopDocumented::kKind.number};
constexpr std::array<std::int64_t, 1> kTrainings{TrainingCompleted::kKind.number};
constexpr std::array<std::int64_t, 1> kHolds{chain::kind::kHoldPlaced};
constexpr std::array<std::int64_t, 1> kPurges{chain::kind::kReadsPurged};
constexpr std::array<std::int64_t, 1> kReads{ReadRecorded::kKind.number};
constexpr std::array<std::int64_t, 2> kSharing{SharingDecided::kKind.number,
                                               SharingReleased::kKind.number};

constexpr std::array kQueryTests{
    AuditTest{"PURPOSE", "Do case and narrative bear out the purpose?", "I12-C2B-1"},
    AuditTest{"LEGAL_STANDARD", "Do the stated facts carry the legal standard?", "I12-C2B-2"},
    AuditTest{"CASE", "Is there such a case, and was the search made for it?", "I12-C2B-6"},
    AuditTest{"KNOW", "Did the person have a right and a need to know?", "I12-C3-c2"},
    AuditTest{"NOT_PERSONAL", "Is there no sign of personal use, harassment or a protected ground?",
              "I12-C3-5"},
    AuditTest{"TRAINED", "Was the person trained and authorised at that time?", "I12-C1-1"}};
constexpr std::array kListTests{
    AuditTest{"SOURCE", "Is the list the one that its source gave out at that time?", "I12-C2A1-1"},
    AuditTest{"CURRENT", "Did it come within a day of the one before, and replace it?",
              "I12-C2B1-1"}};
constexpr std::array kEntryTests{
    AuditTest{"REPORT", "Does the general offense report document the entry?", "I12-C2B2-1"},
    AuditTest{"APPROVED", "Did another person approve it on good grounds?", "I12-C2B2-2"},
    AuditTest{"JUSTIFIED", "Does the case justify this plate or description?", "I12-C2B2-6"}};
constexpr std::array kStopTests{
    AuditTest{"VALIDATED", "Was the hit validated before anybody was stopped on it?", "I12-C2A-6"},
    AuditTest{"JUSTIFIED", "Do other records bear out the justification?", "I12-C2A2-4"},
    AuditTest{"CASE", "Is there such a case, and does it have this stop?", "I12-C2A2-5"},
    AuditTest{"DISPOSITION", "Is the disposition what came of it?", "I12-C2A2-6"},
    AuditTest{"TIME", "Does dispatch have the response at this time?", "I12-C2A2-7"}};
constexpr std::array kTrainingTests{
    AuditTest{"ATTENDED", "Does the roster or certificate have the person?", "I12-J-2"},
    AuditTest{"TOPICS", "Did the course have the topics that are recorded?", "I12-J-3"},
    AuditTest{"APPROVED", "Was the course approved by the department?", "I12-J-1"}};
constexpr std::array kHoldTests{
    AuditTest{"REASON", "Is the reason true for what is held?", "I12-G-2"},
    AuditTest{"NARROW", "Is nothing held that the case does not need?", "I12-G-2"},
    AuditTest{"REVIEWED", "Was it reviewed in time, or ended when its reason did?", "I12-G-3"}};
constexpr std::array kPurgeTests{
    AuditTest{"IN_TIME", "Did the verifier find the purge in time and complete?", "I12-G-1"},
    AuditTest{"NO_COPY", "Is no copy of what was purged found where there could be one?",
              "I12-G-4"}};

constexpr std::array kReadTests{
    AuditTest{"PLATE", "Are these the characters of the plate in the picture?", "I12-C2A-8"},
    AuditTest{"PUBLIC", "Does the picture show a place in public view?", "I12-C3-1"}};

constexpr std::array kDecisionTests{
    AuditTest{"REQUEST", "Did the request come as it is recorded, in writing or by instrument?",
              "I12-I-7"},
    AuditTest{"GROUNDS", "Do its papers show a right and a need to know?", "I12-I-11"},
    AuditTest{"DECIDED", "Does the reason carry the outcome, and did the right person decide?",
              "I12-I-14"}};
constexpr std::array kReleaseTests{
    AuditTest{"SAME", "Was what the recipient has what was recorded, and nothing else?", "I12-E-4"},
    AuditTest{"NARROW", "Does the case need each of the reads that were given?", "I12-I-1"},
    AuditTest{"ONWARD", "Did the recipient sign for its use before it was handed over?",
              "I12-E-3"}};

Result<std::string> hexadecimal(std::string_view typed, std::size_t digits) {
  std::string value(typed);
  for (char& c : value) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  if (value.size() != digits || !chain::parse_hex(value))
    return fail(ErrorCode::kMalformed,
                "value: expected " + std::to_string(digits) + " hexadecimal digits");
  return value;
}

Result<std::string> lottery_numbers(std::string_view typed) {
  bool digit_before = false;
  for (const char c : typed) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c == ' ' && digit_before))
      return fail(ErrorCode::kMalformed, "value: expected numbers with one space between");
    digit_before = digit;
  }
  if (!digit_before || typed.size() > kLotteryMax)
    return fail(ErrorCode::kMalformed, "value: expected numbers with one space between");
  return std::string(typed);
}

}  // namespace

std::span<const std::int64_t> audited_kinds(AuditPopulation population) {
  switch (population) {
    case AuditPopulation::kQueries:
      return kQueries;
    case AuditPopulation::kHotlists:
      return kHotlists;
    case AuditPopulation::kStops:
      return kStops;
    case AuditPopulation::kTrainings:
      return kTrainings;
    case AuditPopulation::kHolds:
      return kHolds;
    case AuditPopulation::kPurges:
      return kPurges;
    case AuditPopulation::kReads:
      return kReads;
    case AuditPopulation::kSharing:
      return kSharing;
  }
  ALPR_CHECK(false);
}

std::span<const AuditTest> audit_tests(std::int64_t kind) {
  switch (kind) {
    case QueryPerformed::kKind.number:
      return kQueryTests;
    case HotlistLoaded::kKind.number:
      return kListTests;
    case EntryApproved::kKind.number:
      return kEntryTests;
    case StopDocumented::kKind.number:
      return kStopTests;
    case TrainingCompleted::kKind.number:
      return kTrainingTests;
    case chain::kind::kHoldPlaced:
      return kHoldTests;
    case chain::kind::kReadsPurged:
      return kPurgeTests;
    case ReadRecorded::kKind.number:
      return kReadTests;
    case SharingDecided::kKind.number:
      return kDecisionTests;
    case SharingReleased::kKind.number:
      return kReleaseTests;
    default:
      return {};
  }
}

Result<std::string> beacon_text(BeaconSource beacon, std::string_view typed) {
  constexpr std::size_t kDrandDigits = 64;
  constexpr std::size_t kNistDigits = 128;
  switch (beacon) {
    case BeaconSource::kDrand:
      return hexadecimal(typed, kDrandDigits);
    case BeaconSource::kNist:
      return hexadecimal(typed, kNistDigits);
    case BeaconSource::kLottery:
      return lottery_numbers(typed);
  }
  ALPR_CHECK(false);
}

Result<Bytes> beacon_bytes(BeaconSource beacon, std::string_view value) {
  const auto text = beacon_text(beacon, value);
  if (!text) return tl::unexpected(text.error());
  if (*text != value) return fail(ErrorCode::kMalformed, "value: not as it is recorded");
  if (beacon != BeaconSource::kLottery) return chain::parse_hex(*text);
  const BytesView bytes = as_bytes(*text);
  return Bytes(bytes.begin(), bytes.end());
}

}  // namespace alpr::policy

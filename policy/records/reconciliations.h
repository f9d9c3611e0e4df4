// A vendor's own list of searches, held against the queries on the record (I12-K-5, C2B-7, F-2).
// Open are the counts; whose searches they are, and which events were shown, is sealed.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"

namespace alpr::policy {

enum class Difference {
  kMissingColumn,     // of the profile; what it would say is not compared
  kUnreadableRow,     // it is not compared
  kRepeatedRow,       // the same in every cell as one before
  kGap,               // a time without a row
  kNotComparable,     // who searched for what was withheld
  kOnlyInExport,      // nobody recorded this search
  kOnlyInLedger,      // the vendor does not list this query
  kCaseDiffers,       // the same search under another case number
  kRefusedHere,       // the vendor answered what was refused here
  kReasonMissing,     // no reason is given
  kReasonNotAllowed,  // it is none of the order's, or has a word that is looked at again
};
template <>
struct EnumTexts<Difference> {
  static constexpr std::array texts{std::pair{Difference::kMissingColumn, "MISSING_COLUMN"},
                                    std::pair{Difference::kUnreadableRow, "UNREADABLE_ROW"},
                                    std::pair{Difference::kRepeatedRow, "REPEATED_ROW"},
                                    std::pair{Difference::kGap, "GAP"},
                                    std::pair{Difference::kNotComparable, "NOT_COMPARABLE"},
                                    std::pair{Difference::kOnlyInExport, "ONLY_IN_EXPORT"},
                                    std::pair{Difference::kOnlyInLedger, "ONLY_IN_LEDGER"},
                                    std::pair{Difference::kCaseDiffers, "CASE_DIFFERS"},
                                    std::pair{Difference::kRefusedHere, "REFUSED_HERE"},
                                    std::pair{Difference::kReasonMissing, "REASON_MISSING"},
                                    std::pair{Difference::kReasonNotAllowed, "REASON_NOT_ALLOWED"}};
};

struct DifferenceCount {
  Difference difference{};
  std::int64_t count = 0;  // above 0
  bool operator==(const DifferenceCount&) const = default;
  template <typename M>
  void members(M& m) {
    m("difference", difference);
    m("count", count);
  }
};

struct ExportReconciled {
  static constexpr KindSpec kKind{
      114, "export.reconciled", chain::Retention::kPermanent, chain::Form::kByMember,
      "a vendor's list of searches was held against the queries on the record (I12-K-5, F-2)"};
  std::int64_t policy = 0;
  std::int64_t size = 0;  // of the log that it was held against
  TimeUs from;            // the searches of [from, until)
  TimeUs until;
  std::string profile;       // that the file was read by
  Digest profile_sha256{};   // of its canonical JSON
  Digest file_sha256{};      // of the vendor's file as it came
  std::int64_t rows = 0;     // of the file, in that time
  std::int64_t queries = 0;  // on the record, in that time, refused ones too
  std::int64_t matched = 0;  // pairs of both
  std::vector<DifferenceCount> differences;
  Digest result_sha256{};           // of what was given out, the member `result` as canonical JSON
  std::vector<Sequence> disclosed;  // the queries that the result shows
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("size", size);
    m.open("from", from);
    m.open("until", until);
    m.open("profile", profile);
    m.open("profile_sha256", profile_sha256);
    m.open("file_sha256", file_sha256);
    m.open("rows", rows);
    m.open("queries", queries);
    m.open("matched", matched);
    m.open("differences", differences);
    m.open("result_sha256", result_sha256);
    m("disclosed", disclosed);
    m("by", by);
  }
};

inline std::vector<chain::Kind> reconciliations_kinds() { return {kind_of<ExportReconciled>()}; }

}  // namespace alpr::policy

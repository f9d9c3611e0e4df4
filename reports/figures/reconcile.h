// A vendor's list of searches against the queries on the record: what is on one side only, and what
// else does not fit (I12-K-5, C2B-1, C2B-7). Pure; any thread.
//
// A row and a query are the same search where the user, the plate (or that there was none) and the
// time agree, the time within a tolerance. Users agree by username or name in any case and order of
// "Doe, Jane"; plates by their letters and digits, O like 0, as vendors write it. Of several that
// could be the same, those with the same case number are; then the earliest. What a vendor withheld
// is not compared: with either user or plate the rest decides, with neither the case number does.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"
#include "policy/records/reconciliations.h"
#include "reports/figures/vendor_export.h"

namespace alpr::figures {

inline constexpr std::size_t kDifferencesMax = 20'000;
inline constexpr std::int64_t kToleranceMaxS = 86'400;

struct LedgerQuery {
  Sequence event;
  TimeUs time;
  std::string username;
  std::string name;
  std::optional<std::string> plate;
  std::string case_number;
  bool refused = false;
};

struct ReconcileQuestion {
  TimeUs from;  // searches of [from, until)
  TimeUs until;
  std::int64_t tolerance_s = 0;  // 0 to kToleranceMaxS
  std::int64_t gap_s = 0;        // a time of this length without a row is a gap; above 0
};

// What is wrong with a reason, by the order; REASON_MISSING or REASON_NOT_ALLOWED.
struct ReasonFault {
  policy::Difference difference{};
  std::string rule;
  std::string what;
};
using ReasonJudge = std::function<std::optional<ReasonFault>(std::string_view reason)>;

struct DifferenceShown {
  policy::Difference difference{};
  std::optional<std::int64_t> line;  // of the export
  std::optional<Sequence> event;     // of the query on the record
  std::optional<TimeUs> time;
  std::optional<std::string> user, plate, case_number, reason;
  std::optional<std::string> rule;
  std::string what;
  template <typename M>
  void members(M& m) {
    m("difference", difference);
    m("line", line);
    m("event", event);
    m("time", time);
    m("user", user);
    m("plate", plate);
    m("case_number", case_number);
    m("reason", reason);
    m("rule", rule);
    m("what", what);
  }
};

struct Reconciliation {
  bool agrees = false;       // there is no difference
  std::int64_t rows = 0;     // of the export, in the time asked for
  std::int64_t outside = 0;  // of the export, before or after it
  std::int64_t queries = 0;  // on the record, in that time
  std::int64_t matched = 0;  // pairs of both
  std::vector<policy::DifferenceCount> counts;
  std::vector<DifferenceShown> differences;
  template <typename M>
  void members(M& m) {
    m("agrees", agrees);
    m("rows", rows);
    m("outside", outside);
    m("queries", queries);
    m("matched", matched);
    m("counts", counts);
    m("differences", differences);
  }
};

// `queries`: answered and refused ones from `tolerance_s` before to `tolerance_s` after the time
// asked for, so that nothing at its ends is taken for missing. kMalformed: a number out of its
// range; kTooLarge: more than kDifferencesMax differences, ask for a shorter time.
Result<Reconciliation> reconcile(const VendorExport& given, std::span<const LedgerQuery> queries,
                                 const ReconcileQuestion& question, const ReasonJudge& judge);

}  // namespace alpr::figures

// What can be audited, by which tests, and how a beacon's value is written down: said once for the
// server and for whoever redraws a sample. Constant data and pure functions; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "ledger/chain/error.h"
#include "ledger/chain/types.h"
#include "policy/records/audits.h"

namespace alpr::policy {

// Of the tests below. A plan names it, so that a later change of the tests leaves it as it was.
inline constexpr std::int64_t kWorksheetVersion = 1;

// The kinds of events that are a population's items, rising.
std::span<const std::int64_t> audited_kinds(AuditPopulation population);

struct AuditTest {
  std::string_view code;      // a column of the worksheet
  std::string_view question;  // answered with a verdict
  std::string_view rule;      // the row of the order that it asks about
};
// The tests for an event of this kind, in the worksheet's order; empty: the kind is not audited.
std::span<const AuditTest> audit_tests(std::int64_t kind);

// What a person typed in, as it is recorded: drand's value has 64 hexadecimal digits, NIST's 128,
// in lower case; a lottery's are its numbers in the order of the draw, one space between.
// kMalformed.
Result<std::string> beacon_text(BeaconSource beacon, std::string_view typed);
// Of a recorded value: what the seed is made with (reports/figures/selection.h). The digits'
// bytes; of a lottery the text's. kMalformed.
Result<Bytes> beacon_bytes(BeaconSource beacon, std::string_view value);

}  // namespace alpr::policy

// The annual report's figures side by side with those of earlier years, as texts: what its page,
// its PDF and its sheet have in common. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/figures/annual.h"
#include "reports/forms/drawing.h"

namespace alpr::forms {

// "2026-01-01 to 2026-12-31", the days that it touches.
std::string days_of(TimeUs from, TimeUs until);

// "none", "1,234", "25 of 100,000 (0.03 %)".
std::string value_text(const figures::FigureRow& row);

// A key with what each period has under it, the report's own first; nullptr: nothing.
struct ComparedRow {
  std::string key;
  std::vector<const figures::FigureRow*> values;
};

// Points into the report, which must outlive it.
class AnnualTable {
 public:
  explicit AnnualTable(const figures::AnnualReport& report);

  // Of each period, the report's own first.
  const std::vector<std::string>& periods() const { return periods_; }
  // The report's rows, and after them those that only earlier periods have. Months stand beside
  // the same month of the other years.
  std::vector<ComparedRow> rows(const figures::Figure& figure) const;
  // The same as texts: the key, then a text for each period.
  std::vector<std::vector<std::string>> texts(const figures::Figure& figure) const;
  // A single figure over the years, the earliest first; empty where it is not one that is drawn so,
  // or there is one period only.
  Drawing over_years(const figures::Figure& figure) const;

 private:
  const figures::AnnualReport& report_;
  std::vector<std::string> periods_;
};

// A single number, which goes into the element's own table.
bool is_single(const figures::Figure& figure);
// Whether its rows are drawn as well.
bool is_drawn(const figures::Figure& figure);
// How it is counted, and what that takes.
std::string how_counted(const figures::Figure& figure);
// What must be read before all else: what a verifier found, a simulated log, a period that is not
// over.
std::vector<std::string> warnings_of(const figures::AnnualReport& report,
                                     const std::vector<std::string>& found);
// What is to be known of the earlier years.
std::vector<std::string> notes_of(const figures::AnnualReport& report);
// Of which log, checkpoint and period it is: names and values.
std::vector<std::pair<std::string, std::string>> facts_of(const figures::AnnualReport& report);

inline constexpr std::string_view kReportTitle =
    "Licence plate readers: annual surveillance report";
inline constexpr std::string_view kNotNamed = "not named";  // an empty key
inline constexpr std::string_view kHowToCheck =
    "Every figure can be counted again by anybody who has the log. Fetch the same report as JSON, "
    "export the log as a bundle, and run \"plateledger-verify report FILE --bundle BUNDLE --key "
    "VKEY\": it names each figure that differs. Times are UTC. \"None\" means that it was counted "
    "and there was none.";

}  // namespace alpr::forms

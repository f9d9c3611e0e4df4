// A report with everything in it that is hard to show: large numbers, names that are long, without
// a blank, from right to left, or markup or formulas, two earlier years, and a
// map.
#pragma once

#include <stdexcept>

#include "reports/figures/annual.h"

namespace alpr::forms::testing {

inline constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
inline constexpr TimeUs kFrom{1'767'225'600 * kSecondUs};  // 2026-01-01T00:00:00Z
inline const std::string kHebrew = "\xD7\x90\xD7\x96\xD7\x95\xD7\xA8";
inline const std::string kMarkup = "<script>alert(1)</script>\"' &amp; \x07";

inline figures::Figure& named(figures::AnnualReport& report, std::string_view id) {
  for (figures::Figure& figure : report.figures)
    if (figure.id == id) return figure;
  throw std::runtime_error("no figure " + std::string(id));
}

// One large area that goes around a corner, the others in rows beside it.
inline figures::AreaMap sample_map(const std::vector<figures::FigureRow>& areas) {
  constexpr std::int64_t kSouth = 376'000'000;
  constexpr std::int64_t kWest = -1'223'500'000;
  constexpr std::int64_t kCell = 250'000;
  figures::AreaMap map = {"I12-C3-2", "As the log has it.", {}};
  for (std::size_t i = 0; i < areas.size(); ++i) {
    const auto column = static_cast<std::int64_t>(i % 8);
    const auto row = static_cast<std::int64_t>(i / 8);
    const std::int64_t s = kSouth + row * kCell;
    const std::int64_t w = kWest + (column + 5) * kCell;
    map.areas.push_back(
        {areas[i].key, {{s, w}, {s + kCell, w + 20'000}, {s + kCell, w + kCell}, {s, w + kCell}}});
  }
  map.areas[0].corners = {{kSouth, kWest},
                          {kSouth, kWest + 4 * kCell},
                          {kSouth + 7 * kCell, kWest + 4 * kCell},
                          {kSouth + 7 * kCell, kWest + 5 * kCell},
                          {kSouth + 9 * kCell, kWest + 5 * kCell},
                          {kSouth + 9 * kCell, kWest}};
  return map;
}

inline figures::AnnualReport sample_report(bool compared = true) {
  figures::AnnualReport made = figures::AnnualFold({kFrom, {kFrom.value + 365 * kDayUs}})
                                   .report({"made.example/log", 0, {}, {}});
  made.size = 523'456'789;
  made.as_of = {made.until.value + kDayUs};
  named(made, "B1.reads").rows[0].value = 500'000'000;
  named(made, "B1.hits").rows[0].value = 800'000;
  named(made, "B1.hit-rate").rows[0] = {"", 800'000, 500'000'000};
  named(made, "C2A8.misreads").rows[0] = {"", 812, 9'120};
  std::int64_t n = 0;
  for (const char* id : {"B1.reads.month", "B1.hits.month", "C2B.queries.purpose", "G4.lateness"})
    for (figures::FigureRow& row : named(made, id).rows) row.value = 48'123'456 - 1'234'567 * ++n;
  named(made, "C2B.queries").rows[0].value = 500'000;
  named(made, "INV3.refusals.rule").rows = {{"I12-C2B-1", 4, {}}, {"I12-J-3", 77, {}}};
  auto& areas = named(made, "B1.reads.area").rows;
  areas = {{"Area 1", 41'822'586, {}},
           {kHebrew, 7, {}},
           {kMarkup, 3, {}},
           {"=1+1", 4, {}},
           {std::string(200, 'W'), 6, {}}};
  for (int i = 0; i < 60; ++i) areas.push_back({"Beat " + std::to_string(i) + "X", 1'000 + i, {}});
  named(made, "C3-2.devices.area").rows = areas;
  made.map = sample_map(areas);
  if (!compared) return made;
  made.compared = figures::ComparedYears{4, {made.from.value - 600 * kDayUs}, {}};
  for (std::int64_t year = 1; year <= 2; ++year) {
    const figures::Period period = figures::years_before({made.from, made.until}, year);
    figures::PriorPeriod prior{period.from, period.until, {}};
    for (const figures::Figure& figure : made.figures)
      prior.figures.push_back({figure.id, figure.rows, true});
    for (figures::PriorFigure& figure : prior.figures) {
      if (figure.id == "B1.reads") figure.rows[0].value = 111'111'111 * year;
      if (figure.id == "B1.reads.area") figure.rows.push_back({"Former area", 17 * year, {}});
    }
    made.compared->periods.push_back(std::move(prior));
  }
  return made;
}

}  // namespace alpr::forms::testing

#include "reports/forms/public_facts.h"

#include <algorithm>
#include <charconv>

#include "policy/registers/areas.h"
#include "policy/registers/outlines.h"

namespace alpr::forms {
namespace {

using figures::AnnualReport;
using figures::Figure;
using figures::FigureRow;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

constexpr std::size_t kAreaMax = 200;     // bytes, as for every short text
constexpr std::size_t kMixedMax = 4;      // letters and digits of one word, as in "26Y"
constexpr std::size_t kDigitsMax = 3;     // in a row
constexpr std::size_t kSectionMax = 4;    // "C2B2"
constexpr std::size_t kParagraphMax = 2;  // "-14"
constexpr std::string_view kOrder = "I12-";
constexpr std::array<std::string_view, 3> kLateness{"1 up to 30 minutes", "2 up to 60 minutes",
                                                    "3 over 60 minutes"};

// Reads figures by their ids; the first fault is kept, and what comes after it is empty.
class Reader {
 public:
  explicit Reader(const AnnualReport& report) : report_(report) {}
  const std::optional<Error>& fault() const { return fault_; }

  const std::vector<FigureRow>& rows(std::string_view id) {
    static const std::vector<FigureRow> none;
    const auto found = std::find_if(report_.figures.begin(), report_.figures.end(),
                                    [&](const Figure& one) { return one.id == id; });
    if (found != report_.figures.end()) return found->rows;
    complain(id, "the report has no such figure: make the report anew with this program");
    return none;
  }
  std::int64_t count(std::string_view id, const FigureRow& row) {
    const std::int64_t value = row.value.value_or(0);
    if (value < 0) complain(id, "a count below 0");
    return value;
  }
  std::int64_t one(std::string_view id) {
    const auto& all = rows(id);
    if (all.size() == 1 && all[0].key.empty()) return count(id, all[0]);
    complain(id, "it is no single number");
    return 0;
  }
  PublicRate rate(std::string_view id) {
    const auto& all = rows(id);
    if (all.size() != 1 || !all[0].of) {
      complain(id, "it is no rate");
      return {};
    }
    PublicRate rate{count(id, all[0]), *all[0].of, std::nullopt};
    if (rate.of == 0 && rate.value == 0) return rate;
    const auto interval = figures::rate_interval(rate.value, rate.of);
    if (!interval)
      complain(id, interval.error().detail);
    else
      rate.interval = *interval;
    return rate;
  }
  template <policy::DescribedEnum E>
  Tally<E> each(std::string_view id) {
    Tally<E> tally;
    for (const auto& [value, name] : policy::EnumTexts<E>::texts) tally.emplace_back(value, 0);
    for (const FigureRow& row : rows(id)) {
      const auto found = std::find_if(tally.begin(), tally.end(), [&](const auto& one) {
        return policy::to_text(one.first) == row.key;
      });
      if (found == tally.end())
        complain(id, "a row is not of the order's list");
      else
        found->second = count(id, row);
    }
    return tally;
  }
  // What is wrong with a row is said without the row: it could be anything.
  void complain(std::string_view id, std::string_view what) {
    if (!fault_)
      fault_ = Error{ErrorCode::kMalformed, "figure " + std::string(id) + ": " + std::string(what)};
  }

 private:
  const AnnualReport& report_;
  std::optional<Error> fault_;
};

// "2026-01"
std::optional<std::pair<std::int64_t, std::int64_t>> month_of(std::string_view key) {
  if (key.size() != 7 || key[4] != '-') return std::nullopt;
  std::int64_t year = 0;
  std::int64_t month = 0;
  const auto read = [](std::string_view part, std::int64_t& number) {
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number);
    return error == std::errc() && end == part.data() + part.size() && is_digit(part[0]);
  };
  if (!read(key.substr(0, 4), year) || !read(key.substr(5), month)) return std::nullopt;
  if (month < 1 || month > 12) return std::nullopt;
  return std::pair(year, month);
}

std::vector<PublicMonth> months(Reader& reader) {
  std::map<std::pair<std::int64_t, std::int64_t>, PublicMonth> all;
  const auto add = [&](std::string_view id, std::int64_t PublicMonth::*count) {
    for (const FigureRow& row : reader.rows(id)) {
      const auto month = month_of(row.key);
      if (!month) return reader.complain(id, "a row is no month");
      PublicMonth& one = all[*month];
      one.year = month->first;
      one.month = month->second;
      one.*count = reader.count(id, row);
    }
  };
  add("B1.reads.month", &PublicMonth::reads);
  add("B1.hits.month", &PublicMonth::hits);
  std::vector<PublicMonth> list;
  for (const auto& [month, counts] : all) list.push_back(counts);
  return list;
}

// Places are the city's own and public; a name that could be anything else is not on the map.
void add_outlines(Reader& reader, const AnnualReport& report,
                  std::map<std::string, PublicArea>& all) {
  if (!report.map) return;
  if (report.map->areas.size() > policy::kOutlinedAreasMax)
    return reader.complain("map", "more areas than a map can show");
  for (const figures::AreaOutline& outline : report.map->areas) {
    if (!policy::check_outline("corners", outline.corners, policy::kOutlineCornersMax))
      return reader.complain("map", "an outline that goes around nothing");
    auto name = AreaName::of(outline.area);
    if (!name) continue;
    PublicArea& one = all[name->text()];
    one.corners = outline.corners;
    one.area = std::move(name);
  }
}

std::vector<PublicArea> areas(Reader& reader, const AnnualReport& report) {
  std::map<std::string, PublicArea> all;
  PublicArea others;
  const auto add = [&](std::string_view id, std::int64_t PublicArea::*count) {
    for (const FigureRow& row : reader.rows(id)) {
      auto name = AreaName::of(row.key);
      PublicArea& one = name ? all[name->text()] : others;
      one.*count += reader.count(id, row);
      if (name) one.area = std::move(name);
    }
  };
  add("C3-2.devices.area", &PublicArea::readers);
  add("B1.reads.area", &PublicArea::reads);
  add_outlines(reader, report, all);
  std::vector<PublicArea> list;
  for (auto& [name, area] : all) list.push_back(std::move(area));
  if (others.readers != 0 || others.reads != 0) list.push_back(std::move(others));
  return list;
}

std::vector<PublicRefusal> refusals(Reader& reader) {
  constexpr std::string_view kId = "INV3.refusals.rule";
  std::vector<PublicRefusal> list;
  for (const FigureRow& row : reader.rows(kId)) {
    auto rule = RuleId::of(row.key);
    if (!rule) {
      reader.complain(kId, "a row is no requirement ID");
      break;
    }
    list.push_back({std::move(*rule), reader.count(kId, row)});
  }
  return list;
}

void read_use(Reader& reader, const AnnualReport& report, PublicPeriod& period) {
  period.readers = reader.each<policy::DeviceKind>("A2.devices.kind");
  period.places = reader.each<policy::LocationClass>("C3-2.devices.location-class");
  period.areas = areas(reader, report);
  period.months = months(reader);
  period.reads = reader.one("B1.reads");
  period.hits = reader.one("B1.hits");
  period.hit_rate = reader.rate("B1.hit-rate");
  period.misread_rate = reader.rate("C2A8.misreads");
  period.hits_by_list = reader.each<policy::HotlistSource>("C2A8.hits.source");
  period.queries = reader.one("C2B.queries");
  period.queries_refused = reader.one("C2B.queries.refused");
  period.reads_disclosed = reader.one("C2B.results");
  period.purposes = reader.each<policy::QueryPurpose>("C2B.queries.purpose");
  period.refusals = refusals(reader);
  period.requests = reader.each<policy::SharingRoute>("I.requests.route");
  period.releases = reader.each<policy::RecipientClass>("I.releases.class");
  period.sharing_refused = reader.each<policy::SharingStage>("I.refused.stage");
  period.reads_released = reader.one("I.releases.reads");
}

void read_custody(Reader& reader, PublicPeriod& period) {
  period.holds = reader.each<policy::HoldReason>("G2.holds.placed");
  period.holds_denied = reader.one("G2.holds.denied");
  period.holds_released = reader.one("G3.holds.released");
  period.holds_in_force = reader.one("G2.holds.in-force");
  period.held_events = reader.one("G2.held-events");
  period.holds_review_overdue = reader.one("G2.holds.review-overdue");
  period.purges = reader.one("G1.purges");
  period.erased = reader.one("G1.purged-events");
  period.overdue = reader.one("G4.overdue");
  for (const FigureRow& row : reader.rows("G4.lateness")) {
    const auto* const found = std::find(kLateness.begin(), kLateness.end(), row.key);
    if (found == kLateness.end()) return reader.complain("G4.lateness", "a row is not of its list");
    period.lateness.at(static_cast<std::size_t>(found - kLateness.begin())) =
        reader.count("G4.lateness", row);
  }
  if (reader.one("G4.lateness.maximum") > 0 || period.purges > 0)
    period.latest_s = reader.rows("G4.lateness.maximum")[0].value;
  period.audits = reader.each<policy::AuditPopulation>("K5.audits.planned");
  period.audits_accepted = reader.rate("K5.audits.accepted");
  period.audits_significant = reader.rate("K7.audits.significant");
  period.system_checks_passed = reader.rate("K4.checks");
  period.deviations = reader.one("K5.audits.deviations");
  period.training_reviews = reader.one("K6.reviews");
  period.untrained = reader.one("K6.untrained");
}

}  // namespace

std::optional<RuleId> RuleId::of(std::string_view text) {
  if (!text.starts_with(kOrder)) return std::nullopt;
  const std::string_view rest = text.substr(kOrder.size());
  const std::size_t dash = rest.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view section = rest.substr(0, dash);
  const std::string_view paragraph = rest.substr(dash + 1);
  const auto of_section = [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); };
  if (section.empty() || section.size() > kSectionMax || is_digit(section[0]) ||
      !std::all_of(section.begin(), section.end(), of_section))
    return std::nullopt;
  if (paragraph.empty() || paragraph.size() > kParagraphMax ||
      !std::all_of(paragraph.begin(), paragraph.end(), is_digit))
    return std::nullopt;
  return RuleId(text);
}

std::optional<AreaName> AreaName::of(std::string_view text) {
  if (text.empty() || text.size() > kAreaMax) return std::nullopt;
  std::size_t digits = 0;
  std::size_t letters_in_word = 0;
  std::size_t digits_in_word = 0;
  for (const char c : text) {
    if (!is_digit(c) && !is_letter(c)) {
      digits = letters_in_word = digits_in_word = 0;
      continue;
    }
    digits = is_digit(c) ? digits + 1 : 0;
    ++(is_digit(c) ? digits_in_word : letters_in_word);
    const bool mixed = letters_in_word > 0 && digits_in_word > 0;
    if (digits > kDigitsMax || (mixed && letters_in_word + digits_in_word > kMixedMax))
      return std::nullopt;
  }
  return AreaName(text);
}

Result<PublicPeriod> public_period(const AnnualReport& report) {
  if (auto period = figures::period_of(report.from, report.until); !period)
    return tl::unexpected(period.error());
  PublicPeriod period;
  period.simulated = report.simulated;
  period.size = report.size;
  period.root = report.root;
  period.as_of = report.as_of;
  period.from = report.from;
  period.until = report.until;
  Reader reader(report);
  read_use(reader, report, period);
  read_custody(reader, period);
  if (reader.fault()) return tl::unexpected(*reader.fault());
  return period;
}

}  // namespace alpr::forms

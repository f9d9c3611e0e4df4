#include "reports/figures/reconcile.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "ledger/chain/encoding.h"

namespace alpr::figures {
namespace {

using policy::Difference;

constexpr std::size_t kShownMax = 200;  // bytes of a vendor's cell
constexpr char kBetween = '\x1f';       // between the parts of a key; no cell has it

bool letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::string plate_key(std::string_view text) {
  std::string key;
  for (const char c : text) {
    if (letter_or_digit(c) || c == '?' || c == '*') key += upper(c) == 'O' ? '0' : upper(c);
  }
  return key;
}

std::string case_key(std::string_view text) {
  std::string key;
  for (const char c : text)
    if (letter_or_digit(c)) key += upper(c);
  return key;
}

// Words in lower case; "Doe, Jane" like "Jane Doe", an address of mail by what is before its @.
std::string name_key(std::string_view text) {
  if (const auto at = text.find('@'); at != std::string_view::npos) text = text.substr(0, at);
  std::string turned;
  const auto comma = text.find(',');
  if (comma != std::string_view::npos && text.find(',', comma + 1) == std::string_view::npos) {
    turned = std::string(text.substr(comma + 1)) + " " + std::string(text.substr(0, comma));
    text = turned;
  }
  std::string key;
  bool between = false;
  for (const char c : text) {
    const bool word = letter_or_digit(c) || static_cast<unsigned char>(c) >= 0x80;
    if (word && between && !key.empty()) key += ' ';
    between = !word;
    if (word) key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return key;
}

// As much of a vendor's text as is shown, cut between two characters.
std::string shown(std::string_view text) {
  if (text.size() <= kShownMax) return std::string(text);
  std::size_t end = kShownMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "...";
}

// One person under all the names that the record has for them. Two people of one name are one here.
class People {
 public:
  explicit People(std::span<const LedgerQuery> queries) {
    for (const LedgerQuery& query : queries) {
      const std::string name = name_key(query.name);
      const std::string username = name_key(query.username);
      const auto known = person_.find(username);
      const auto named = person_.find(name);
      const std::string person = known != person_.end()   ? known->second
                                 : named != person_.end() ? named->second
                                                          : username;
      person_.emplace(username, person);
      person_.emplace(name, person);
    }
  }
  std::string of(std::string_view text) const {
    std::string key = name_key(text);
    const auto known = person_.find(key);
    return known != person_.end() ? known->second : key;
  }

 private:
  std::map<std::string, std::string> person_;
};

struct Item {
  TimeUs time;
  std::optional<std::string> user, plate;  // as compared; nullopt: withheld
  std::string case_number;                 // as compared; empty: none
  std::size_t at = 0;                      // in its list
  std::optional<std::size_t> other = {};   // its pair in the other list
};

struct Criteria {
  bool user, plate, case_number;
};

// Pairs what agrees by these criteria and is not paired yet, as many as can be.
class Pairing {
 public:
  Pairing(std::vector<Item>& rows, std::vector<Item>& queries, std::int64_t tolerance_us)
      : rows_(rows), queries_(queries), tolerance_us_(tolerance_us) {}

  void pass(const Criteria& by) {
    std::map<std::string, Group> groups;
    for (Item& row : rows_) {
      const bool fits = row.user.has_value() == by.user && row.plate.has_value() == by.plate;
      if (!row.other && fits && (!by.case_number || !row.case_number.empty()))
        groups[key(row, by)].rows.push_back(&row);
    }
    for (Item& query : queries_) {
      if (query.other) continue;
      const auto group = groups.find(key(query, by));
      if (group != groups.end()) group->second.queries.push_back(&query);
    }
    for (auto& [_, group] : groups) pair(group);
  }

 private:
  struct Group {
    std::vector<Item*> rows, queries;
  };
  static std::string key(const Item& item, const Criteria& by) {
    std::string text;
    if (by.user) text += *item.user;
    text += kBetween;
    if (by.plate) text += *item.plate;
    text += kBetween;
    if (by.case_number) text += item.case_number;
    return text;
  }
  // The earliest with the earliest: of points on a line no other way pairs more.
  void pair(Group& group) const {
    const auto earlier = [](const Item* a, const Item* b) { return a->time < b->time; };
    std::ranges::stable_sort(group.rows, earlier);
    std::ranges::stable_sort(group.queries, earlier);
    std::size_t r = 0;
    std::size_t q = 0;
    while (r < group.rows.size() && q < group.queries.size()) {
      Item& row = *group.rows[r];
      Item& query = *group.queries[q];
      const std::int64_t apart = row.time.value - query.time.value;
      if (apart >= -tolerance_us_ && apart <= tolerance_us_) {
        row.other = query.at;
        query.other = row.at;
        ++r;
        ++q;
      } else if (apart < 0) {
        ++r;
      } else {
        ++q;
      }
    }
  }

  std::vector<Item>& rows_;
  std::vector<Item>& queries_;
  const std::int64_t tolerance_us_;
};

class Reconciling {
 public:
  Reconciling(const VendorExport& given, std::span<const LedgerQuery> queries,
              const ReconcileQuestion& question)
      : given_(given), queries_(queries), question_(question) {}

  Result<Reconciliation> run(const ReasonJudge& judge) {
    for (const ExportFault& fault : given_.faults)
      add({fault.difference, fault.line, {}, {}, {}, {}, {}, {}, {}, shown(fault.what)});
    for (const LedgerQuery& query : queries_) found_.queries += within(query.time) ? 1 : 0;
    if (given_.has_times) {
      match();
      gaps();
      for (std::size_t i = 0; i < rows_.size(); ++i) tell_row(i, judge);
      for (std::size_t i = 0; i < asked_.size(); ++i) tell_query(i);
    }
    if (found_.differences.size() > kDifferencesMax)
      return fail(ErrorCode::kTooLarge,
                  "more than 20,000 differences: compare a shorter time, or look at the profile");
    std::map<Difference, std::int64_t> counts;
    for (const DifferenceShown& one : found_.differences) ++counts[one.difference];
    for (const auto& [difference, count] : counts) found_.counts.push_back({difference, count});
    found_.agrees = found_.differences.empty();
    return std::move(found_);
  }

 private:
  bool within(TimeUs time) const { return question_.from <= time && time < question_.until; }
  void add(DifferenceShown difference) { found_.differences.push_back(std::move(difference)); }

  void match() {
    const People people(queries_);
    for (std::size_t i = 0; i < given_.rows.size(); ++i) {
      const ExportRow& row = given_.rows[i];
      Item item{row.time, {}, {}, case_key(row.case_number.value_or("")), i};
      if (row.user) item.user = people.of(*row.user);
      if (row.plate) item.plate = plate_key(*row.plate);
      (within(row.time) ? found_.rows : found_.outside) += 1;
      rows_.push_back(std::move(item));
    }
    for (std::size_t i = 0; i < queries_.size(); ++i) {
      const LedgerQuery& query = queries_[i];
      asked_.push_back({query.time, people.of(query.username), plate_key(query.plate.value_or("")),
                        case_key(query.case_number), i});
    }
    // What was answered first: a refused query is the other side of a row only where no other is.
    for (const bool refused : {false, true}) pair_all(refused);
  }

  void pair_all(bool refused) {
    std::vector<Item> some;
    for (const Item& item : asked_)
      if (queries_[item.at].refused == refused) some.push_back(item);
    Pairing pairing(rows_, some, question_.tolerance_s * kSecondUs);
    for (const auto& [user, plate] :
         {std::pair(true, true), std::pair(true, false), std::pair(false, true)}) {
      pairing.pass({user, plate, true});
      pairing.pass({user, plate, false});
    }
    pairing.pass({false, false, true});
    for (const Item& item : some) asked_[item.at].other = item.other;
  }

  void gaps() {
    std::vector<TimeUs> times{question_.from};
    for (const Item& row : rows_)
      if (within(row.time)) times.push_back(row.time);
    times.push_back(question_.until);
    std::ranges::sort(times);
    for (std::size_t i = 1; i < times.size(); ++i) {
      const TimeUs begin = times[i - 1];
      const TimeUs end = times[i];
      if (end.value - begin.value < question_.gap_s * kSecondUs) continue;
      const auto then = std::ranges::count_if(queries_, [&](const LedgerQuery& query) {
        return begin <= query.time && query.time < end && !query.refused;
      });
      add({Difference::kGap,
           {},
           {},
           begin,
           {},
           {},
           {},
           {},
           {},
           fmt::format("no row from {} until {}; the record has {} answered queries of that time",
                       chain::format_time(begin), chain::format_time(end), then)});
    }
  }

  DifferenceShown about(Difference difference, const ExportRow& row, std::string what) const {
    const auto cell = [](const std::optional<std::string>& text) {
      return text ? std::optional(shown(*text)) : std::nullopt;
    };
    return {difference,
            row.line,
            {},
            row.time,
            cell(row.user),
            cell(row.plate),
            cell(row.case_number),
            cell(row.reason),
            {},
            std::move(what)};
  }

  void tell_row(std::size_t i, const ReasonJudge& judge) {
    const ExportRow& row = given_.rows[i];
    const Item& item = rows_[i];
    if (item.other) {
      tell_pair(row, item);
    } else if (within(row.time)) {
      const bool nothing = !item.user && !item.plate && item.case_number.empty();
      add(nothing ? about(Difference::kNotComparable, row,
                          "user, plate and case number are withheld: nothing to compare")
                  : about(Difference::kOnlyInExport, row, "no query on the record is this search"));
    }
    if (!within(row.time) || !row.reason) return;
    if (const auto fault = judge(*row.reason)) {
      DifferenceShown wrong = about(fault->difference, row, fault->what);
      wrong.rule = fault->rule;
      add(std::move(wrong));
    }
  }

  void tell_pair(const ExportRow& row, const Item& item) {
    const LedgerQuery& query = queries_[*item.other];
    if (!within(row.time) && !within(query.time)) return;
    ++found_.matched;
    if (query.refused) {
      DifferenceShown both =
          about(Difference::kRefusedHere, row, "the vendor lists a search that was refused here");
      both.event = query.event;
      add(std::move(both));
    }
    if (!row.case_number || item.case_number == case_key(query.case_number)) return;
    DifferenceShown both =
        about(Difference::kCaseDiffers, row,
              fmt::format("the record has case number \"{}\"", shown(query.case_number)));
    both.event = query.event;
    add(std::move(both));
  }

  // A refused query that the vendor does not list is as it must be.
  void tell_query(std::size_t i) {
    const LedgerQuery& query = queries_[i];
    if (asked_[i].other || query.refused || !within(query.time)) return;
    DifferenceShown missing{Difference::kOnlyInLedger,
                            {},
                            query.event,
                            query.time,
                            query.username,
                            query.plate,
                            query.case_number,
                            {},
                            {},
                            "the export does not have this query"};
    add(std::move(missing));
  }

  const VendorExport& given_;
  std::span<const LedgerQuery> queries_;
  const ReconcileQuestion& question_;
  std::vector<Item> rows_, asked_;
  Reconciliation found_;
};

}  // namespace

Result<Reconciliation> reconcile(const VendorExport& given, std::span<const LedgerQuery> queries,
                                 const ReconcileQuestion& question, const ReasonJudge& judge) {
  if (question.until <= question.from)
    return fail(ErrorCode::kMalformed, "from, until: a time that ends after it begins");
  if (question.tolerance_s < 0 || question.tolerance_s > kToleranceMaxS)
    return fail(ErrorCode::kMalformed, "tolerance_seconds: 0 to 86,400");
  if (question.gap_s < 1) return fail(ErrorCode::kMalformed, "gap_seconds: 1 or more");
  return Reconciling(given, queries, question).run(judge);
}

}  // namespace alpr::figures

// A figure of a report: what it is called, how it is counted, and what came out. Pure data; any
// thread.
//
// Whole numbers only. A ratio is two of them, never a quotient, so that it is the same on every
// machine. A figure is a table: one row without a key where it is a single number, else a row for
// each key.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/records/describe.h"

namespace alpr::figures {

struct FigureRow {
  std::string key;                    // a word of a closed list, a month, a rule, an area; or none
  std::optional<std::int64_t> value;  // absent: there was nothing to take it of
  std::optional<std::int64_t> of;     // a ratio's denominator
  template <typename M>
  void members(M& m) {
    m("key", key);
    m("value", value);
    m("of", of);
  }
  bool operator==(const FigureRow&) const = default;
};

struct Figure {
  std::string id;       // stable over the years
  std::string element;  // of OMC 9.64.010(1): A to K
  std::string rule;     // the row of the order that asks for it
  std::string label;
  std::string definition;   // one sentence: how anybody counts it again
  bool needs_keys = false;  // it is counted from members that are sealed
  std::vector<FigureRow> rows;
  bool computed = true;  // not in the report: false where the keys that it needs were not there
  template <typename M>
  void members(M& m) {
    m("id", id);
    m("element", element);
    m("rule", rule);
    m("label", label);
    m("definition", definition);
    m("needs_keys", needs_keys);
    m("rows", rows);
  }
  bool operator==(const Figure&) const = default;
};

struct FigureText {
  std::string_view id, element, rule, label, definition;
};

using Counts = std::map<std::string, std::int64_t>;
template <policy::DescribedEnum E>
using CountsOf = std::map<E, std::int64_t>;

// The figures in the order in which they are added.
class FigureList {
 public:
  // A single number; nullopt: there was nothing to take it of.
  void one(const FigureText& text, std::optional<std::int64_t> value) {
    add(text, false, true, {{"", value, std::nullopt}});
  }
  void ratio(const FigureText& text, std::int64_t value, std::int64_t of) {
    add(text, false, true, {{"", value, of}});
  }
  // A ratio for each key.
  void ratios(const FigureText& text, std::vector<FigureRow> rows) {
    add(text, false, true, std::move(rows));
  }
  // A row for each word of the closed list, also for those that did not occur.
  template <policy::DescribedEnum E>
  void each(const FigureText& text, const CountsOf<E>& counts) {
    std::vector<FigureRow> rows;
    for (const auto& [value, name] : policy::EnumTexts<E>::texts) {
      const auto found = counts.find(value);
      rows.push_back({std::string(name), found == counts.end() ? 0 : found->second, std::nullopt});
    }
    add(text, false, true, std::move(rows));
  }
  void each(const FigureText& text, const Counts& counts) {
    add(text, false, true, rows_of(counts));
  }
  // From sealed members; nullopt: they were not open.
  void sealed(const FigureText& text, const std::optional<Counts>& counts) {
    add(text, true, counts.has_value(), counts ? rows_of(*counts) : std::vector<FigureRow>());
  }
  void sealed_one(const FigureText& text, std::optional<std::int64_t> value) {
    add(text, true, value.has_value(),
        value ? std::vector<FigureRow>{{"", value, std::nullopt}} : std::vector<FigureRow>());
  }
  std::vector<Figure> take() { return std::move(figures_); }

 private:
  static std::vector<FigureRow> rows_of(const Counts& counts) {
    std::vector<FigureRow> rows;
    for (const auto& [key, count] : counts) rows.push_back({key, count, std::nullopt});
    return rows;
  }
  void add(const FigureText& text, bool needs_keys, bool computed, std::vector<FigureRow> rows) {
    figures_.push_back({std::string(text.id), std::string(text.element), std::string(text.rule),
                        std::string(text.label), std::string(text.definition), needs_keys,
                        std::move(rows), computed});
  }
  std::vector<Figure> figures_;
};

}  // namespace alpr::figures

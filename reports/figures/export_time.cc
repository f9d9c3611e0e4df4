#include "reports/figures/export_time.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "ledger/chain/encoding.h"

namespace alpr::figures {
namespace {

constexpr std::int64_t kMinuteS = 60;
constexpr std::int64_t kHourS = 3'600;

// Takes one piece after the other from the front of a text.
class Pieces {
 public:
  explicit Pieces(std::string_view text) : text_(text) {}

  // A number of at least `least` and at most `most` digits.
  std::optional<int> number(std::size_t least, std::size_t most) {
    std::size_t digits = 0;
    int value = 0;
    while (digits < most && digits < text_.size() && text_[digits] >= '0' && text_[digits] <= '9')
      value = 10 * value + (text_[digits++] - '0');
    if (digits < least) return std::nullopt;
    text_.remove_prefix(digits);
    return value;
  }
  bool accept(std::string_view piece) {
    if (!text_.starts_with(piece)) return false;
    text_.remove_prefix(piece.size());
    return true;
  }
  void spaces() {
    while (accept(" ") || accept("\xC2\xA0") || accept("\xE2\x80\xAF")) {
      // Spreadsheets and browsers put narrow and hard spaces before AM and PM.
    }
  }
  std::string_view rest() const { return text_; }

 private:
  std::string_view text_;
};

struct Day {
  int year = 0, month = 0, day = 0;
};

std::optional<Day> day_of(Pieces& text, ExportDates dates) {
  Pieces iso = text;
  if (const auto year = iso.number(4, 4); year && iso.accept("-")) {
    const auto month = iso.number(2, 2);
    if (!month || !iso.accept("-")) return std::nullopt;
    const auto day = iso.number(2, 2);
    if (!day) return std::nullopt;
    text = iso;
    return Day{*year, *month, *day};
  }
  auto first = text.number(1, 2);
  if (!first || !text.accept("/")) return std::nullopt;
  auto second = text.number(1, 2);
  if (!second || !text.accept("/")) return std::nullopt;
  const auto year = text.number(4, 4);
  if (!year) return std::nullopt;
  if (dates == ExportDates::kDayFirst) std::swap(first, second);
  return Day{*year, *first, *second};
}

struct Clock {
  int hour = 0, minute = 0, second = 0;
  int us = 0;
};

// Of 12 hours, where AM or PM follows.
bool twelve_hours(Pieces& text, int& hour) {
  text.spaces();
  const bool pm = text.accept("PM") || text.accept("pm");
  const bool am = !pm && (text.accept("AM") || text.accept("am"));
  if (!pm && !am) return true;
  if (hour < 1 || hour > 12) return false;
  hour = hour % 12 + (pm ? 12 : 0);
  return true;
}

std::optional<Clock> clock_of(Pieces& text) {
  const auto hour = text.number(1, 2);
  if (!hour || !text.accept(":")) return std::nullopt;
  const auto minute = text.number(2, 2);
  if (!minute) return std::nullopt;
  Clock clock{*hour, *minute, 0, 0};
  if (text.accept(":")) {
    const auto second = text.number(2, 2);
    if (!second) return std::nullopt;
    clock.second = *second;
    if (text.accept(".")) {
      std::size_t digits = text.rest().size();
      const auto fraction = text.number(1, 6);
      if (!fraction) return std::nullopt;
      clock.us = *fraction;
      for (digits -= text.rest().size(); digits < 6; ++digits) clock.us *= 10;
    }
  }
  if (!twelve_hours(text, clock.hour)) return std::nullopt;
  return clock;
}

}  // namespace

std::optional<std::int64_t> zone_offset_s(std::string_view zone) {
  constexpr std::array kNames{std::pair{std::string_view("Z"), std::int64_t{0}},
                              std::pair{std::string_view("UTC"), std::int64_t{0}},
                              std::pair{std::string_view("GMT"), std::int64_t{0}},
                              std::pair{std::string_view("PST"), -8 * kHourS},
                              std::pair{std::string_view("PDT"), -7 * kHourS}};
  for (const auto& [name, offset] : kNames)
    if (zone == name) return offset;
  Pieces text(zone);
  const bool west = text.accept("-");
  if (!west && !text.accept("+")) return std::nullopt;
  const auto hours = text.number(2, 2);
  text.accept(":");
  const auto minutes = text.number(2, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59 || !text.rest().empty())
    return std::nullopt;
  const std::int64_t ahead = *hours * kHourS + *minutes * kMinuteS;
  return west ? -ahead : ahead;
}

Result<TimeUs> parse_export_time(std::string_view text, const ExportProfile& profile) {
  const auto no_time = [&](std::string_view why) {
    return fail(ErrorCode::kMalformed, fmt::format("the time {}", why));
  };
  Pieces pieces(text);
  pieces.spaces();
  const auto day = day_of(pieces, profile.dates.value_or(ExportDates::kMonthFirst));
  if (!day) return no_time("does not begin with a day");
  if (!pieces.accept("T")) pieces.accept(",");
  pieces.spaces();
  const auto clock = clock_of(pieces);
  if (!clock) return no_time("has no time of day");
  pieces.spaces();
  std::string_view zone = pieces.rest();
  while (zone.ends_with(' ')) zone.remove_suffix(1);
  if (zone.empty() && profile.zone) zone = *profile.zone;
  if (zone.empty()) return no_time("names no zone: say in the profile which one it is in");
  const auto ahead = zone_offset_s(zone);
  if (!ahead) return no_time("ends in what is no zone that is known here");
  const auto utc = chain::parse_time(fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
                                                 day->year, day->month, day->day, clock->hour,
                                                 clock->minute, clock->second, clock->us));
  if (!utc) return no_time("is none of the calendar");
  const TimeUs moment{utc->value - *ahead * kSecondUs};
  if (moment.value < 0) return no_time("is before 1970");
  return moment;
}

}  // namespace alpr::figures

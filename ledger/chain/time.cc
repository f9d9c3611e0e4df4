// The two time functions of encoding.h: RFC 3339 text to and from microseconds.
#include <fmt/core.h>

#include <chrono>

#include "ledger/chain/encoding.h"

namespace alpr::chain {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
constexpr std::int64_t kTimeMax = 253'402'300'799'999'999;  // 9999-12-31T23:59:59.999999Z

// Takes fixed-width digits and single characters off the front of a text; ok() turns false and
// stays so.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}
  int digits(std::size_t count) {
    if (rest_.size() < count) return refuse();
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return refuse();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  void expect(char c) {
    if (!accept(c)) refuse();
  }
  bool accept(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // 1 to 6 digits after the point, as microseconds.
  int fraction() {
    int value = 0;
    int places = 0;
    while (places < 6 && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      value = value * 10 + digits(1);
      ++places;
    }
    if (places == 0) return refuse();
    for (; places < 6; ++places) value *= 10;
    return value;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  int refuse() {
    ok_ = false;
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

// Seconds east of Greenwich; "Z" is 0.
std::int64_t scan_offset(Scanner& scanner, bool& in_range) {
  if (scanner.accept('Z')) return 0;
  const bool west = scanner.accept('-');
  if (!west) scanner.expect('+');
  const int hours = scanner.digits(2);
  scanner.expect(':');
  const int minutes = scanner.digits(2);
  in_range = hours < 24 && minutes < 60;
  const std::int64_t seconds = hours * 3600 + minutes * 60;
  return west ? -seconds : seconds;
}

}  // namespace

std::string format_time(TimeUs time) {
  if (time.value < 0 || time.value > kTimeMax) {
    return fmt::format("{} us since 1970", time.value);
  }
  const std::int64_t seconds = time.value / kSecondUs;
  const std::chrono::sys_days day{std::chrono::days{seconds / kDaySeconds}};
  const std::chrono::year_month_day date{day};
  const std::int64_t of_day = seconds % kDaySeconds;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     of_day / 3600, of_day / 60 % 60, of_day % 60, time.value % kSecondUs);
}

Result<TimeUs> parse_time(std::string_view text) {
  Scanner scanner(text);
  const int year = scanner.digits(4);
  scanner.expect('-');
  const int month = scanner.digits(2);
  scanner.expect('-');
  const int day = scanner.digits(2);
  scanner.expect('T');
  const int hour = scanner.digits(2);
  scanner.expect(':');
  const int minute = scanner.digits(2);
  scanner.expect(':');
  const int second = scanner.digits(2);
  const int micros = scanner.accept('.') ? scanner.fraction() : 0;
  bool in_range = true;
  const std::int64_t offset = scan_offset(scanner, in_range);
  if (!scanner.ok() || !scanner.at_end()) {
    return fail(ErrorCode::kMalformed, "not an RFC 3339 time such as 2026-11-23T10:00:00Z");
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  in_range = in_range && date.ok() && hour < 24 && minute < 60 && second < 60;
  if (!in_range) return fail(ErrorCode::kMalformed, "a time whose parts are out of range");
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  const std::int64_t seconds = days * kDaySeconds + hour * 3600 + minute * 60 + second - offset;
  const std::int64_t value = seconds * kSecondUs + micros;
  if (value < 0 || value > kTimeMax) {
    return fail(ErrorCode::kMalformed, "a time outside the years 1970 to 9999");
  }
  return TimeUs{value};
}

}  // namespace alpr::chain

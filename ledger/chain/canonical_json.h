// The one writer of canonical payload bytes, and a strict reader for them.
//
// UTF-8, members in the given order, no insignificant white space, one escape form (\" \\ \b \f \n
// \r \t, \u00xx in lower case for the other control characters, everything else as it is), strings,
// booleans, integers within
// +-(2^53-1), arrays and objects of these. No doubles, no null. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "ledger/chain/error.h"

namespace alpr::chain {

// A parsed JSON value that keeps member order. Small and only for payloads and other trusted-format
// bytes; HTTP bodies are parsed in api/.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;
  Json() : value_(false) {}
  Json(bool v) : value_(v) {}                    // NOLINT: a value is what it is made of
  Json(std::int64_t v) : value_(v) {}            // NOLINT
  Json(std::string v) : value_(std::move(v)) {}  // NOLINT
  Json(const char* v)
      : value_(std::string(v)) {}           // NOLINT: without it a literal would become a bool
  Json(const void*) = delete;               // likewise any other pointer
  Json(Array v) : value_(std::move(v)) {}   // NOLINT
  Json(Object v) : value_(std::move(v)) {}  // NOLINT
  const bool* boolean() const { return std::get_if<bool>(&value_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&value_); }
  const std::string* string() const { return std::get_if<std::string>(&value_); }
  const Array* array() const { return std::get_if<Array>(&value_); }
  const Object* object() const { return std::get_if<Object>(&value_); }
  const Json* member(std::string_view name) const;  // nullptr: not an object, or no such member
  bool operator==(const Json&) const = default;

 private:
  std::variant<bool, std::int64_t, std::string, Array, Object> value_;
};

inline constexpr std::int64_t kIntegerMax = 9'007'199'254'740'991;  // 2^53-1

// Appends; the string must be valid UTF-8 and the integer in range (ALPR_CHECK: callers validate at
// the edge).
void write_string(std::string& out, std::string_view text);
void write_integer(std::string& out, std::int64_t value);
std::string write(const Json& value);

bool valid_utf8(std::string_view text);  // no surrogates, no overlong forms, up to U+10FFFF

// Accepts exactly what write() makes: any other spacing, escape form, number form, duplicate
// member, null, double, invalid UTF-8, depth over 16 or trailing byte is refused. So parse then
// write gives the same bytes.
Result<Json> parse_canonical(std::string_view text);

// Accepts the same texts and builds nothing: several times faster. `depth` is the number of
// containers that stand around the value.
Result<void> check_canonical(std::string_view text, int depth = 0);
// The same for an object, with the names of its own members as they stand in the text (escapes and
// all), in order. kMalformed as well where the value is no object.
Result<std::vector<std::string_view>> canonical_object_names(std::string_view text);

}  // namespace alpr::chain

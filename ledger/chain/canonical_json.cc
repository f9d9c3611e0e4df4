#include "ledger/chain/canonical_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "ledger/chain/canonical_cursor.h"
#include "ledger/chain/canonical_text.h"
#include "ledger/chain/encoding.h"

namespace alpr::chain {
namespace {

constexpr int kDepthMax = 16;

bool has_duplicates(const Json::Object& object) {
  std::vector<std::string_view> names;
  names.reserve(object.size());
  for (const auto& [name, value] : object) names.emplace_back(name);
  std::sort(names.begin(), names.end());
  return std::adjacent_find(names.begin(), names.end()) != names.end();
}

void write_value(std::string& out, const Json& value, int depth);

void write_array(std::string& out, const Json::Array& array, int depth) {
  out.push_back('[');
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) out.push_back(',');
    write_value(out, array[i], depth);
  }
  out.push_back(']');
}

void write_object(std::string& out, const Json::Object& object, int depth) {
  ALPR_CHECK(!has_duplicates(object));
  out.push_back('{');
  for (std::size_t i = 0; i < object.size(); ++i) {
    if (i > 0) out.push_back(',');
    write_string(out, object[i].first);
    out.push_back(':');
    write_value(out, object[i].second, depth);
  }
  out.push_back('}');
}

void write_value(std::string& out, const Json& value, int depth) {
  if (const bool* boolean = value.boolean()) {
    out += *boolean ? "true" : "false";
  } else if (const std::int64_t* integer = value.integer()) {
    write_integer(out, *integer);
  } else if (const std::string* text = value.string()) {
    write_string(out, *text);
  } else {
    ALPR_CHECK(depth < kDepthMax);
    if (const Json::Array* array = value.array()) {
      write_array(out, *array, depth + 1);
    } else {
      write_object(out, *value.object(), depth + 1);
    }
  }
}

// A recursive-descent reader; `depth` is the number of containers around the value. Where `out` is
// null it only checks, and allocates nothing but the list of names.
//
// Names are compared and UTF-8 is checked in the text as it stands: a canonical text has one way to
// write each character, and an escape stands for an ASCII character, which no UTF-8 sequence spans.
class Parser {
 public:
  explicit Parser(std::string_view text) : cursor_(text) { names_.reserve(16); }

  Result<void> document(Json* out, int depth) {
    if (parse_value(out, depth) && !cursor_.at_end()) refuse("bytes after the value");
    if (problem_ != nullptr) {
      return fail(ErrorCode::kMalformed,
                  fmt::format("not canonical JSON at byte {}: {}", cursor_.at(), problem_));
    }
    return {};
  }

  Result<std::vector<std::string_view>> object_names() {
    keep_names_ = true;
    const bool object = cursor_.next() == '{';
    if (const auto read = document(nullptr, 0); !read) return tl::unexpected(read.error());
    if (!object) return fail(ErrorCode::kMalformed, "not a canonical JSON object");
    return std::move(names_);
  }

 private:
  bool refuse(const char* problem) {
    if (problem_ == nullptr) problem_ = problem;
    return false;
  }

  bool parse_value(Json* out, int depth) {
    const char c = cursor_.next();
    if (c == '"') return parse_string(out);
    if (c == '-' || (c >= '0' && c <= '9')) {
      std::int64_t value = 0;
      if (!cursor_.integer(value)) return refuse(cursor_.problem());
      if (out != nullptr) *out = Json(value);
      return true;
    }
    if (c == '{' || c == '[') {
      if (depth == kDepthMax) return refuse("nested deeper than 16");
      return c == '{' ? parse_object(out, depth + 1) : parse_array(out, depth + 1);
    }
    bool value = false;
    if (cursor_.at_end()) return refuse("a value is missing");
    if (!cursor_.boolean(value))
      return refuse("neither string, integer, boolean, array nor object");
    if (out != nullptr) *out = Json(value);
    return true;
  }

  bool parse_string(Json* out) {
    std::string text;
    if (!cursor_.string(out == nullptr ? nullptr : &text)) return refuse(cursor_.problem());
    if (out != nullptr) *out = Json(std::move(text));
    return true;
  }

  bool parse_array(Json* out, int depth) {
    Json::Array array;
    cursor_.accept('[');
    if (!cursor_.accept(']')) {
      do {
        if (!parse_value(out == nullptr ? nullptr : &array.emplace_back(), depth)) return false;
      } while (cursor_.accept(','));
      if (!cursor_.accept(']')) return refuse("neither , nor ] after an array's value");
    }
    if (out != nullptr) *out = Json(std::move(array));
    return true;
  }

  bool parse_object(Json* out, int depth) {
    Json::Object object;
    cursor_.accept('{');
    const std::size_t first_name = names_.size();
    if (!cursor_.accept('}')) {
      do {
        const std::size_t from = cursor_.at() + 1;
        std::string name;
        if (!cursor_.string(out == nullptr ? nullptr : &name)) return refuse(cursor_.problem());
        std::string_view as_it_stands = cursor_.since(from);
        as_it_stands.remove_suffix(1);
        names_.push_back(as_it_stands);
        if (!cursor_.accept(':')) return refuse("no : after a member's name");
        Json value;
        if (!parse_value(out == nullptr ? nullptr : &value, depth)) return false;
        if (out != nullptr) object.emplace_back(std::move(name), std::move(value));
      } while (cursor_.accept(','));
      if (!cursor_.accept('}')) return refuse("neither , nor } after an object's member");
    }
    if (names_repeat(first_name)) return refuse("two members of one name");
    if (!keep_names_ || depth > 1) names_.resize(first_name);
    if (out != nullptr) *out = Json(std::move(object));
    return true;
  }

  // Whether two of the names from `first` on are one. Leaves them in their order.
  bool names_repeat(std::size_t first) const {
    constexpr std::size_t kFew = 16;
    const auto begin = names_.begin() + static_cast<std::ptrdiff_t>(first);
    if (names_.size() - first > kFew) {
      std::vector<std::string_view> sorted(begin, names_.end());
      std::sort(sorted.begin(), sorted.end());
      return std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end();
    }
    for (auto name = begin; name != names_.end(); ++name) {
      if (std::find(begin, name, *name) != name) return true;
    }
    return false;
  }

  CanonicalCursor cursor_;
  const char* problem_ = nullptr;
  std::vector<std::string_view> names_;  // of the objects that are open, as they stand in the text
  bool keep_names_ = false;              // those of the outermost object stay
};

// Length of the well-formed UTF-8 sequence at the front of the text, 0 if there is none (Unicode
// 15, table 3-7).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xc0) == 0x80; };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4 || !tail(1)) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) {
    if (first == 0xe0 && byte(1) < 0xa0) return 0;   // overlong
    if (first == 0xed && byte(1) >= 0xa0) return 0;  // surrogates
    return tail(2) ? 3 : 0;
  }
  if (first == 0xf0 && byte(1) < 0x90) return 0;   // overlong
  if (first == 0xf4 && byte(1) >= 0x90) return 0;  // over U+10FFFF
  return tail(2) && tail(3) ? 4 : 0;
}

}  // namespace

const Json* Json::member(std::string_view name) const {
  const Object* members = object();
  if (members == nullptr) return nullptr;
  const auto found = std::find_if(members->begin(), members->end(),
                                  [&](const auto& entry) { return entry.first == name; });
  return found == members->end() ? nullptr : &found->second;
}

void write_string(std::string& out, std::string_view text) {
  out.push_back('"');
  bool ascii = true;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t plain = plain_length(text.substr(at)); plain > 0) {
      out.append(text, at, plain);
      at += plain;
      continue;
    }
    const char c = text[at++];
    if (const char letter = short_escape(c); letter != 0) {
      out.push_back('\\');
      out.push_back(letter);
    } else if (is_control(c)) {
      const auto code = static_cast<std::uint8_t>(c);
      out += "\\u00";
      out += hex(BytesView(&code, 1));
    } else {
      ascii = ascii && static_cast<unsigned char>(c) < 0x80;
      out.push_back(c);
    }
  }
  out.push_back('"');
  ALPR_CHECK(ascii || valid_utf8(text));
}

void write_integer(std::string& out, std::int64_t value) {
  ALPR_CHECK(value >= -kIntegerMax && value <= kIntegerMax);
  std::array<char, 20> digits;
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), end);
}

std::string write(const Json& value) {
  std::string out;
  write_value(out, value, 0);
  return out;
}

bool valid_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

Result<Json> parse_canonical(std::string_view text) {
  Json value;
  if (const auto read = Parser(text).document(&value, 0); !read) {
    return tl::unexpected(read.error());
  }
  return value;
}

Result<void> check_canonical(std::string_view text, int depth) {
  ALPR_CHECK(depth >= 0 && depth <= kDepthMax);
  return Parser(text).document(nullptr, depth);
}

Result<std::vector<std::string_view>> canonical_object_names(std::string_view text) {
  return Parser(text).object_names();
}

}  // namespace alpr::chain

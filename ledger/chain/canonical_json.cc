#include "ledger/chain/canonical_json.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "ledger/chain/encoding.h"

namespace alpr::chain {
namespace {

constexpr int kDepthMax = 16;

// The letter of a two-character escape, or 0 where the character has none.
char short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
      return c;
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20; }

// How many bytes at the front stand for themselves in a string: printable ASCII without quote and
// backslash. May be fewer than there are. Each step asks eight at once: the top bit of a byte of
// `special` is set where it is none of these. A borrow can set it needlessly, but only above a byte
// that is one, so the lowest is right.
std::size_t plain_length(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = 0x8080808080808080;
  const auto zeros = [](std::uint64_t bytes) { return (bytes - kOnes) & ~bytes & kTops; };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + at, 8);
    const std::uint64_t controls = (bytes - kOnes * 0x20) & ~bytes;
    const std::uint64_t special =
        ((bytes | controls) & kTops) | zeros(bytes ^ kOnes * '"') | zeros(bytes ^ kOnes * '\\');
    if (special == 0) continue;
    if (std::endian::native == std::endian::little) at += std::countr_zero(special) / 8;
    break;
  }
  return at;
}

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
  explicit Parser(std::string_view text) : text_(text) { names_.reserve(16); }

  Result<void> document(Json* out, int depth) {
    if (parse_value(out, depth) && at_ != text_.size()) refuse("bytes after the value");
    if (problem_ != nullptr) {
      return fail(ErrorCode::kMalformed,
                  fmt::format("not canonical JSON at byte {}: {}", at_, problem_));
    }
    return {};
  }

  Result<std::vector<std::string_view>> object_names() {
    keep_names_ = true;
    if (const auto read = document(nullptr, 0); !read) return tl::unexpected(read.error());
    if (text_.front() != '{') return fail(ErrorCode::kMalformed, "not a canonical JSON object");
    return std::move(names_);
  }

 private:
  bool refuse(const char* problem) {
    if (problem_ == nullptr) problem_ = problem;
    return false;
  }
  bool accept(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool accept(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool parse_value(Json* out, int depth) {
    if (at_ == text_.size()) return refuse("a value is missing");
    const char c = text_[at_];
    if (c == '"') {
      std::string text;
      if (!parse_string(out == nullptr ? nullptr : &text)) return false;
      if (out != nullptr) *out = Json(std::move(text));
      return true;
    }
    if (c == '-' || (c >= '0' && c <= '9')) return parse_integer(out);
    if (c == '{' || c == '[') {
      if (depth == kDepthMax) return refuse("nested deeper than 16");
      return c == '{' ? parse_object(out, depth + 1) : parse_array(out, depth + 1);
    }
    for (const bool boolean : {true, false}) {
      if (!accept(boolean ? "true" : "false")) continue;
      if (out != nullptr) *out = Json(boolean);
      return true;
    }
    return refuse("neither string, integer, boolean, array nor object");
  }

  bool parse_integer(Json* out) {
    const bool negative = accept('-');
    const std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    const auto magnitude = parse_decimal(text_.substr(from, at_ - from));
    if (!magnitude || *magnitude > static_cast<std::uint64_t>(kIntegerMax)) {
      return refuse("an integer with leading zeros or beyond 2^53-1");
    }
    if (negative && *magnitude == 0) return refuse("minus zero");
    const auto value = static_cast<std::int64_t>(*magnitude);
    if (out != nullptr) *out = Json(negative ? -value : value);
    return true;
  }

  bool parse_string(std::string* out) {
    if (!accept('"')) return refuse("a string is missing");
    const std::size_t from = at_;
    std::size_t plain_from = at_;  // what is not yet in `out`
    bool ascii = true;
    while (at_ < text_.size()) {
      at_ += plain_length(text_.substr(at_));
      if (at_ == text_.size()) break;
      const char c = text_[at_];
      if (c == '"') {
        if (out != nullptr) out->append(text_.substr(plain_from, at_ - plain_from));
        const std::string_view raw = text_.substr(from, at_ - from);
        ++at_;
        return ascii || valid_utf8(raw) || refuse("a string that is not UTF-8");
      }
      if (c == '\\') {
        if (out != nullptr) out->append(text_.substr(plain_from, at_ - plain_from));
        ++at_;
        if (!parse_escape(out)) return false;
        plain_from = at_;
        continue;
      }
      if (is_control(c)) return refuse("a raw control character");
      ascii = ascii && static_cast<unsigned char>(c) < 0x80;
      ++at_;
    }
    return refuse("an unfinished string");
  }

  // Accepts an escape only where it is the one form that write_string makes of that character.
  bool parse_escape(std::string* out) {
    for (const char candidate : {'"', '\\', '\b', '\f', '\n', '\r', '\t'}) {
      if (accept(short_escape(candidate))) {
        if (out != nullptr) out->push_back(candidate);
        return true;
      }
    }
    if (!accept("u00")) return refuse("an escape that the canonical form does not have");
    const auto code = parse_hex(text_.substr(at_, 2));
    if (!code || code->size() != 1) return refuse("an escape without two lower-case hex digits");
    const char c = static_cast<char>(code->front());
    if (!is_control(c) || short_escape(c) != 0) return refuse("a needless escape");
    at_ += 2;
    if (out != nullptr) out->push_back(c);
    return true;
  }

  bool parse_array(Json* out, int depth) {
    Json::Array array;
    ++at_;
    if (!accept(']')) {
      do {
        if (!parse_value(out == nullptr ? nullptr : &array.emplace_back(), depth)) return false;
      } while (accept(','));
      if (!accept(']')) return refuse("neither , nor ] after an array's value");
    }
    if (out != nullptr) *out = Json(std::move(array));
    return true;
  }

  bool parse_object(Json* out, int depth) {
    Json::Object object;
    ++at_;
    const std::size_t first_name = names_.size();
    if (!accept('}')) {
      do {
        const std::size_t name_at = at_ + 1;
        std::string name;
        if (!parse_string(out == nullptr ? nullptr : &name)) return false;
        names_.push_back(text_.substr(name_at, at_ - 1 - name_at));
        if (!accept(':')) return refuse("no : after a member's name");
        Json value;
        if (!parse_value(out == nullptr ? nullptr : &value, depth)) return false;
        if (out != nullptr) object.emplace_back(std::move(name), std::move(value));
      } while (accept(','));
      if (!accept('}')) return refuse("neither , nor } after an object's member");
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

  std::string_view text_;
  std::size_t at_ = 0;
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
  ALPR_CHECK(valid_utf8(text));
  out.push_back('"');
  for (const char c : text) {
    if (const char letter = short_escape(c); letter != 0) {
      out.push_back('\\');
      out.push_back(letter);
    } else if (is_control(c)) {
      const auto code = static_cast<std::uint8_t>(c);
      out += "\\u00";
      out += hex(BytesView(&code, 1));
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

void write_integer(std::string& out, std::int64_t value) {
  ALPR_CHECK(value >= -kIntegerMax && value <= kIntegerMax);
  out += std::to_string(value);
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

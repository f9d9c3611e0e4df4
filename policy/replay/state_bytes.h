// The bytes of a replay's saved state: numbers in seven bits a byte, the lowest first, texts led by
// their length, records as canonical JSON. Read by the program that wrote them and no other
// (docs/decisions/0059), so they have no version of their own. Pure; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "policy/records/describe.h"

namespace alpr::policy {

class StateWriter {
 public:
  void number(std::uint64_t number);
  void time(TimeUs time) { number(static_cast<std::uint64_t>(time.value)); }
  void text(std::string_view text);
  template <Described T>
  void record(const T& value) {
    text(to_json_text(value));
  }
  template <typename T, typename Write>
  void maybe(const std::optional<T>& value, Write write) {
    number(value ? 1 : 0);
    if (value) write(*value);
  }
  // Each of `all` by `write`, led by how many there are.
  template <typename All, typename Write>
  void list(const All& all, Write write) {
    number(all.size());
    for (const auto& one : all) write(one);
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Once something does not read, nothing more does: numbers are 0, texts empty, lists have no
// element, and ok() says so.
class StateReader {
 public:
  explicit StateReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number();
  TimeUs time() { return {static_cast<std::int64_t>(number())}; }
  Sequence seq() { return {number()}; }
  bool flag() { return number() != 0; }
  std::string_view text();  // good as long as the bytes
  template <Described T>
  T record() {
    auto value = from_json_text<T>(text());
    if (!value) ok_ = false;
    return ok_ ? std::move(*value) : T{};
  }
  template <typename Read>
  void list(Read read) {
    for (std::uint64_t left = number(); left > 0 && ok_; --left) read();
  }
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && bytes_.empty(); }
  void fail() { ok_ = false; }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace alpr::policy

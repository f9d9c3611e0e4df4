// Reads canonical JSON piece by piece, for whoever knows what must come next: nothing is built that
// is not asked for.
//
// It takes exactly the strings and integers of canonical_json.h; that an object's members are known
// and come once is its caller's doing, who names each of them in order. Pure; an object belongs to
// one thread, and the text must outlive it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/chain/types.h"

namespace alpr::chain {

class CanonicalCursor {
 public:
  explicit CanonicalCursor(std::string_view text) : text_(text) {}

  // Each takes what it names and stands behind it, or stays where it is and answers false.
  bool accept(std::string_view literal) {
    if (text_.substr(at_, literal.size()) != literal) return false;
    at_ += literal.size();
    return true;
  }
  bool accept(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  // A value. False: there is none, or not in its one form; then the place is undefined and
  // problem() says what is wrong.
  bool boolean(bool& out);
  bool integer(std::int64_t& out);
  bool string(std::string* out);  // nullptr: only past it
  bool string(std::string& out) { return string(&out); }
  bool digest(Digest& out);  // a string of 64 lower-case hexadecimal digits

  bool at_end() const { return at_ == text_.size(); }
  std::size_t at() const { return at_; }
  // The text from `from` to here.
  std::string_view since(std::size_t from) const { return text_.substr(from, at_ - from); }
  char next() const { return at_ == text_.size() ? '\0' : text_[at_]; }
  const char* problem() const { return problem_; }

 private:
  bool refuse(const char* problem) {
    problem_ = problem;
    return false;
  }
  bool escape(std::string* out);

  std::string_view text_;
  std::size_t at_ = 0;
  const char* problem_ = nullptr;
};

}  // namespace alpr::chain

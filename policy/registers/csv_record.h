// Records of RFC 4180: double quotes, line breaks of LF or CR LF, a comma or another separator.
// Pure; one thread per reader.
#pragma once

#include <forward_list>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/chain/error.h"

namespace alpr::policy {

// Strict: a quote opens a field only at its beginning, and only a separator or a line break may
// follow its end. Control characters are refused but for tab, LF and CR inside quotes.
class RecordReader {
 public:
  // `first_line`: of the file, where the text begins.
  explicit RecordReader(std::string_view text, char separator = ',', std::size_t first_line = 1)
      : text_(text), separator_(separator), line_(first_line), next_line_(first_line) {}

  // False at the end. kMalformed says what is wrong in line(). The views are of the text, or of
  // what the reader keeps until the next call; the strings are the caller's.
  Result<bool> next(std::vector<std::string_view>& fields);
  Result<bool> next(std::vector<std::string>& fields);
  std::size_t line() const { return line_; }  // of the record's beginning, or of the fault
  // Where the next record begins.
  std::size_t at() const { return at_; }
  std::size_t next_line() const { return next_line_; }

 private:
  Result<std::string_view> read_quoted();
  std::string_view take_plain();  // up to what may not stand in one
  bool at_break() const;

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::forward_list<std::string> unquoted_;  // of the record, those that stood in quotes
  std::vector<std::string_view> views_;
  std::size_t line_;
  std::size_t next_line_;
};

// A record is without a line break at its end. Fields are quoted where RecordReader needs it, and
// nowhere else.
void append_field(std::string& record, std::string_view field);
std::string write_record(const std::vector<std::string>& fields);

}  // namespace alpr::policy

#include "policy/registers/csv_record.h"

namespace alpr::policy {
namespace {

bool control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

}  // namespace

bool RecordReader::at_break() const {
  if (at_ >= text_.size()) return true;
  return text_[at_] == '\n' || text_.substr(at_).starts_with("\r\n");
}

Result<void> RecordReader::read_quoted(std::string& field) {
  for (++at_; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '"') {
      if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
        ++at_;
      } else {
        ++at_;
        if (!at_break() && text_[at_] != separator_) {
          return fail(ErrorCode::kMalformed, "text after a closing quote");
        }
        return {};
      }
    } else if (c == '\n') {
      ++next_line_;
    } else if (control(c) && c != '\r' && c != '\t') {
      return fail(ErrorCode::kMalformed, "a control character");
    }
    field += c;
  }
  return fail(ErrorCode::kMalformed, "a quote is not closed");
}

Result<void> RecordReader::read_plain(std::string& field) {
  for (; !at_break() && text_[at_] != separator_; ++at_) {
    if (text_[at_] == '"') return fail(ErrorCode::kMalformed, "a quote inside an unquoted field");
    if (control(text_[at_])) return fail(ErrorCode::kMalformed, "a control character");
    field += text_[at_];
  }
  return {};
}

Result<bool> RecordReader::next(std::vector<std::string>& fields) {
  fields.clear();
  line_ = next_line_;
  if (at_ >= text_.size()) return false;
  for (;;) {
    std::string& field = fields.emplace_back();
    const bool quoted = at_ < text_.size() && text_[at_] == '"';
    auto read = quoted ? read_quoted(field) : read_plain(field);
    if (!read) return tl::unexpected(read.error());
    if (at_break()) break;
    ++at_;  // the separator
  }
  if (at_ < text_.size()) at_ += text_[at_] == '\r' ? 2 : 1;
  ++next_line_;
  return true;
}

std::string write_record(const std::vector<std::string>& fields) {
  std::string record;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) record += ',';
    const bool quote = fields[i].find_first_of(",\"\r\n\t") != std::string::npos;
    if (!quote) {
      record += fields[i];
      continue;
    }
    record += '"';
    for (const char c : fields[i]) {
      if (c == '"') record += '"';
      record += c;
    }
    record += '"';
  }
  return record;
}

}  // namespace alpr::policy

#include "policy/registers/csv_record.h"

#include <algorithm>
#include <array>

namespace alpr::policy {
namespace {

bool control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

// What may end a field without quotes, besides the separator.
constexpr std::array<bool, 256> ends() {
  std::array<bool, 256> ends{};
  for (std::size_t i = 0; i < 0x20; ++i) ends[i] = true;
  ends[0x7f] = ends[static_cast<unsigned char>('"')] = true;
  return ends;
}
constexpr std::array<bool, 256> kEnds = ends();

}  // namespace

bool RecordReader::at_break() const {
  if (at_ >= text_.size()) return true;
  const char c = text_[at_];
  return c == '\n' || (c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n');
}

Result<std::string_view> RecordReader::read_quoted() {
  std::string& field = unquoted_.emplace_front();
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
        return std::string_view(field);
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

std::string_view RecordReader::take_plain() {
  const std::size_t from = at_;
  // A tab is a control character, and may be the separator.
  while (at_ < text_.size() && text_[at_] != separator_ &&
         !kEnds[static_cast<unsigned char>(text_[at_])])
    ++at_;
  return text_.substr(from, at_ - from);
}

Result<bool> RecordReader::next(std::vector<std::string>& fields) {
  auto read = next(views_);
  if (read) fields.assign(views_.begin(), views_.end());
  return read;
}

Result<bool> RecordReader::next(std::vector<std::string_view>& fields) {
  fields.clear();
  unquoted_.clear();
  line_ = next_line_;
  if (at_ >= text_.size()) return false;
  for (;;) {
    if (at_ < text_.size() && text_[at_] == '"') {
      const auto field = read_quoted();
      if (!field) return tl::unexpected(field.error());
      fields.push_back(*field);
    } else {
      fields.push_back(take_plain());
    }
    if (at_ < text_.size() && text_[at_] == separator_) {
      ++at_;
      continue;
    }
    if (at_break()) break;
    return fail(ErrorCode::kMalformed,
                text_[at_] == '"' ? "a quote inside an unquoted field" : "a control character");
  }
  if (at_ < text_.size()) at_ += text_[at_] == '\r' ? 2 : 1;
  ++next_line_;
  return true;
}

void append_field(std::string& record, std::string_view field) {
  const bool quote = std::any_of(field.begin(), field.end(), [](char c) {
    return c == ',' || c == '"' || c == '\r' || c == '\n' || c == '\t';
  });
  if (!quote) {
    record += field;
    return;
  }
  record += '"';
  for (const char c : field) {
    if (c == '"') record += '"';
    record += c;
  }
  record += '"';
}

std::string write_record(const std::vector<std::string>& fields) {
  std::string record;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) record += ',';
    append_field(record, fields[i]);
  }
  return record;
}

}  // namespace alpr::policy

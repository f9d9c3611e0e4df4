// Reading the files of imports.h.
#include <algorithm>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "policy/registers/csv_record.h"
#include "policy/rules/imports.h"

namespace alpr::policy {
namespace {

using Fields = std::vector<std::string>;

std::string joined(const Fields& fields) {
  std::string all;
  for (const std::string& field : fields) all += (all.empty() ? "" : ",") + field;
  return all;
}

LineFault fault(std::size_t line, std::string what) {
  return {static_cast<std::int64_t>(line), std::move(what), {}};
}

// `to_command(fields)` is a Result of the line's command.
template <typename Command, typename ToCommand>
ImportFile<Command> read(std::string_view text, const Fields& header, ToCommand to_command) {
  ImportFile<Command> file;
  file.sha256 = chain::sha256(as_bytes(text));
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // as spreadsheets write it
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (!chain::valid_utf8(text)) {
    file.faults.push_back(fault(1, "the file is not UTF-8"));
    return file;
  }
  RecordReader reader(text);
  Fields fields;
  bool first = true;
  for (;;) {
    const auto more = reader.next(fields);
    if (!more) {
      file.faults.push_back(fault(reader.line(), more.error().detail));
      return file;
    }
    if (first && (!*more || fields != header)) {
      file.faults.push_back(fault(1, "the header must be " + joined(header)));
      return file;
    }
    if (!*more) break;
    if (std::exchange(first, false)) continue;
    if (file.lines.size() + file.faults.size() >= kImportRowsMax) {
      file.faults.push_back(fault(reader.line(), "over " + std::to_string(kImportRowsMax) +
                                                     " lines: make two files of it"));
      return file;
    }
    if (fields.size() != header.size()) {
      file.faults.push_back(fault(reader.line(), "needs the fields " + joined(header)));
      continue;
    }
    auto command = to_command(fields);
    if (command)
      file.lines.push_back({static_cast<std::int64_t>(reader.line()), std::move(*command)});
    else
      file.faults.push_back(fault(reader.line(), command.error().detail));
  }
  if (file.lines.empty() && file.faults.empty())
    file.faults.push_back(fault(1, "nobody stands in it"));
  return file;
}

Result<TimeUs> day_or_time(const std::string& text) {
  const bool day = text.size() == std::string_view("2026-03-02").size();
  auto time = chain::parse_time(day ? text + "T00:00:00Z" : text);
  if (!time)
    return fail(ErrorCode::kMalformed,
                "completed_on: a day such as 2026-03-02, or a time: " + time.error().detail);
  return *time;
}

Result<std::vector<TrainingTopic>> topics_of(std::string_view text) {
  std::vector<TrainingTopic> topics;
  if (text == "ALL") {
    for (const auto& [topic, name] : EnumTexts<TrainingTopic>::texts) topics.push_back(topic);
    return topics;
  }
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (word.empty()) continue;
    const auto topic = enum_from_text<TrainingTopic>(word);
    if (!topic)
      return fail(ErrorCode::kMalformed,
                  "topics: ALL, or some of " + enum_choices<TrainingTopic>());
    topics.push_back(*topic);
  }
  return topics;
}

}  // namespace

ImportFile<EnrolUser> read_people(std::string_view text) {
  return read<EnrolUser>(text, {"username", "name", "user_class", "organisation"},
                         [](const Fields& f) -> Result<EnrolUser> {
                           return EnrolUser{f[0], f[1], f[2], f[3]};
                         });
}

ImportFile<ConfirmUser> read_confirmations(std::string_view text) {
  return read<ConfirmUser>(
      text, {"username"}, [](const Fields& f) -> Result<ConfirmUser> { return ConfirmUser{f[0]}; });
}

ImportFile<CompleteTraining> read_trainings(std::string_view text) {
  return read<CompleteTraining>(
      text, {"username", "course", "version", "completed_on", "topics"},
      [](const Fields& f) -> Result<CompleteTraining> {
        const auto completed_on = day_or_time(f[3]);
        if (!completed_on) return tl::unexpected(completed_on.error());
        auto topics = topics_of(f[4]);
        if (!topics) return tl::unexpected(topics.error());
        return CompleteTraining{f[0], f[1], f[2], *completed_on, std::move(*topics)};
      });
}

}  // namespace alpr::policy

#include "ledger/verify/report_check/attachment_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/header.h"
#include "ledger/verify/receipt.h"
#include "ledger/verify/rules.h"
#include "policy/records/attachments.h"
#include "policy/records/kinds.h"

namespace alpr::report_check {
namespace {

using chain::Json;
using verify::Database;

constexpr std::string_view kFormat = "plateledger attachment v1";
constexpr std::string_view kRule = "I12-C2B-8";
constexpr std::size_t kMembers = 10;

tl::unexpected<Error> malformed(std::string_view member, std::string_view what) {
  return fail(ErrorCode::kMalformed,
              fmt::format("the attachment's member \"{}\" {}", member, what));
}

Result<std::string> text_of(const Json& object, std::string_view name) {
  const Json* member = object.member(name);
  if (member == nullptr || member->string() == nullptr) return malformed(name, "is not a text");
  return *member->string();
}

Result<std::int64_t> number_of(const Json& object, std::string_view name) {
  const Json* member = object.member(name);
  if (member == nullptr || member->integer() == nullptr || *member->integer() < 0)
    return malformed(name, "is not a whole number");
  return *member->integer();
}

void find(CheckedAttachment& checked, std::optional<std::uint64_t> seq, std::string_view rule,
          std::string_view what) {
  if (checked.findings.size() < verify::kFindingsKept)
    checked.findings.push_back({seq, std::string(rule), verify::printable(what)});
}

struct AttachmentFile {
  CheckedAttachment about;
  std::int64_t events = 0;
  std::vector<std::string> receipts;  // canonical JSON of each
};

Result<AttachmentFile> parse(std::string_view json) {
  if (json.size() > kAttachmentMax) return fail(ErrorCode::kTooLarge, "the file is too large");
  if (json.ends_with('\n')) json.remove_suffix(1);
  const auto object = chain::parse_canonical(json);
  // Beside what is checked nothing is carried along that somebody could take for checked.
  if (!object || object->object() == nullptr || object->object()->size() != kMembers)
    return fail(ErrorCode::kMalformed,
                "it is not the JSON object that was handed out: keep it as it came");
  AttachmentFile file;
  for (const auto& [name, text] :
       {std::pair("attachment", &file.about.attachment), std::pair("edition", &file.about.edition),
        std::pair("origin", &file.about.origin), std::pair("marking", &file.about.marking)}) {
    auto value = text_of(*object, name);
    if (!value) return tl::unexpected(value.error());
    *text = std::move(*value);
  }
  std::int64_t size = 0;
  for (const auto& [name, number] :
       {std::pair("size", &size), std::pair("from", &file.about.from.value),
        std::pair("until", &file.about.until.value), std::pair("events", &file.events)}) {
    const auto value = number_of(*object, name);
    if (!value) return tl::unexpected(value.error());
    *number = *value;
  }
  file.about.size = static_cast<std::uint64_t>(size);
  const auto format = text_of(*object, "format");
  if (!format) return tl::unexpected(format.error());
  if (*format != kFormat) return malformed("format", "is of another kind of file");
  if (!policy::enum_from_text<policy::Attachment>(file.about.attachment))
    return malformed("attachment", "is none that there is");
  if (!policy::enum_from_text<policy::Edition>(file.about.edition))
    return malformed("edition", "is none that there is");
  const Json* receipts = object->member("receipts");
  if (receipts == nullptr || receipts->array() == nullptr)
    return malformed("receipts", "is not a list");
  for (const Json& one : *receipts->array()) file.receipts.push_back(chain::write(one));
  return file;
}

bool belongs(const CheckedAttachment& about, const chain::Header& header) {
  const auto kinds =
      policy::attached_kinds(*policy::enum_from_text<policy::Attachment>(about.attachment));
  return header.seq.value < about.size && header.time >= about.from && header.time < about.until &&
         std::ranges::find(kinds, header.kind) != kinds.end();
}

}  // namespace

Result<CheckedAttachment> check_attachment(std::string_view json,
                                           const std::optional<chain::VerifierKey>& key,
                                           const std::optional<chain::WitnessPolicy>& policy) {
  auto file = parse(json);
  if (!file) return tl::unexpected(file.error());
  CheckedAttachment checked = std::move(file->about);
  checked.anchored = key.has_value();
  const bool sealed = checked.edition == policy::to_text(policy::Edition::kSealed);
  if (file->receipts.size() != static_cast<std::uint64_t>(file->events))
    find(checked, std::nullopt, kRule, "it does not have as many records as it says");
  for (const std::string& text : file->receipts) {
    const auto receipt = verify::check_receipt(text, policy::kinds(), key, policy);
    if (!receipt) return tl::unexpected(receipt.error());
    const std::uint64_t seq = receipt->header.seq.value;
    for (const verify::Finding& finding : receipt->findings)
      find(checked, finding.seq ? finding.seq : seq, finding.rule, finding.what);
    if (receipt->origin != checked.origin)
      find(checked, seq, verify::rule::kCheckpoint, "it is of another log than the file says");
    if (!belongs(checked, receipt->header))
      find(checked, seq, kRule, "it is not of the kinds and the time that the file says");
    if (sealed && receipt->withheld > 0)
      find(checked, seq, kRule, "members are withheld, though the edition is to have all");
    if (!checked.seqs.empty() && seq <= checked.seqs.back())
      find(checked, seq, kRule, "it is there twice, or out of order");
    checked.seqs.push_back(seq);
  }
  return checked;
}

Result<void> hold_against(CheckedAttachment& checked, verify::Source& source) {
  std::vector<std::uint64_t> given = checked.seqs;
  std::ranges::sort(given);
  std::uint64_t seen = 0;
  std::uint64_t counted = 0;
  const auto headers = source.cursor(Database::kHeaders);
  auto row = headers->first();
  for (; row && *row && seen < checked.size; row = headers->next(), ++seen) {
    const auto header = chain::decode_header(headers->value());
    if (!header) return tl::unexpected(header.error());
    if (!belongs(checked, *header)) continue;
    ++counted;
    if (!std::ranges::binary_search(given, header->seq.value))
      find(checked, header->seq.value, kRule, "the log has it, and the attachment has not");
  }
  if (!row) return tl::unexpected(row.error());
  if (seen < checked.size)
    return fail(ErrorCode::kNotFound,
                fmt::format("the attachment is of {} events, and here are only {}: bring the log "
                            "as it was then, or later",
                            checked.size, seen));
  checked.in_log = counted;
  return {};
}

std::string to_json(const CheckedAttachment& checked) {
  std::string out = fmt::format("{{\"holds\":{},\"anchored\":{},\"records\":{}", checked.holds(),
                                checked.anchored, checked.seqs.size());
  if (checked.in_log) out += fmt::format(",\"in_log\":{}", *checked.in_log);
  out += fmt::format(",\"size\":{},\"attachment\":", checked.size);
  chain::write_string(out, checked.attachment);
  out += ",\"edition\":";
  chain::write_string(out, checked.edition);
  out += ",\"origin\":";
  chain::write_string(out, checked.origin);
  out += ",\"findings\":[";
  for (std::size_t i = 0; i < checked.findings.size(); ++i) {
    const verify::Finding& finding = checked.findings[i];
    out += i == 0 ? "{" : ",{";
    if (finding.seq) out += fmt::format("\"seq\":{},", *finding.seq);
    out += "\"rule\":";
    chain::write_string(out, finding.rule);
    out += ",\"what\":";
    chain::write_string(out, finding.what);
    out += "}";
  }
  return out + "]}";
}

std::string to_text(const CheckedAttachment& checked) {
  std::string out = fmt::format(
      "{} records: {}, the {} edition, of {} from {} until {}, at {} events\n{}\n",
      checked.seqs.size(), checked.attachment, checked.edition, verify::printable(checked.origin),
      chain::format_time(checked.from), chain::format_time(checked.until), checked.size,
      verify::printable(checked.marking));
  out += checked.in_log ? fmt::format("the log has {} of that kind and time\n", *checked.in_log)
                        : "not held against a log: whether any is left out was not looked at\n";
  for (const verify::Finding& finding : checked.findings) {
    out += finding.seq ? fmt::format("  event {}: ", *finding.seq) : "  ";
    out += fmt::format("{}  {}\n", finding.rule, finding.what);
  }
  out += checked.holds() ? "holds" : "does not hold";
  out += checked.anchored ? ", anchored in the key you gave\n"
                          : ", not anchored: without the log's own key (--key) a file that "
                            "somebody else signed holds too\n";
  return out;
}

}  // namespace alpr::report_check

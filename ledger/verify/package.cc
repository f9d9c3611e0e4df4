#include "ledger/verify/package.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/payload.h"
#include "ledger/verify/receipt.h"
#include "ledger/verify/rules.h"

namespace alpr::verify {
namespace {

using chain::Json;

constexpr std::string_view kFormat = "plateledger package v1";

struct Packaged {
  std::uint64_t seq = 0;
  Salt salt{};
  std::string payload;
};

struct PackageFile {
  std::string content_text;
  std::string marking;
  std::string origin;
  std::vector<Packaged> events;
  std::vector<std::string> receipts;  // canonical JSON of each
  std::string release;
};

tl::unexpected<Error> malformed(std::string_view member, std::string_view what) {
  return fail(ErrorCode::kMalformed, fmt::format("the package's member \"{}\" {}", member, what));
}

Result<std::string> text_of(const Json& object, std::string_view name) {
  const Json* member = object.member(name);
  if (member == nullptr || member->string() == nullptr) return malformed(name, "is not a text");
  return *member->string();
}

Result<const Json::Array*> list_of(const Json& object, std::string_view name) {
  const Json* member = object.member(name);
  if (member == nullptr || member->array() == nullptr) return malformed(name, "is not a list");
  if (member->array()->size() > kPackagedEventsMax) return malformed(name, "is too long");
  return member->array();
}

Result<Packaged> event_of(const Json& object) {
  const Json* seq = object.member("event");
  if (seq == nullptr || seq->integer() == nullptr || *seq->integer() < 0)
    return malformed("event", "is not a whole number");
  Packaged event{static_cast<std::uint64_t>(*seq->integer()), {}, {}};
  const auto salt = text_of(object, "salt");
  if (!salt) return tl::unexpected(salt.error());
  const auto bytes = chain::parse_hex(*salt);
  if (!bytes || bytes->size() != event.salt.size())
    return malformed("salt", "is not of 32 bytes in hexadecimal digits");
  std::ranges::copy(*bytes, event.salt.begin());
  auto payload = text_of(object, "payload");
  if (!payload) return tl::unexpected(payload.error());
  event.payload = std::move(*payload);
  return event;
}

Result<void> read_content(PackageFile& file) {
  const auto content = chain::parse_canonical(file.content_text);
  if (!content || content->object() == nullptr)
    return malformed("content", "is not a JSON object in canonical form");
  auto marking = text_of(*content, "marking");
  if (!marking) return tl::unexpected(marking.error());
  auto origin = text_of(*content, "origin");
  if (!origin) return tl::unexpected(origin.error());
  const auto events = list_of(*content, "events");
  if (!events) return tl::unexpected(events.error());
  file.marking = std::move(*marking);
  file.origin = std::move(*origin);
  for (const Json& one : **events) {
    auto event = event_of(one);
    if (!event) return tl::unexpected(event.error());
    file.events.push_back(std::move(*event));
  }
  return {};
}

Result<PackageFile> parse_package(std::string_view json) {
  if (json.size() > kPackageMax) return fail(ErrorCode::kTooLarge, "the package is too large");
  if (json.ends_with('\n')) json.remove_suffix(1);
  const auto object = chain::parse_canonical(json);
  if (!object || object->object() == nullptr)
    return fail(ErrorCode::kMalformed,
                "the package is not the JSON object that was handed out: keep it as it came");
  // Beside what is checked nothing is carried along that somebody could take for checked.
  if (object->object()->size() != 4)
    return fail(ErrorCode::kMalformed, "the package has other members than a package has");
  const auto format = text_of(*object, "format");
  if (!format) return tl::unexpected(format.error());
  if (*format != kFormat) return malformed("format", "is of another kind of file");
  PackageFile file;
  auto content = text_of(*object, "content");
  if (!content) return tl::unexpected(content.error());
  file.content_text = std::move(*content);
  if (auto read = read_content(file); !read) return tl::unexpected(read.error());
  const auto receipts = list_of(*object, "receipts");
  if (!receipts) return tl::unexpected(receipts.error());
  for (const Json& one : **receipts) file.receipts.push_back(chain::write(one));
  const Json* release = object->member("release");
  if (release == nullptr) return malformed("release", "is missing");
  file.release = chain::write(*release);
  return file;
}

class Check {
 public:
  Check(const PackageFile& file, const chain::KindRegistry& kinds,
        const std::optional<chain::VerifierKey>& key,
        const std::optional<chain::WitnessPolicy>& policy)
      : file_(file), kinds_(kinds), key_(key), policy_(policy) {}

  Result<PackageReport> run();

 private:
  void add(std::optional<std::uint64_t> seq, std::string_view rule, std::string_view what) {
    if (report_.findings.size() < kFindingsKept)
      report_.findings.push_back({seq, std::string(rule), printable(what)});
  }
  Result<ReceiptReport> receipt(const std::string& json);
  void check_release(const ReceiptReport& release);
  void check_event(const Packaged& event, const ReceiptReport& receipt);

  const PackageFile& file_;
  const chain::KindRegistry& kinds_;
  const std::optional<chain::VerifierKey>& key_;
  const std::optional<chain::WitnessPolicy>& policy_;
  PackageReport report_;
};

Result<ReceiptReport> Check::receipt(const std::string& json) {
  auto checked = check_receipt(json, kinds_, key_, policy_);
  if (!checked) return checked;
  for (const Finding& finding : checked->findings) add(finding.seq, finding.rule, finding.what);
  if (checked->origin != file_.origin)
    add(checked->header.seq.value, rule::kCheckpoint, "it is of another log than the content says");
  return checked;
}

// The content is the one that the release's event commits to, and the events are those it names.
void Check::check_release(const ReceiptReport& release) {
  std::string digest;
  std::string events;
  for (const ShownMember& member : release.shown) {
    if (member.name == "content_sha256") digest = member.value;
    if (member.name == "events") events = member.value;
  }
  const std::string own = chain::hex(chain::sha256(as_bytes(file_.content_text)));
  const std::uint64_t seq = release.header.seq.value;
  if (digest != "\"" + own + "\"")
    add(seq, rule::kPayload, "the content is not the one that was released");
  Json::Array named;
  for (const Packaged& event : file_.events)
    named.emplace_back(static_cast<std::int64_t>(event.seq));
  if (events != chain::write(Json(std::move(named))))
    add(seq, rule::kPayload, "the events are not those that were released");
}

void Check::check_event(const Packaged& event, const ReceiptReport& receipt) {
  if (receipt.header.seq.value != event.seq)
    return add(event.seq, rule::kChain, "its receipt is of another event");
  if (receipt.header.form != chain::Form::kWhole ||
      chain::commit_whole(event.salt, event.payload) != receipt.header.commitment)
    add(event.seq, rule::kPayload, "its payload is not the one that its header commits to");
}

Result<PackageReport> Check::run() {
  report_.anchored = key_.has_value();
  report_.marking = file_.marking;
  report_.events = file_.events.size();
  const auto release = receipt(file_.release);
  if (!release) return tl::unexpected(release.error());
  report_.origin = release->origin;
  report_.release = release->header.seq.value;
  check_release(*release);
  if (file_.receipts.size() != file_.events.size())
    add(std::nullopt, rule::kPayload, "there is not one receipt for each event");
  for (std::size_t i = 0; i < std::min(file_.receipts.size(), file_.events.size()); ++i) {
    const auto one = receipt(file_.receipts[i]);
    if (!one) return tl::unexpected(one.error());
    check_event(file_.events[i], *one);
  }
  return std::move(report_);
}

}  // namespace

Result<PackageReport> check_package(std::string_view json, const chain::KindRegistry& kinds,
                                    const std::optional<chain::VerifierKey>& key,
                                    const std::optional<chain::WitnessPolicy>& policy) {
  const auto file = parse_package(json);
  if (!file) return tl::unexpected(file.error());
  return Check(*file, kinds, key, policy).run();
}

std::string to_json(const PackageReport& report) {
  std::string out = fmt::format("{{\"holds\":{},\"anchored\":{},\"release\":{},\"events\":{}",
                                report.holds(), report.anchored, report.release, report.events);
  out += ",\"origin\":";
  chain::write_string(out, report.origin);
  out += ",\"marking\":";
  chain::write_string(out, report.marking);
  out += ",\"findings\":[";
  for (std::size_t i = 0; i < report.findings.size(); ++i) {
    const Finding& finding = report.findings[i];
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

std::string to_text(const PackageReport& report) {
  std::string out =
      fmt::format("{} events of {}, released by event {}\n{}\n", report.events,
                  printable(report.origin), report.release, printable(report.marking));
  for (const Finding& finding : report.findings) {
    out += finding.seq ? fmt::format("  event {}: ", *finding.seq) : "  ";
    out += fmt::format("{}  {}\n", finding.rule, finding.what);
  }
  out += report.holds() ? "holds" : "does not hold";
  out += report.anchored ? ", anchored in the key you gave\n"
                         : ", not anchored: without the log's own key (--key) a package that "
                           "somebody else signed holds too\n";
  return out;
}

}  // namespace alpr::verify

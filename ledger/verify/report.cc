#include "ledger/verify/report.h"

#include <fmt/format.h>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"

namespace alpr::verify {
namespace {

using chain::Json;

constexpr std::int64_t kNone = -1;  // no seq, or a holds that is neither true nor false

void write_finding(std::string& out, const Finding& finding) {
  out += "{\"seq\":";
  out += finding.seq ? fmt::format("{}", *finding.seq) : "null";
  out += ",\"rule\":";
  chain::write_string(out, finding.rule);
  out += ",\"what\":";
  chain::write_string(out, finding.what);
  out += '}';
}

void write_level(std::string& out, const LevelReport& level) {
  out += fmt::format(
      "{{\"level\":\"{}\",\"holds\":{},\"checked\":{},\"not_checked\":{},\"findings_count\":{}",
      to_string(level.level),
      !level.holds   ? "null"
      : *level.holds ? "true"
                     : "false",
      level.checked, level.not_checked, level.findings_count);
  if (!level.note.empty()) {
    out += ",\"note\":";
    chain::write_string(out, level.note);
  }
  if (level.begun_at) out += fmt::format(",\"begun_at\":{}", *level.begun_at);
  if (level.state_sha256)
    out += fmt::format(",\"state_sha256\":\"{}\"", chain::hex(*level.state_sha256));
  out += ",\"findings\":[";
  for (std::size_t i = 0; i < level.findings.size(); ++i) {
    if (i != 0) out += ',';
    write_finding(out, level.findings[i]);
  }
  out += "]}";
}

Json encode_level(const LevelReport& level) {
  Json::Array findings;
  for (const Finding& f : level.findings) {
    findings.push_back(
        Json::Array{f.seq ? static_cast<std::int64_t>(*f.seq) : kNone, f.rule, f.what});
  }
  return Json::Object{
      {"level", static_cast<std::int64_t>(level.level)},
      {"holds", level.holds ? static_cast<std::int64_t>(*level.holds) : kNone},
      {"checked", static_cast<std::int64_t>(level.checked)},
      {"not_checked", static_cast<std::int64_t>(level.not_checked)},
      {"count", static_cast<std::int64_t>(level.findings_count)},
      {"note", level.note},
      {"begun_at", level.begun_at ? static_cast<std::int64_t>(*level.begun_at) : kNone},
      {"state", level.state_sha256 ? chain::hex(*level.state_sha256) : ""},
      {"findings", std::move(findings)}};
}

std::int64_t integer_of(const Json& object, std::string_view name) {
  const Json* member = object.member(name);
  return member != nullptr && member->integer() != nullptr ? *member->integer() : kNone;
}

std::string string_of(const Json& object, std::string_view name) {
  const Json* member = object.member(name);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
}

LevelReport decode_level(const Json& json) {
  LevelReport level;
  level.level = static_cast<Level>(integer_of(json, "level"));
  const std::int64_t holds = integer_of(json, "holds");
  if (holds != kNone) level.holds = holds == 1;
  level.checked = static_cast<std::uint64_t>(integer_of(json, "checked"));
  level.not_checked = static_cast<std::uint64_t>(integer_of(json, "not_checked"));
  level.findings_count = static_cast<std::uint64_t>(integer_of(json, "count"));
  level.note = string_of(json, "note");
  if (const std::int64_t at = integer_of(json, "begun_at"); at != kNone)
    level.begun_at = static_cast<std::uint64_t>(at);
  if (const auto state = chain::parse_digest_hex(string_of(json, "state")))
    level.state_sha256 = *state;
  const Json* findings = json.member("findings");
  if (findings == nullptr || findings->array() == nullptr) return level;
  for (const Json& entry : *findings->array()) {
    const Json::Array* parts = entry.array();
    if (parts == nullptr || parts->size() != 3) continue;
    const std::int64_t* seq = (*parts)[0].integer();
    const std::string* rule = (*parts)[1].string();
    const std::string* what = (*parts)[2].string();
    if (seq == nullptr || rule == nullptr || what == nullptr) continue;
    Finding finding{std::nullopt, *rule, *what};
    if (*seq != kNone) finding.seq = static_cast<std::uint64_t>(*seq);
    level.findings.push_back(std::move(finding));
  }
  return level;
}

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::kChain:
      return "chain";
    case Level::kErasure:
      return "erasure";
    case Level::kPolicy:
      return "policy";
  }
  return "unknown";
}

Result<Level> parse_level(std::string_view text) {
  for (const Level level : {Level::kChain, Level::kErasure, Level::kPolicy}) {
    if (text == to_string(level)) return level;
  }
  return fail(ErrorCode::kMalformed, "a level is chain, erasure or policy");
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c >= 0x20 && c < 0x7f) {
      out += c;
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

void LevelReport::add(std::optional<std::uint64_t> seq, std::string_view rule,
                      std::string_view what) {
  holds = false;
  ++findings_count;
  if (findings.size() >= kFindingsKept) return;
  // A number that JSON integers cannot carry is not the seq of any event.
  if (seq && *seq > static_cast<std::uint64_t>(chain::kIntegerMax)) seq.reset();
  findings.push_back({seq, std::string(rule), printable(what)});
}

bool Report::holds() const {
  if (levels.empty()) return false;
  for (const LevelReport& level : levels) {
    if (level.holds != true) return false;
  }
  return true;
}

std::string to_json(const Report& report) {
  std::string out =
      fmt::format("{{\"holds\":{},\"anchored\":{},\"as_of\":\"{}\",\"simulated\":{},\"size\":{},",
                  report.holds(), report.anchored, chain::format_time(report.as_of),
                  report.simulated, report.size);
  out += fmt::format("\"root\":\"{}\",\"levels\":[", chain::hex(report.root));
  for (std::size_t i = 0; i < report.levels.size(); ++i) {
    if (i != 0) out += ',';
    write_level(out, report.levels[i]);
  }
  out += fmt::format("],\"seconds\":{:.3f}}}", static_cast<double>(report.took_us) / kSecondUs);
  return out;
}

std::string to_text(const Report& report) {
  std::string out;
  if (report.simulated) {
    out += "simulated: the genesis of this log says that its clock is not the real one\n";
  }
  for (const LevelReport& level : report.levels) {
    out += fmt::format("{:<8} {:<15} {} checked, {} not checked", to_string(level.level),
                       !level.holds   ? "not checked"
                       : *level.holds ? "holds"
                                      : "does not hold",
                       level.checked, level.not_checked);
    if (level.findings_count != 0) out += fmt::format(", {} findings", level.findings_count);
    if (!level.note.empty()) out += ": " + level.note;
    out += '\n';
    for (const Finding& f : level.findings) {
      out += f.seq ? fmt::format("  {}  event {}: {}\n", f.rule, *f.seq, f.what)
                   : fmt::format("  {}  {}\n", f.rule, f.what);
    }
    if (level.findings.size() < level.findings_count) {
      out += fmt::format("  and {} more\n", level.findings_count - level.findings.size());
    }
  }
  out += fmt::format("{} events, root {}, judged as of {}, {:.1f} s\n", report.size,
                     chain::hex(report.root), chain::format_time(report.as_of),
                     static_cast<double>(report.took_us) / kSecondUs);
  out += report.holds() ? "holds" : "does not hold";
  out += report.anchored ? ", anchored in the key you gave\n"
                         : ", not anchored: without the log's own key (--key) a store signed anew "
                           "by a forger holds too\n";
  return out;
}

std::string encode(const Report& report) {
  Json::Array levels;
  for (const LevelReport& level : report.levels) levels.push_back(encode_level(level));
  return chain::write(
      Json::Object{{"anchored", report.anchored},
                   {"simulated", report.simulated},
                   {"as_of", chain::decimal(static_cast<std::uint64_t>(report.as_of.value))},
                   {"size", static_cast<std::int64_t>(report.size)},
                   {"root", chain::hex(report.root)},
                   {"took_us", report.took_us},
                   {"levels", std::move(levels)}});
}

Result<Report> decode_report(std::string_view text) {
  const auto json = chain::parse_canonical(text);
  if (!json) return tl::unexpected(json.error());
  const Json* anchored = json->member("anchored");
  const Json* simulated = json->member("simulated");
  const Json* levels = json->member("levels");
  const auto root = chain::parse_digest_hex(string_of(*json, "root"));
  const auto as_of = chain::parse_decimal(string_of(*json, "as_of"));
  if (anchored == nullptr || anchored->boolean() == nullptr || simulated == nullptr ||
      simulated->boolean() == nullptr || levels == nullptr || levels->array() == nullptr || !root ||
      !as_of) {
    return fail(ErrorCode::kMalformed, "not a report");
  }
  Report report;
  report.anchored = *anchored->boolean();
  report.simulated = *simulated->boolean();
  report.as_of = {static_cast<std::int64_t>(*as_of)};
  report.size = static_cast<std::uint64_t>(integer_of(*json, "size"));
  report.root = *root;
  report.took_us = integer_of(*json, "took_us");
  for (const Json& level : *levels->array()) report.levels.push_back(decode_level(level));
  return report;
}

}  // namespace alpr::verify

// What is told of a redrawn audit, and the child process that it is redrawn in.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "ledger/chain/canonical_json.h"
#include "ledger/verify/audit/redraw.h"
#include "ledger/verify/bundle_source.h"
#include "ledger/verify/guard.h"
#include "ledger/verify/reader.h"

namespace alpr::audit {
namespace {

// What the child hands to its parent: sort, whether it holds or the error's code, then one or two
// texts.
constexpr char kAnswer = 'A';
constexpr char kError = 'E';

std::string encoded(const Result<Report>& report) {
  if (!report)
    return std::string(1, kError) + static_cast<char>(report.error().code) + report.error().detail;
  return std::string(1, kAnswer) + (report->holds() ? '1' : '0') + to_json(*report) + '\n' +
         to_text(*report);
}

Result<Answer> decoded(const std::string& text) {
  if (text.size() < 2) return fail(ErrorCode::kIo, "the reading process answered something else");
  if (text[0] == kError) return fail(static_cast<ErrorCode>(text[1]), text.substr(2));
  const std::size_t line = text.find('\n');
  if (text[0] != kAnswer || line == std::string::npos)
    return fail(ErrorCode::kIo, "the reading process answered something else");
  return Answer{text[1] == '1', text.substr(2, line - 2), text.substr(line + 1)};
}

template <typename Open>
Result<Answer> guarded(const verify::Options& options, std::uint64_t audit, const Open& open) {
  const auto answer = verify::in_child([&] {
    const auto source = open();
    if (!source) return encoded(tl::unexpected(source.error()));
    return encoded(redraw(**source, options, audit));
  });
  if (!answer) return tl::unexpected(answer.error());
  return decoded(*answer);
}

}  // namespace

bool Report::holds() const {
  return std::ranges::none_of(parts, [](const Part& part) { return part.equal == false; });
}

std::string to_json(const Report& report) {
  using chain::Json;
  Json::Array parts;
  for (const Part& part : report.parts) {
    Json::Object one{{"part", Json(part.name)}};
    if (part.equal) one.emplace_back("equal", Json(*part.equal));
    one.emplace_back("what", Json(part.what));
    parts.emplace_back(std::move(one));
  }
  Json::Object all{{"audit", Json(static_cast<std::int64_t>(report.audit))},
                   {"holds", Json(report.holds())},
                   {"anchored", Json(report.anchored)},
                   {"simulated", Json(report.simulated)},
                   {"size", Json(static_cast<std::int64_t>(report.size))},
                   {"parts", Json(std::move(parts))}};
  if (!report.beacon.empty()) all.emplace_back("beacon", Json(report.beacon));
  return chain::write(Json(std::move(all)));
}

std::string to_text(const Report& report) {
  std::string text =
      fmt::format("audit {}{}\n", report.audit, report.simulated ? " (of a simulated log)" : "");
  for (const Part& part : report.parts) {
    text += fmt::format("  {:<10} {:<12} {}\n", part.name,
                        !part.equal   ? "not yet"
                        : *part.equal ? "equal"
                                      : "DIFFERS",
                        part.what);
  }
  if (!report.beacon.empty())
    text += fmt::format("  compare this with what the source published: {}\n", report.beacon);
  text += report.holds() ? "What is there comes out equal.\n" : "It does not come out equal.\n";
  return text;
}

Result<Answer> redraw_store(const std::filesystem::path& store, const verify::Options& options,
                            std::uint64_t audit) {
  return guarded(options, audit, [&] { return verify::Reader::open(store); });
}

Result<Answer> redraw_bundle(const verify::MappedFile& bundle, const verify::Options& options,
                             std::uint64_t audit) {
  return guarded(options, audit, [&] { return verify::BundleSource::open(bundle); });
}

}  // namespace alpr::audit

#include "api/problem.h"

#include "ledger/chain/canonical_json.h"

namespace alpr::api {

namespace {

struct Row {
  ErrorCode code;
  int status;
  std::string_view slug;
  std::string_view title;
};

constexpr Row kTable[] = {
    {ErrorCode::kMalformed, 400, "malformed", "The request is malformed"},
    {ErrorCode::kBadSignature, 403, "bad-signature", "A signature does not match"},
    {ErrorCode::kNotFound, 404, "not-found", "There is no such thing"},
    {ErrorCode::kGone, 410, "gone", "It was here and has been erased"},
    {ErrorCode::kConflict, 409, "conflict", "It does not fit the state of things"},
    {ErrorCode::kRefused, 403, "refused", "The order does not allow it"},
    {ErrorCode::kUnauthenticated, 401, "unauthenticated", "Log in first"},
    {ErrorCode::kTooLarge, 413, "too-large", "The body is too large"},
    {ErrorCode::kBusy, 503, "busy", "Too much is waiting"},
    {ErrorCode::kNoSpace, 507, "no-space", "The disk is full"},
    {ErrorCode::kIo, 500, "io", "The server's storage failed"},
    {ErrorCode::kWrongVersion, 500, "wrong-version", "The store is of another version"},
    {ErrorCode::kLocked, 503, "locked", "The store is in use"},
    {ErrorCode::kRollback, 500, "rollback", "The store is older than what it has signed"},
    {ErrorCode::kClock, 503, "clock-stopped", "The clock stepped; two people must confirm it"},
    {ErrorCode::kCorrupt, 500, "corrupt", "The store does not read back"},
};

const Row& row_of(ErrorCode code) {
  for (const Row& row : kTable)
    if (row.code == code) return row;
  ALPR_CHECK(false);
}

std::string_view slug_of(int status) {
  switch (status) {
    case 400:
      return "malformed";
    case 401:
      return "unauthenticated";
    case 404:
      return "not-found";
    case 405:
      return "method-not-allowed";
    case 408:
      return "timeout";
    case 413:
      return "too-large";
    case 415:
      return "unsupported-media-type";
    case 429:
      return "too-many-requests";
    case 431:
      return "header-too-large";
    case 503:
      return "busy";
    default:
      return "failed";
  }
}

}  // namespace

int status_of(ErrorCode code) { return row_of(code).status; }

Response problem(const Problem& p) {
  using chain::Json;
  Json::Object body;
  body.emplace_back("type", "urn:plateledger:problem:" + p.slug);
  body.emplace_back("title", p.title);
  body.emplace_back("status", static_cast<std::int64_t>(p.status));
  // A detail may quote what was sent; what is not UTF-8 is left out rather than sent on.
  body.emplace_back("detail",
                    chain::valid_utf8(p.detail) ? p.detail : std::string("(not valid UTF-8)"));
  if (!p.rules.empty()) {
    Json::Array rules;
    for (const std::string& rule : p.rules) rules.emplace_back(rule);
    body.emplace_back("rules", std::move(rules));
  }
  if (p.event) body.emplace_back("event", static_cast<std::int64_t>(p.event->value));
  if (p.tombstone) {
    const std::string seq = std::to_string(p.tombstone->value);
    body.emplace_back("tombstone", static_cast<std::int64_t>(p.tombstone->value));
    body.emplace_back("proof", "/log/proof/" + seq);
  }
  Response response{p.status, "application/problem+json", chain::write(Json(std::move(body))), {}};
  if (p.status == 503) response.headers.emplace_back("Retry-After", "1");
  if (p.status == 401)
    response.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"plateledger\"");
  return response;
}

Problem problem_of(const Error& error) {
  const Row& row = row_of(error.code);
  // What went wrong inside is for the log, not for the peer.
  const bool inside = row.status == 500;
  return {row.status,
          std::string(row.slug),
          std::string(row.title),
          inside ? "see the server's log" : error.detail,
          {},
          {}};
}

Response problem(const Error& error) { return problem(problem_of(error)); }

Response problem(int status, std::string_view detail) {
  return problem(Problem{
      status, std::string(slug_of(status)), std::string(detail), std::string(detail), {}, {}});
}

}  // namespace alpr::api

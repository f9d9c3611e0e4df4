// Every refusal over HTTP: RFC 9457 problem documents with a stable type. Pure; any thread.
//
// {"type":"urn:plateledger:problem:purpose-not-allowed","title":...,"status":403,"detail":...,
//  "rules":["I12-C2B-1"],
//  "event":1234}   rules and event only where the order refused and the refusal is on the record;
//                  tombstone (a seq) and proof (the path of its tlog-proof) where a purge took it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http_server/message.h"
#include "ledger/chain/error.h"
#include "ledger/chain/types.h"

namespace alpr::api {

struct Problem {
  int status = 500;
  std::string slug;  // end of the type
  std::string title;
  std::string detail;
  std::vector<std::string> rules;
  std::optional<Sequence> event;
  std::optional<Sequence> tombstone = {};
};

Problem problem_of(const Error& error);
Response problem(const Problem& problem);
// The one table from ErrorCode to status and slug.
Response problem(const Error& error);
// By status alone, for what the server itself answers.
Response problem(int status, std::string_view detail);
int status_of(ErrorCode code);

}  // namespace alpr::api

// Versions of the order's parameters: TOML documents that one person proposes and another adopts.
#include "policy/rules/policies.h"

#include <fmt/core.h>

#include "api/api.h"
#include "api/toml.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "policy/rules/parameters.h"

namespace alpr::api {

namespace {

constexpr std::size_t kDocumentMax = std::size_t{64} << 10;

struct Document {
  std::int64_t version = 0;
  std::string order;
  TimeUs effective;
  policy::Parameters parameters;
  template <typename M>
  void members(M& m) {
    m("version", version);
    m("order", order);
    m("effective", effective);
    m("parameters", parameters);
  }
};

struct Proposal {
  std::string document;  // TOML
  std::string justification;
  template <typename M>
  void members(M& m) {
    m("document", document);
    m("justification", justification);
  }
};

struct PolicyList {
  std::int64_t in_force = 0;  // version
  std::vector<policy::PolicyRow> versions;
  std::vector<policy::PolicyProposalRow> proposals;
  std::string document;  // the newest version as TOML, to change and propose
  template <typename M>
  void members(M& m) {
    m("in_force", in_force);
    m("versions", versions);
    m("proposals", proposals);
    m("document", document);
  }
};

// A version's text, as one would propose it: the time written as a time.
std::string document_of(const policy::PolicyRow& row) {
  return fmt::format("version = {}\norder = \"{}\"\neffective = {}\n\n{}", row.version,
                     policy::kOrder, chain::format_time(row.effective),
                     write_toml(chain::Json(
                         chain::Json::Object{{"parameters", policy::to_json(row.parameters)}})));
}

Response propose(Context& context, const Call& call, const Proposal& proposal) {
  if (proposal.document.size() > kDocumentMax)
    return problem(Error{ErrorCode::kTooLarge, "document: at most 64 KiB"});
  const auto json = parse_toml(proposal.document);
  if (!json) return problem(Error{ErrorCode::kMalformed, "document: " + json.error().detail});
  auto document = policy::from_json<Document>(*json, "document");
  if (!document) return problem(document.error());
  const policy::ProposePolicy command{document->version,
                                      std::move(document->order),
                                      document->effective,
                                      std::move(document->parameters),
                                      chain::sha256(as_bytes(proposal.document)),
                                      proposal.justification};
  return answer(context, context.service.perform(*call.actor, command));
}

Response list(Context& context) {
  constexpr std::size_t kShownMax = 1000;
  const auto snapshot = context.service.snapshot();
  auto versions = policy::list_policies(*snapshot.rows);
  if (!versions) return problem(versions.error());
  auto proposals = policy::list_policy_proposals(*snapshot.rows, kShownMax);
  if (!proposals) return problem(proposals.error());
  std::string document = document_of(versions->back());
  return json_answer(PolicyList{snapshot.policy->version, std::move(*versions),
                                std::move(*proposals), std::move(document)});
}

}  // namespace

void add_policy_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(
      without_body({.method = "GET",
                    .path = "/v1/policies",
                    .summary = "Every version of the order's parameters, those proposed, and the "
                               "newest as a document",
                    .who = "anybody with an account",
                    .rules = {"I12-HDR-1"},
                    .answer = members_of<PolicyList>()},
                   [&context](const Call&) { return list(context); }));
  endpoints.add(with_body<Proposal>({.method = "POST",
                                     .path = "/v1/policies",
                                     .summary = "Propose a version: a whole TOML document and why",
                                     .who = "POLICY_COORDINATOR or ADMINISTRATOR",
                                     .rules = {"I12-HDR-1", "I12-HDR-2", "I12-L-1", "I12-G-1"},
                                     .body_max = 2 * kDocumentMax,
                                     .answer_status = 201,
                                     .answer = members_of<Written>()},
                                    {}, [&context](const Call& call, const Proposal& proposal) {
                                      return propose(context, call, proposal);
                                    }));
  endpoints.add(command_endpoint<policy::DecidePolicy>(
      context,
      {.method = "POST",
       .path = "/v1/policies/{proposal}/decision",
       .summary = "Adopt or deny a version that another person proposed",
       .who = "CHIEF_DESIGNEE, not the proposer",
       .rules = {"I12-HDR-1", "I12-L-1"}},
      {{"proposal", "proposal"}}));
}

}  // namespace alpr::api

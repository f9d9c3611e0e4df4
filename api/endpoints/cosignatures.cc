// A witness that nobody can reach brings its cosignature by itself (docs/operations/witness.md).
#include <array>

#include "api/cosigners.h"
#include "api/endpoints/log_access.h"
#include "policy/rules/access.h"

namespace alpr::api {

namespace {

struct Cosignature {
  std::int64_t size = 0;
  std::string cosignature;  // the signature line, without its line feed
  template <typename M>
  void members(M& m) {
    m("size", size);
    m("cosignature", cosignature);
  }
};

struct Stored {
  std::int64_t size = 0;
  std::string witness;
  TimeUs time;
  template <typename M>
  void members(M& m) {
    m("size", size);
    m("witness", witness);
    m("time", time);
  }
};

policy::Gate gate_auditor(const policy::State& state, const policy::Actor& actor,
                          const policy::Moment& moment) {
  constexpr std::array kAuditors{policy::Role::kPacAuditor};
  return policy::gate_role(state, actor, moment, kAuditors, {"I12-F-0", "I12-L-1"});
}

Response store_cosignature(Context& context, const Call& call, const Cosignature& given) {
  if (given.size < 1) return problem(Error{ErrorCode::kMalformed, "size: a tree size"});
  if (auto refused = refuse_unless(context, call, gate_auditor, "log.cosign"))
    return std::move(*refused);
  if (!context.cosigners)
    return problem(Error{ErrorCode::kConflict,
                         "this server has no witness policy: set "
                         "witness_policy in its configuration"});
  const auto accepted =
      context.cosigners->accept(static_cast<std::uint64_t>(given.size), given.cosignature);
  if (!accepted) return problem(accepted.error());
  return json_answer(Stored{given.size, accepted->witness,
                            TimeUs{static_cast<std::int64_t>(accepted->time_s) * kSecondUs}});
}

}  // namespace

void add_cosignature_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(with_body<Cosignature>(
      {.method = "POST",
       .path = "/log/cosignature",
       .summary = "Store a witness's cosignature with its checkpoint (C2SP tlog-cosignature)",
       .who = "PAC_AUDITOR",
       .rules = {"I12-F-0", "I12-L-1"},
       .answer = members_of<Stored>()},
      {}, [&context](const Call& call, const Cosignature& given) {
        return store_cosignature(context, call, given);
      }));
}

}  // namespace alpr::api

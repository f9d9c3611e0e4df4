// Files of people, confirmations and trainings: looked at first, taken in afterwards.
//
// The two calls are tied by the file's digest: what is taken in is byte for byte what somebody saw
// the faults of.
#include "policy/rules/imports.h"

#include "api/api.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/keys.h"
#include "policy/rules/codes.h"

namespace alpr::api {

namespace {

struct Imported {
  std::string username;
  Sequence seq;                     // of the line's own event
  std::optional<std::string> code;  // half of an activation code, shown once
  template <typename M>
  void members(M& m) {
    m("username", username);
    m("seq", seq);
    m("code", code);
  }
};

// Of a dry run the first three, of a run all but the faults.
struct ImportAnswer {
  Digest file_sha256{};  // of the dry run, to be given with the run
  std::int64_t rows = 0;
  std::optional<std::vector<policy::LineFault>> faults;  // none: it can be taken in now
  std::optional<Sequence> seq;  // of list.imported, as are leaf and receipt
  std::optional<Digest> leaf;
  std::optional<std::string> receipt;
  std::optional<std::vector<Imported>> people;
  template <typename M>
  void members(M& m) {
    m("file_sha256", file_sha256);
    m("rows", rows);
    m("faults", faults);
    m("seq", seq);
    m("leaf", leaf);
    m("receipt", receipt);
    m("people", people);
  }
};

// True: a dry run. False: a run, whose digest is that of the file.
Result<bool> asks_for_dry_run(const Call& call, const Digest& sha256) {
  const auto dry = call.query.find("dry_run");
  const auto given = call.query.find("file_sha256");
  if ((dry == call.query.end()) == (given == call.query.end()))
    return fail(ErrorCode::kMalformed,
                "say dry_run=true first, and file_sha256 of its answer to take the file in");
  if (dry != call.query.end()) {
    if (dry->second == "true") return true;
    return fail(ErrorCode::kMalformed, "dry_run: expected true");
  }
  const auto digest = chain::parse_digest_hex(given->second);
  if (!digest)
    return fail(ErrorCode::kMalformed, "file_sha256: expected 64 lower-case hexadecimal digits");
  if (*digest != sha256)
    return fail(ErrorCode::kConflict, "file_sha256: this is not the file of the dry run");
  return false;
}

template <typename Command>
Response dry_run(Context& context, const Call& call, const policy::ImportFile<Command>& file) {
  const auto snapshot = context.service.snapshot();
  policy::ImportCheck checked = policy::check(snapshot.state, *call.actor, file, snapshot.moment);
  if (checked.stop) {
    // Who may not look is refused on the record (architecture invariant 3).
    return not_done(context.service.perform([&](const policy::State&, store::Transaction&,
                                                const policy::Moment&) { return *checked.stop; }));
  }
  ImportAnswer answer;
  answer.file_sha256 = file.sha256;
  answer.rows = static_cast<std::int64_t>(file.lines.size());
  answer.faults = std::move(checked.faults);
  return json_answer(answer);
}

template <typename Command>
Response run(Context& context, const policy::ImportFile<Command>& file, const Outcome& outcome,
             const std::vector<std::string>& codes) {
  if (!outcome.done()) return not_done(outcome);
  const Written event = written(context, outcome.commit.first);
  ImportAnswer answer;
  answer.file_sha256 = file.sha256;
  answer.rows = static_cast<std::int64_t>(file.lines.size());
  answer.seq = event.seq;
  answer.leaf = event.leaf;
  answer.receipt = event.receipt;
  std::vector<Imported> people;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    Imported one{file.lines[i].command.username, {event.seq.value + 1 + i}, std::nullopt};
    if (!codes.empty()) one.code = codes[i];
    people.push_back(std::move(one));
  }
  answer.people = std::move(people);
  return json_answer(answer, 201);
}

// A file whose lines each get half a code.
template <typename Command>
Response with_codes(Context& context, const Call& call, const policy::ImportFile<Command>& file) {
  const auto dry = asks_for_dry_run(call, file.sha256);
  if (!dry) return problem(dry.error());
  if (*dry) return dry_run(context, call, file);
  std::vector<std::string> codes;
  std::vector<policy::CodeDigest> digests;
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    policy::CodeBits bits;
    chain::random_bytes(bits);
    Salt salt;
    chain::random_bytes(salt);
    codes.push_back(policy::code_text(bits));
    digests.push_back(policy::digest_code(codes.back(), salt));
    chain::wipe(bits);
  }
  const Outcome outcome = context.service.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        return policy::decide(state, *call.actor, file, digests, moment);
      });
  return run(context, file, outcome, codes);
}

Response trainings(Context& context, const Call& call) {
  const auto file = policy::read_trainings(call.request.body);
  const auto dry = asks_for_dry_run(call, file.sha256);
  if (!dry) return problem(dry.error());
  if (*dry) return dry_run(context, call, file);
  return run(context, file, context.service.perform(*call.actor, file), {});
}

Endpoint import_endpoint(Endpoint endpoint, std::function<Response(const Call&)> handle) {
  endpoint.method = "POST";
  endpoint.query = {"dry_run", "file_sha256"};
  endpoint.body_type = "text/csv";
  endpoint.body_max = policy::kImportBytesMax;
  endpoint.answer_status = 201;
  endpoint.answer = members_of<ImportAnswer>();
  return without_body(std::move(endpoint), std::move(handle));
}

}  // namespace

void add_import_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(import_endpoint(
      {.path = "/v1/imports/people",
       .summary = "Enrol the people of a CSV file; half A of each code. First with dry_run=true",
       .who = "IT_UNIT",
       .rules = {"I12-C1-2", "I12-I-10", "I12-K-1", "I12-L-1"}},
      [&context](const Call& call) {
        return with_codes(context, call, policy::read_people(call.request.body));
      }));
  endpoints.add(import_endpoint(
      {.path = "/v1/imports/confirmations",
       .summary = "Confirm the enrolments of a CSV file; half B of each. First with dry_run=true",
       .who = "CHIEF_DESIGNEE, ADMINISTRATOR or TRAINING_SECTION, not the enroller",
       .rules = {"I12-K-1"}},
      [&context](const Call& call) {
        return with_codes(context, call, policy::read_confirmations(call.request.body));
      }));
  endpoints.add(import_endpoint(
      {.path = "/v1/imports/trainings",
       .summary = "Record the completed trainings of a CSV file. First with dry_run=true",
       .who = "TRAINING_SECTION, not for oneself",
       .rules = {"I12-J-1", "I12-J-2", "I12-J-3"}},
      [&context](const Call& call) { return trainings(context, call); }));
}

}  // namespace alpr::api

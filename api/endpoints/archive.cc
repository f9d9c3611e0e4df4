// The archive of the lost log that this one follows: an event of it, on the record before it is
// shown.
#include "policy/rules/archive.h"

#include "api/api.h"
#include "policy/records/reads.h"

namespace alpr::api {

namespace {

struct ArchivedEvent {
  Sequence seq;  // of archive.disclosed, as are leaf and receipt
  Digest leaf{};
  std::string receipt;
  Sequence event;
  std::string origin;  // of the lost log
  std::string kind;
  TimeUs time;
  std::string payload;  // canonical JSON, as it was committed to
  std::string tlog_proof;
  template <typename M>
  void members(M& m) {
    m("seq", seq);
    m("leaf", leaf);
    m("receipt", receipt);
    m("event", event);
    m("origin", origin);
    m("kind", kind);
    m("time", time);
    m("payload", payload);
    m("tlog_proof", tlog_proof);
  }
};

Response no_archive() {
  return problem(Error{ErrorCode::kNotFound, "this log follows no lost one: there is no archive"});
}

Response disclose(Context& context, const Call& call, const policy::DiscloseArchived& command) {
  store::Store* archive = context.service.archive();
  if (archive == nullptr) return no_archive();
  const auto event = archive->event(command.event);
  // Whether there is something to show is said only to whom it may be shown to.
  const Outcome outcome = context.service.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        policy::Decision decision = policy::decide(state, *call.actor, command, moment);
        if (decision.refusal || decision.error || event) return decision;
        return policy::Decision::not_judged(event.error().code, event.error().detail);
      });
  if (!outcome.done()) return not_done(outcome);
  const chain::Kind* kind = archive->kinds().find(event->header.kind);
  auto proof = archive->tlog_proof(command.event);
  if (!proof) return problem(proof.error());
  const Written look = written(context, outcome.commit.first);
  return json_answer(
      ArchivedEvent{look.seq, look.leaf, look.receipt, command.event, archive->origin(),
                    kind ? std::string(kind->name) : std::string("unknown"), event->header.time,
                    event->json, std::move(*proof)},
      201);
}

Response disclose_image(Context& context, const Call& call,
                        const policy::DiscloseArchived& command) {
  store::Store* archive = context.service.archive();
  if (archive == nullptr) return no_archive();
  Result<Bytes> image = fail(ErrorCode::kNotFound, "that event is no read with a picture");
  std::string type;
  const auto event = archive->event(command.event);
  if (!event) image = tl::unexpected(event.error());
  if (event && event->header.kind == policy::ReadRecorded::kKind.number) {
    const auto read = policy::from_event<policy::ReadRecorded>(*event);
    if (!read) return problem(read.error());
    type = read->read->image.type;
    image =
        archive->image(command.event, bucket_of(event->header.time), {}, read->read->image.sha256);
  }
  const Outcome outcome = context.service.perform(
      [&](const policy::State& state, store::Transaction&, const policy::Moment& moment) {
        policy::Decision decision = policy::decide(state, *call.actor, command, moment);
        if (decision.refusal || decision.error || image) return decision;
        return policy::Decision::not_judged(image.error().code, image.error().detail);
      });
  if (!outcome.done()) return not_done(outcome);
  return {200, type, std::string(as_text(*image)), {{"Cache-Control", "no-store"}}};
}

}  // namespace

void add_archive_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(with_body<policy::DiscloseArchived>(
      {.method = "POST",
       .path = "/v1/archive/disclosures",
       .summary = "An event of the lost log that this one follows, recorded before it is shown",
       .who = "a trained COORDINATOR or ADMINISTRATOR",
       .rules = {"I12-F-2", "I12-L-3"},
       .answer_status = 201,
       .answer = members_of<ArchivedEvent>()},
      {}, [&context](const Call& call, const policy::DiscloseArchived& command) {
        return disclose(context, call, command);
      }));
  endpoints.add(with_body<policy::DiscloseArchived>(
      {.method = "POST",
       .path = "/v1/archive/images",
       .summary = "The picture of a read that was on hold in the lost log",
       .who = "a trained COORDINATOR or ADMINISTRATOR",
       .rules = {"I12-F-2", "I12-L-3"},
       .answer_type = "image/*"},
      {}, [&context](const Call& call, const policy::DiscloseArchived& command) {
        return disclose_image(context, call, command);
      }));
}

}  // namespace alpr::api

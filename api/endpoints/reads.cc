// Uploads from readers.
#include "policy/registers/reads.h"

#include <algorithm>
#include <map>

#include "api/api.h"
#include "policy/registers/devices.h"
#include "policy/rules/b_reads.h"
#include "recognition/upload/upload_format.h"

namespace alpr::api {

namespace {

struct Received {
  Sequence upload;
  std::vector<Sequence> reads;
  std::vector<Sequence> hits;
  Digest leaf{};  // of the upload, as is the receipt
  std::string receipt;
  template <typename M>
  void members(M& m) {
    m("upload", upload);
    m("reads", reads);
    m("hits", hits);
    m("leaf", leaf);
    m("receipt", receipt);
  }
};

Received received(Context& context, Sequence upload, std::int64_t reads, std::int64_t hits) {
  const Written event = written(context, upload);
  Received result{upload, {}, {}, event.leaf, event.receipt};
  for (std::int64_t i = 0; i < reads; ++i)
    result.reads.push_back({upload.value + 1 + static_cast<std::uint64_t>(i)});
  for (std::int64_t i = 0; i < hits; ++i)
    result.hits.push_back({upload.value + 1 + static_cast<std::uint64_t>(reads + i)});
  return result;
}

// Stores each picture once; reads of the same picture share its place.
// Pictures lie apart from the events that commit to them, so that they can go while the log proves
// (I12-A-1).
Result<std::vector<policy::ImagePlace>> store_images(store::Transaction& transaction,
                                                     const recognition::ParsedUpload& upload) {
  std::map<Digest, policy::ImagePlace> stored;
  std::vector<policy::ImagePlace> places;
  for (std::size_t i = 0; i < upload.images.size(); ++i) {
    const Digest& sha256 = upload.batch.reads[i].facts.image_sha256;
    auto known = stored.find(sha256);
    if (known == stored.end()) {
      const auto place = transaction.store_image(upload.images[i]);
      if (!place) return tl::unexpected(place.error());
      known =
          stored
              .emplace(sha256, policy::ImagePlace{static_cast<std::int64_t>(place->offset),
                                                  static_cast<std::int64_t>(place->length), sha256})
              .first;
    }
    places.push_back(known->second);
  }
  return places;
}

// What is found out about a batch on the caller's thread, before the sequencer's is asked.
struct Prepared {
  std::optional<policy::CheckedSignature> signature;
  policy::NamedEntries named;
};

// What the batch's own matches name in lists that are not active any more is looked up here, too,
// because reading such a list takes longer than the sequencer's thread has. Nothing for a batch
// that would not be let in: whoever could not sign it makes the server read nothing.
Result<Prepared> prepare(Context& context, const recognition::UploadBatch& batch) {
  const auto snapshot = context.service.snapshot();
  const std::string& origin = context.settings.origin;
  auto signature = policy::check_signature(snapshot.state, origin, batch);
  if (!signature) return tl::unexpected(signature.error());
  Prepared prepared{std::move(*signature), {}};
  if (!policy::has_local_hits(batch)) return prepared;
  const policy::UploadJudgement judged =
      policy::judge_upload(snapshot.state, origin, batch, snapshot.moment, prepared.signature);
  if (!judged.accepted) return prepared;
  auto named = policy::look_up_local_hits(snapshot.state, batch);
  if (!named) return tl::unexpected(named.error());
  prepared.named = std::move(*named);
  return prepared;
}

std::int64_t hits_in(const policy::Decision& decision) {
  return std::count_if(decision.events.begin(), decision.events.end(), [](const auto& draft) {
    return draft.kind == policy::HitRaised::kKind.number;
  });
}

Response receive(Context& context, const Call& call) {
  const recognition::UploadLimits limits{.image_bytes_max = context.settings.image_bytes_max};
  const auto upload = recognition::parse_upload(as_bytes(call.request.body), limits);
  if (!upload) return problem(upload.error());
  if (call.request.header("authorization") != "Device " + upload->batch.device)
    return problem(Error{ErrorCode::kMalformed,
                         "the batch is of another device than the Authorization header names"});
  const auto prepared = prepare(context, upload->batch);
  if (!prepared) return problem(prepared.error());
  std::optional<policy::UploadRow> first;
  std::int64_t hits = 0;
  const Outcome outcome =
      context.service.perform([&](const policy::State& state, store::Transaction& transaction,
                                  const policy::Moment& moment) -> policy::Decision {
        first.reset();
        const policy::UploadJudgement judged = policy::judge_upload(
            state, context.settings.origin, upload->batch, moment, prepared->signature);
        if (judged.first_result) {
          first = judged.first_result;
          return {};
        }
        if (judged.decision) return *judged.decision;
        if (policy::has_local_hits(upload->batch) && prepared->named.empty())
          return policy::Decision::not_judged(ErrorCode::kBusy, "send the batch again");
        const auto places = store_images(transaction, *upload);
        if (!places)
          return policy::Decision::not_judged(places.error().code, places.error().detail);
        policy::Decision decision =
            policy::decide(state, *judged.accepted, *places, moment, prepared->named);
        hits = hits_in(decision);
        return decision;
      });
  if (!outcome.done()) return not_done(outcome);
  if (first) return json_answer(received(context, first->upload, first->reads, first->hits), 200);
  return json_answer(received(context, outcome.commit.first,
                              static_cast<std::int64_t>(upload->batch.reads.size()), hits),
                     201);
}

}  // namespace

void add_read_endpoints(Endpoints& endpoints, Context& context) {
  endpoints.add(without_body(
      {.method = "POST",
       .path = "/v1/reads",
       .access = Access::kDevice,
       .summary = "Upload a signed batch of reads with their pictures; a number sent again is "
                  "answered as at first (200)",
       .who = "an enrolled reader",
       .rules = {"I12-DEF-1", "I12-B-2", "I12-B-3", "I12-A-6", "I12-D-1", "I12-F-3", "I12-G-1"},
       .body_type = std::string(recognition::kUploadContentType),
       .body_max = context.settings.upload_bytes_max,
       .answer_status = 201,
       .answer = members_of<Received>()},
      [&context](const Call& call) { return receive(context, call); }));
}

}  // namespace alpr::api

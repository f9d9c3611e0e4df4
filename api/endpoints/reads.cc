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

// The pictures of an upload, each once, and which of them each read is of.
struct Pictures {
  std::vector<store::Image> images;
  std::vector<std::size_t> of_read;
};

Pictures pictures_of(const recognition::ParsedUpload& upload) {
  std::map<Digest, std::size_t> known;
  Pictures pictures;
  for (std::size_t i = 0; i < upload.images.size(); ++i) {
    const Digest& sha256 = upload.batch.reads[i].facts.image_sha256;
    const auto [at, is_new] = known.emplace(sha256, pictures.images.size());
    if (is_new) pictures.images.push_back({upload.images[i], sha256});
    pictures.of_read.push_back(at->second);
  }
  return pictures;
}

// Pictures lie apart from the events that commit to them, so that they can go while the log proves
// (I12-A-1).
Result<std::vector<policy::ImagePlace>> store_pictures(store::Transaction& transaction,
                                                       const Pictures& pictures,
                                                       const store::StagedImages* staged) {
  const auto places = transaction.store_images(pictures.images, staged);
  if (!places) return tl::unexpected(places.error());
  std::vector<policy::ImagePlace> of_reads;
  for (const std::size_t i : pictures.of_read) {
    of_reads.push_back({static_cast<std::int64_t>((*places)[i].offset),
                        static_cast<std::int64_t>((*places)[i].length), pictures.images[i].sha256});
  }
  return of_reads;
}

// What is found out about a batch on the caller's thread, before the sequencer's is asked.
struct Prepared {
  std::optional<policy::CheckedSignature> signature;
  Pictures pictures;
  std::optional<store::StagedImages> staged;
  policy::ReadContents contents;
  policy::NamedEntries named;
  bool accepted = false;  // as the state was; the sequencer's thread judges anew
};

// What the batch's own matches name in lists that are not active any more is looked up here, too,
// because reading such a list takes longer than the sequencer's thread has. Nothing for a batch
// that would not be let in: whoever could not sign it makes the server read nothing.
Result<Prepared> check(Context& context, const recognition::ParsedUpload& upload) {
  const recognition::UploadBatch& batch = upload.batch;
  const auto snapshot = context.service.snapshot();
  const std::string& origin = context.settings.origin;
  auto signature = policy::check_signature(snapshot.state, origin, upload);
  if (!signature) return tl::unexpected(signature.error());
  Prepared prepared{std::move(*signature), {}, std::nullopt, {}, {}};
  const policy::UploadJudgement judged =
      policy::judge_upload(snapshot.state, origin, batch, snapshot.moment, prepared.signature);
  prepared.accepted = judged.accepted.has_value();
  if (!prepared.accepted || !policy::has_local_hits(batch)) return prepared;
  auto named = policy::look_up_local_hits(snapshot.state, batch);
  if (!named) return tl::unexpected(named.error());
  prepared.named = std::move(*named);
  return prepared;
}

// The pictures are stored, and the reads put in order, only of a batch that would be let in:
// sending one again and again fills no disk.
Result<Prepared> prepare(Context& context, const recognition::ParsedUpload& upload) {
  auto prepared = check(context, upload);
  if (!prepared) return prepared;
  prepared->pictures = pictures_of(upload);
  if (!prepared->accepted) return prepared;
  auto staged = context.service.store().stage_images(prepared->pictures.images);
  if (!staged) return tl::unexpected(staged.error());
  prepared->staged = std::move(*staged);
  prepared->contents = policy::contents_of(upload);
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
  const auto prepared = prepare(context, *upload);
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
        const store::StagedImages* staged = prepared->staged ? &*prepared->staged : nullptr;
        const auto places = store_pictures(transaction, prepared->pictures, staged);
        if (!places)
          return policy::Decision::not_judged(places.error().code, places.error().detail);
        policy::Decision decision = policy::decide(state, *judged.accepted, *places, moment,
                                                   prepared->named, prepared->contents);
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

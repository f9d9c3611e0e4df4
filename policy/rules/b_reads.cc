#include "policy/rules/b_reads.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "policy/records/hits.h"
#include "policy/registers/plate_index.h"
#include "policy/rules/devices.h"

namespace alpr::policy {

// Makes AcceptedUpload, which nobody else can.
struct UploadJudge {
  static AcceptedUpload accept(const recognition::UploadBatch& batch, const Digest& link) {
    return {batch, link};
  }
};

namespace {

Decision refuse_upload(const Moment& moment, const recognition::UploadBatch& batch,
                       Refusal refusal) {
  UploadRefused record;
  record.policy = moment.policy->version;
  record.rules = refusal.rules;
  record.slug = refusal.slug;
  record.device = batch.device;
  record.batch = static_cast<std::int64_t>(batch.batch);
  record.reads = static_cast<std::int64_t>(batch.reads.size());
  record.reason = refusal.reason;
  Decision decision;
  decision.then(record);
  decision.refusal = std::move(refusal);
  return decision;
}

std::optional<Refusal> capture_refusal(const recognition::UploadBatch& batch, TimeUs now) {
  for (const recognition::SignedRead& read : batch.reads) {
    if (read.facts.captured_at.value > now.value + kCaptureAheadMaxUs) {
      return Refusal{
          {"I12-B-2"},
          "captured-in-the-future",
          "A read says it was captured over 5 minutes from now: set the device's clock."};
    }
    if (read.facts.captured_at.value < now.value - kRetentionUs) {
      return Refusal{
          {"I12-B-2", "I12-G-1"},
          "captured-too-long-ago",
          "A read says it was captured over 30 days ago, when it would be purged by now."};
    }
  }
  return std::nullopt;
}

// A number that was not received in what is still here: taken before and purged, or skipped.
std::optional<Decision> old_number(const State& state, const recognition::UploadBatch& batch,
                                   const Moment& moment) {
  const auto number = static_cast<std::int64_t>(batch.batch);
  const auto highest = highest_batch(state.rows, batch.device);
  if (!highest) return not_judged(highest.error());
  if (number > *highest) return std::nullopt;
  const auto skipped = has_live_batch_below(state.rows, batch.device, number, moment.now);
  if (!skipped) return not_judged(skipped.error());
  if (!*skipped) {
    return Decision::not_judged(
        ErrorCode::kGone,
        "batch: this number was used, and its reads are purged after 30 days (I12-G-1)");
  }
  return refuse_upload(
      moment, batch,
      {{"I12-F-3"},
       "batch-out-of-order",
       fmt::format("Batch numbers must grow, and {} was received already: a reader's queue is sent "
                   "in its order, so this batch was held back or made later.",
                   *highest)});
}

UploadJudgement decided(Decision decision) {
  return {std::nullopt, std::nullopt, std::move(decision)};
}

HitRaised hit_of(const recognition::UploadBatch& batch, const recognition::ReadFacts& facts,
                 const PlateMatch& match, Sequence upload, Sequence read, const Moment& moment) {
  const TimeUs now = moment.now;
  HitRaised hit;
  hit.upload = upload;
  hit.read = read;
  hit.device = batch.device;
  hit.plate = facts.plate;
  hit.confidence = facts.confidence_ppm;
  hit.captured_at = facts.captured_at;
  hit.match = match.match;
  hit.entry = match.entry;
  // A source whose clock is ahead of ours by up to 5 minutes is of now.
  hit.list_age_s = std::max<std::int64_t>(0, (now.value - match.entry.list_time.value) / kSecondUs);
  hit.state = HitState::kUnvalidated;
  hit.policy = moment.policy->version;
  return hit;
}

HitSetAside set_aside_of(const std::string& device, const recognition::LocalHit& said, SetAside why,
                         Sequence read, const Moment& moment) {
  HitSetAside record;
  record.upload = moment.next;
  record.read = read;
  record.device = device;
  record.why = why;
  record.taken = said.taken;
  record.list = said.list;
  record.entry = static_cast<std::int64_t>(said.entry);
  record.matched_at = said.matched_at;
  record.list_age_s = said.list_age_s;
  record.policy = moment.policy->version;
  return record;
}

UploadReceived received_of(const AcceptedUpload& upload, std::size_t hits, const Moment& moment) {
  const recognition::UploadBatch& batch = upload.batch();
  const TimeUs now = moment.now;
  UploadReceived record;
  record.device = batch.device;
  record.batch = static_cast<std::int64_t>(batch.batch);
  record.reads = static_cast<std::int64_t>(batch.reads.size());
  record.hits = static_cast<std::int64_t>(hits);
  TimeUs newest;
  for (const recognition::SignedRead& read : batch.reads) {
    record.salts.push_back(read.salt);
    newest = std::max(newest, read.facts.captured_at);
  }
  record.signature = chain::base64(batch.signature);
  record.newest_capture_age_us = now.value - newest.value;
  record.policy = moment.policy->version;
  record.previous = batch.previous;
  if (batch.previous) record.link = upload.link();
  return record;
}

}  // namespace

Result<std::optional<QueueBreak>> queue_break(const State& state, std::string_view device,
                                              const std::optional<Digest>& previous, TimeUs now) {
  const auto highest = highest_batch(state.rows, device);
  if (!highest) return tl::unexpected(highest.error());
  if (*highest == 0) {
    const bool first = !previous || *previous == recognition::kFirstLink;
    return first ? std::nullopt : std::optional(QueueBreak::kMissing);
  }
  const auto row = find_upload(state.rows, device, *highest);
  if (!row) return tl::unexpected(row.error());
  const bool comparable = *row && (*row)->link && now < due_time((*row)->received_at);
  if (!previous) return comparable ? std::optional(QueueBreak::kNotChained) : std::nullopt;
  if (!comparable || *previous == *(*row)->link) return std::nullopt;
  return *previous == recognition::kFirstLink ? QueueBreak::kBegunAnew : QueueBreak::kMissing;
}

Result<std::optional<CheckedSignature>> check_signature(const State& state, std::string_view origin,
                                                        const recognition::ParsedUpload& upload) {
  const auto device = find_device(state.rows, upload.batch.device);
  if (!device) return tl::unexpected(device.error());
  if (!*device) return std::optional<CheckedSignature>();
  const PublicKey& key = (*device)->public_key;
  return std::optional(CheckedSignature{key, recognition::verify_upload(upload, key, origin)});
}

UploadJudgement judge_upload(const State& state, std::string_view origin,
                             const recognition::UploadBatch& batch, const Moment& moment,
                             const std::optional<CheckedSignature>& checked) {
  const auto device = find_device(state.rows, batch.device);
  if (!device) return decided(not_judged(device.error()));
  if (auto refusal = device_refusal(*device))
    return decided(refuse_upload(moment, batch, *refusal));
  // Before anything is said about a number, so that nobody but the device learns which it used.
  const bool known = checked && checked->key == (*device)->public_key;
  const auto link =
      known ? checked->link : recognition::verify_upload(batch, (*device)->public_key, origin);
  if (!link) {
    return decided(
        refuse_upload(moment, batch, {{"I12-F-3"}, "upload-not-authentic", link.error().detail}));
  }
  auto before = find_upload(state.rows, batch.device, static_cast<std::int64_t>(batch.batch));
  if (!before) return decided(not_judged(before.error()));
  if (*before && moment.now < due_time((*before)->received_at))
    return {std::nullopt, **before, std::nullopt};
  if (*before) {
    return decided(Decision::not_judged(ErrorCode::kGone,
                                        "batch: its reads are past their 30 days (I12-G-1)"));
  }
  if (auto old = old_number(state, batch, moment)) return decided(std::move(*old));
  if (auto refusal = capture_refusal(batch, moment.now))
    return decided(refuse_upload(moment, batch, *refusal));
  return {UploadJudge::accept(batch, *link), std::nullopt, std::nullopt};
}

Decision decide(const State& state, const AcceptedUpload& upload,
                std::span<const ImagePlace> images, const Moment& moment, const NamedEntries& named,
                const ReadContents& contents) {
  const recognition::UploadBatch& batch = upload.batch();
  ALPR_CHECK(images.size() == batch.reads.size());
  ALPR_CHECK(contents.empty() || contents.size() == batch.reads.size());
  ALPR_CHECK(!has_local_hits(batch) || named.size() == batch.reads.size());
  const Sequence received = moment.next;
  std::vector<ReadRecorded> reads;
  reads.reserve(batch.reads.size());
  std::vector<HitRaised> hits;
  std::vector<HitSetAside> aside;
  for (std::size_t i = 0; i < batch.reads.size(); ++i) {
    const recognition::ReadFacts& facts = batch.reads[i].facts;
    ALPR_CHECK(images[i].sha256 == facts.image_sha256);
    const Sequence read{received.value + 1 + i};
    reads.push_back({received, static_cast<std::int64_t>(i), batch.device,
                     contents.empty() ? Shared<ReadContent>(content_of(facts)) : contents[i],
                     images[i]});
    const auto matches = state.plates.matches(facts.plate, moment.now);
    if (!matches) return not_judged(matches.error());
    std::vector<HitRaised> of_read;
    for (const PlateMatch& match : *matches)
      of_read.push_back(hit_of(batch, facts, match, received, read, moment));
    for (std::size_t k = 0; k < facts.local_hits.size(); ++k) {
      const auto judged = judge_local_hit(state, batch, i, k, named[i].at(k), moment);
      if (!judged) return not_judged(judged.error());
      const auto* held = std::get_if<HeldLocalHit>(&*judged);
      const auto why = held != nullptr ? attach(*held, of_read) : std::get<SetAside>(*judged);
      if (why) aside.push_back(set_aside_of(batch.device, facts.local_hits[k], *why, read, moment));
    }
    std::move(of_read.begin(), of_read.end(), std::back_inserter(hits));
  }
  const auto broken = queue_break(state, batch.device, batch.previous, moment.now);
  if (!broken) return not_judged(broken.error());
  Decision decision;
  decision.events.reserve(1 + reads.size() + hits.size() + aside.size() + (*broken ? 1 : 0));
  decision.then(received_of(upload, hits.size(), moment));
  for (ReadRecorded& read : reads) decision.then(std::move(read));
  for (HitRaised& hit : hits) decision.then(std::move(hit));
  for (const HitSetAside& one : aside) decision.then(one);
  if (*broken) {
    const auto after = highest_batch(state.rows, batch.device);
    if (!after) return not_judged(after.error());
    decision.then(QueueBroken{moment.policy->version, **broken, batch.device, received,
                              static_cast<std::int64_t>(batch.batch), *after});
  }
  return decision;
}

ReadContent content_of(const recognition::ReadFacts& facts) {
  ReadContent content;
  content.plate = facts.plate;
  content.confidence_ppm = facts.confidence_ppm;
  content.captured_at = facts.captured_at;
  content.latitude_e7 = facts.latitude_e7;
  content.longitude_e7 = facts.longitude_e7;
  content.place = facts.place;
  content.box = facts.box;
  content.alternatives.reserve(facts.alternatives.size());
  for (const recognition::Alternative& one : facts.alternatives) {
    content.alternatives.push_back({one.plate, one.confidence_ppm});
  }
  const auto attribute = [](const std::optional<recognition::VehicleAttribute>& one) {
    return one ? std::optional(ReadAttribute{one->value, one->confidence_ppm}) : std::nullopt;
  };
  content.color = attribute(facts.color);
  content.make = attribute(facts.make);
  content.model = attribute(facts.model);
  if (!facts.vehicle_source.empty()) content.vehicle_source = facts.vehicle_source;
  content.image = {facts.image_sha256, facts.image_bytes, facts.image_type};
  for (const recognition::LocalHit& hit : facts.local_hits) {
    if (!content.local_hits) content.local_hits.emplace();
    content.local_hits->push_back({hit.taken, hit.list, static_cast<std::int64_t>(hit.entry),
                                   hit.matched_at, hit.list_age_s});
  }
  return content;
}

ReadContents contents_of(const recognition::ParsedUpload& upload) {
  ReadContents contents;
  contents.reserve(upload.batch.reads.size());
  for (std::size_t i = 0; i < upload.batch.reads.size(); ++i) {
    contents.emplace_back(content_of(upload.batch.reads[i].facts),
                          std::string(upload.read_texts[i]));
  }
  return contents;
}

}  // namespace alpr::policy

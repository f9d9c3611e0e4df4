#include "policy/replay/batches.h"

#include <fmt/format.h>

#include <algorithm>

#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/keys.h"
#include "policy/records/hits.h"
#include "policy/records/shift_lists.h"
#include "policy/registers/devices.h"
#include "policy/registers/reads.h"
#include "policy/rules/b_reads.h"
#include "recognition/upload/upload_format.h"

namespace alpr::policy {
namespace {

std::optional<Signature> signature_of(const UploadReceived& upload) {
  const Result<Bytes> raw = chain::parse_base64(upload.signature);
  Signature signature{};
  if (!raw || raw->size() != signature.size()) return std::nullopt;
  std::copy(raw->begin(), raw->end(), signature.begin());
  return signature;
}

// Whether the batch that was let in before it is there to be compared with.
bool is_comparable(const State& before, const UploadReceived& upload) {
  const auto highest = highest_batch(before.rows, upload.device);
  if (!highest || *highest == 0) return false;
  const auto row = find_upload(before.rows, upload.device, *highest);
  return row && row->has_value();
}

}  // namespace

void Batches::take(const chain::EventView& event, const State& before) {
  switch (event.header.kind) {
    case UploadReceived::kKind.number:
      return take_upload(event, before);
    case ReadRecorded::kKind.number:
      return take_read(event);
    case HitRaised::kKind.number:
      return take_hit(event);
    case HitSetAside::kKind.number:
      return;
    case QueueBroken::kKind.number:
      return take_break(event);
    default:
      return close();
  }
}

void Batches::lose(const chain::Header& header) {
  switch (header.kind) {
    case UploadReceived::kKind.number:
      close();
      lost_upload_ = header.seq;
      return;
    case ReadRecorded::kKind.number:
      if (!open_) return;
      lost_ += 1 + open_->digests.size();
      lost_upload_ = open_->upload;
      return open_.reset();
    case HitRaised::kKind.number:
    case HitSetAside::kKind.number:
      if (open_) open_->hits = -1;  // how many there were cannot be told
      return;
    default:
      return close();
  }
}

void Batches::take_upload(const chain::EventView& event, const State& before) {
  close();
  auto record = from_event<UploadReceived>(event);
  if (!record) return;  // the judge says so
  const auto device = find_device(before.rows, record->device);
  if (!device || !*device) return;
  const auto highest = highest_batch(before.rows, record->device);
  if (highest && record->batch <= *highest)
    find(event.header.seq, {"I12-F-3"},
         fmt::format("it has batch number {}, and {} was let in before it", record->batch,
                     *highest));
  const auto broken = queue_break(before, record->device, record->previous, event.header.time);
  open_ = Open{};
  Open& open = *open_;
  open.upload = event.header.seq;
  open.received_at = event.header.time;
  open.comparable = is_comparable(before, *record);
  if (broken) open.expected = *broken;
  open.key = (*device)->public_key;
  open.record = std::move(*record);
  const auto salts = static_cast<std::int64_t>(open.record.salts.size());
  if (salts == open.record.reads && salts > 0) return;
  open.wrong = true;
  find(open.upload, {"I12-F-3"}, "it has not one salt for each read");
}

void Batches::take_read(const chain::EventView& event) {
  const auto read = from_event<ReadRecorded>(event);
  if (!read) return;
  if (!open_ || read->upload != open_->upload) {
    if (lost_upload_ == read->upload)
      ++lost_;
    else
      find(event.header.seq, {"I12-A-6", "I12-F-3"}, "a read outside the batch that it says");
    return;
  }
  Open& open = *open_;
  const std::size_t index = open.digests.size();
  if (open.wrong) return;
  if (index == open.record.salts.size() || read->index != static_cast<std::int64_t>(index) ||
      read->device != open.record.device) {
    open.wrong = true;
    return find(event.header.seq, {"I12-A-6", "I12-F-3"},
                "a read that its reader's batch has no place for");
  }
  if (read->image.sha256 != read->read->image.sha256)
    find(event.header.seq, {"I12-B-2", "I12-A-1"}, "its picture is another than the reader's");
  open.newest_capture = std::max(open.newest_capture, read->read->captured_at);
  open.digests.push_back(
      chain::hmac_sha256(open.record.salts[index], {as_bytes(to_json_text(*read->read))}));
  if (open.digests.size() == open.record.salts.size()) check_whole();
}

void Batches::check_whole() {
  Open& open = *open_;
  const UploadReceived& record = open.record;
  const auto batch = static_cast<std::uint64_t>(record.batch);
  const std::string message =
      recognition::signed_message({origin_, record.device, batch, record.previous}, open.digests);
  const auto signature = signature_of(record);
  const auto wrong = [&](std::string what) {
    open.wrong = true;
    find(open.upload, {"I12-F-3", "I12-B-2"}, std::move(what));
  };
  if (!signature || !chain::verify(open.key, as_bytes(message), *signature))
    return wrong("its reads are not those that the reader signed");
  const auto link =
      record.previous ? std::optional(chain::sha256(as_bytes(message))) : std::nullopt;
  if (record.link != link) return wrong("it says another link of the reader's chain than its own");
  if (record.newest_capture_age_us != open.received_at.value - open.newest_capture.value)
    wrong("it says another age of its newest read than that has");
}

void Batches::take_hit(const chain::EventView& event) {
  const auto hit = from_event<HitRaised>(event);
  if (!hit) return;
  if (open_ && hit->upload == open_->upload) {
    if (open_->hits >= 0) ++open_->hits;
  } else if (lost_upload_ != hit->upload) {
    find(event.header.seq, {"I12-B-3"}, "a hit outside the batch that it says");
  }
}

void Batches::take_break(const chain::EventView& event) {
  const auto broken = from_event<QueueBroken>(event);
  if (!broken) return;
  const bool of_batch = open_ && broken->upload == open_->upload &&
                        broken->device == open_->record.device &&
                        broken->batch == open_->record.batch;
  if (!of_batch) {
    if (lost_upload_ != broken->upload)
      find(event.header.seq, {"I12-F-3"}, "it is of no batch before it");
    return;
  }
  if (open_->comparable && open_->expected != std::optional(broken->how))
    find(event.header.seq, {"I12-F-3"}, "the batch does follow on the one before it");
  open_->told = true;
}

void Batches::close() {
  if (!open_) return;
  const Open open = std::move(*open_);
  open_.reset();
  const std::size_t said = open.record.salts.size();
  if (!open.wrong && open.digests.size() < said)
    return find(open.upload, {"I12-A-6", "I12-F-3"},
                fmt::format("{} of its {} reads are not there", said - open.digests.size(), said));
  if (open.hits >= 0 && open.hits != open.record.hits)
    find(open.upload, {"I12-B-3"},
         fmt::format("it says {} hits, and {} are there", open.record.hits, open.hits));
  if (open.comparable && open.expected && !open.told)
    find(open.upload, {"I12-F-3"},
         "it does not follow on the batch before it, and no queue.broken says so");
  if (!open.wrong) right_ += 1 + said;
}

void Batches::save(StateWriter& out) const {
  out.text(origin_);
  out.number(right_);
  out.number(lost_);
  out.maybe(lost_upload_, [&](Sequence upload) { out.number(upload.value); });
  out.maybe(open_, [&](const Open& open) {
    out.number(open.upload.value);
    out.time(open.received_at);
    out.record(open.record);
    out.text(as_text(open.key));
    out.list(open.digests, [&](const Digest& digest) { out.text(as_text(digest)); });
    out.time(open.newest_capture);
    out.number(static_cast<std::uint64_t>(open.hits + 1));
    out.maybe(open.expected, [&](QueueBreak how) { out.text(to_text(how)); });
    out.number(open.comparable ? 1 : 0);
    out.number(open.told ? 1 : 0);
    out.number(open.wrong ? 1 : 0);
  });
}

void Batches::load(StateReader& in) {
  const auto bytes = [&](auto& into) {
    const BytesView text = as_bytes(in.text());
    if (text.size() != into.size()) return in.fail();
    std::copy(text.begin(), text.end(), into.begin());
  };
  origin_ = in.text();
  right_ = in.number();
  lost_ = in.number();
  if (in.flag()) lost_upload_ = in.seq();
  if (!in.flag()) return;
  open_ = Open{};
  Open& open = *open_;
  open.upload = in.seq();
  open.received_at = in.time();
  open.record = in.record<UploadReceived>();
  bytes(open.key);
  in.list([&] { bytes(open.digests.emplace_back()); });
  open.newest_capture = in.time();
  open.hits = static_cast<std::int64_t>(in.number()) - 1;
  if (in.flag()) {
    open.expected = enum_from_text<QueueBreak>(in.text());
    if (!open.expected) in.fail();
  }
  open.comparable = in.flag();
  open.told = in.flag();
  open.wrong = in.flag();
}

void Batches::find(Sequence seq, std::vector<std::string> rules, std::string what) {
  report_({seq, std::move(rules), std::move(what)});
}

}  // namespace alpr::policy

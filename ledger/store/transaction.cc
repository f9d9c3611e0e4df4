// What a job does beside appending: images, blobs, holds; and the facade that it sees.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ledger/chain/encoding.h"
#include "ledger/chain/keys.h"
#include "ledger/store/batch.h"
#include "ledger/store/projection.h"
#include "ledger/store/sealed_box.h"

namespace alpr::store {

Result<std::vector<EvidencePlace>> Batch::store_images(std::span<const Image> images,
                                                       const StagedImages* staged) {
  if (low_disk()) {
    return fail(ErrorCode::kNoSpace, "the disk is nearly full: uploads are refused");
  }
  const Bucket bucket = bucket_of(time_);
  const auto key = core_.vault->make_bucket_key(bucket);
  if (!key) return tl::unexpected(key.error());
  if (staged != nullptr && staged->bucket == bucket && staged->places.size() == images.size() &&
      chain::equal_constant_time(staged->key.bytes, key->bytes)) {
    return staged->places;
  }
  files_touched_ = true;
  // What an aborted batch appended stays as dead ciphertext and goes with the bucket.
  const auto now = seal_images(bucket, *key, images);
  if (!now) return tl::unexpected(now.error());
  return core_.evidence->append(*now);
}

Result<std::uint64_t> Batch::store_blob(BytesView blob, StagedBlob* staged) {
  auto id = staged == nullptr ? std::nullopt : staged->take();
  if (!id) {
    auto now = StagedBlob::make(core_, blob);
    if (!now) return tl::unexpected(now.error());
    id = now->take();
  }
  ++changes_;
  files_touched_ = true;
  new_blobs_.push_back(*id);
  blobs_.emplace_back(*id, 0);
  return *id;
}

Result<chain::Header> Batch::holdable(Sequence event) const {
  const auto refused = [event](std::string_view why) {
    return fail(ErrorCode::kRefused, fmt::format("event {} cannot be held: {}", event.value, why));
  };
  const auto header = read_header(txn_, event);
  if (!header) {
    if (header.error().code != ErrorCode::kNotFound) return header;
    return refused("there is none");
  }
  if (header->retention != chain::Retention::kThirtyDay) return refused("it is kept anyway");
  const auto lives = thirty_day_event_lives(txn_, *header);
  if (!lives) return tl::unexpected(lives.error());
  if (!*lives) return refused("it is purged");
  // Also where an older hold still keeps it: each is kept as long as it was held in time.
  if (due_time(header->time) <= time_) return refused("it is past its thirty days");
  return header;
}

Result<void> Batch::reseal(const chain::Header& header) {
  const auto row = read_payload_row(txn_, header.seq);
  if (!row) return tl::unexpected(row.error());
  if (!*row) return fail(ErrorCode::kCorrupt, "a living event has no payload");
  if ((*row)->seal == Seal::kHeld) return {};
  const auto from = payload_key(*core_.vault, (*row)->seal, header);
  if (!from) return tl::unexpected(from.error());
  const auto to = core_.vault->held_key(header.seq);
  if (!to) return tl::unexpected(to.error());
  const auto associated = chain::encode(header);
  const auto secret = open_box(*from, associated, (*row)->box);
  if (!secret) return tl::unexpected(secret.error());
  // The row's views end with the put.
  const Bytes held = payload_row(Seal::kHeld, (*row)->clear, seal_box(*to, associated, *secret));
  const auto put = txn_.put(Db::kPayloads, key64(header.seq.value), held);
  if (!put) return put;
  return rows_.reseal_as_held(header.seq);
}

Result<void> Batch::copy_image(const Transaction::ImageOf& image) {
  if (core_.evidence->has_held(image.event)) return {};
  const auto header = read_header(txn_, image.event);
  if (!header) return tl::unexpected(header.error());
  const Bucket bucket = bucket_of(header->time);
  const auto from = core_.vault->bucket_key(bucket);
  if (!from) return tl::unexpected(from.error());
  const auto to = core_.vault->held_key(image.event);
  if (!to) return tl::unexpected(to.error());
  const auto bytes = core_.evidence->read(bucket, *from, image.place, image.sha256);
  if (!bytes) return tl::unexpected(bytes.error());
  return core_.evidence->keep_held(image.event, *to, *bytes);
}

Result<void> Batch::hold(std::span<const Sequence> events,
                         std::span<const Transaction::ImageOf> images) {
  if (broken_) return tl::unexpected(*broken_);
  std::vector<chain::Header> headers;
  for (const Sequence event : events) {
    const auto header = holdable(event);
    if (!header) return tl::unexpected(header.error());
    headers.push_back(*header);
  }
  for (const auto& image : images) {
    if (std::find(events.begin(), events.end(), image.event) != events.end()) continue;
    return fail(ErrorCode::kMalformed, "an image of an event that is not to be held");
  }
  for (const chain::Header& header : headers) {
    const auto seal = payload_seal(txn_, header.seq);
    if (!seal) return tl::unexpected(seal.error());
    if (*seal != Seal::kHeld) new_held_.push_back(header.seq);
  }
  ++changes_;
  files_touched_ = true;
  // A crash from here to the commit leaves keys and copies of events that are not held: recovery
  // removes them.
  auto done = broke(core_.vault->make_held_keys(events));
  for (const auto& image : images) {
    if (done) done = broke(copy_image(image));
  }
  for (const chain::Header& header : headers) {
    if (done) done = broke(reseal(header));
  }
  return done;
}

TimeUs Transaction::now() const { return batch_.time(); }
Sequence Transaction::next() const { return batch_.next(); }
const chain::RegisterReader& Transaction::registers() const { return batch_.rows(); }
Result<chain::EventView> Transaction::event(Sequence seq) const { return batch_.event(seq); }
std::vector<Sequence> Transaction::holds_on(Sequence event) const { return batch_.holds_on(event); }

Result<Sequence> Transaction::append(chain::Draft draft) {
  return batch_.append(std::move(draft), Batch::By::kDomain);
}
Result<Sequence> Transaction::append_own(chain::Draft draft) {
  return batch_.append(std::move(draft), Batch::By::kLedger);
}
Result<std::vector<EvidencePlace>> Transaction::store_images(std::span<const Image> images,
                                                             const StagedImages* staged) {
  return batch_.store_images(images, staged);
}
Result<std::uint64_t> Transaction::store_blob(BytesView blob, StagedBlob* staged) {
  return batch_.store_blob(blob, staged);
}
Result<void> Transaction::hold(std::span<const Sequence> events, std::span<const ImageOf> images) {
  return batch_.hold(events, images);
}
void Transaction::end_batch() { batch_.end_batch(); }

}  // namespace alpr::store

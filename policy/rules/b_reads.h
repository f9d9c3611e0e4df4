// Section B and D: what readers upload, compared with the lists as it comes in; and what a bucket
// amounted to.
//
// I12-DEF-1, B-2, B-3, A-3, A-6, C2A-8, C2B2-3, D-1, F-3, G-1. Pure; the sequencer's thread.
//
// A job judges first, then stores the pictures, then decides:
//   const UploadJudgement judged = judge_upload(state, origin, batch, moment);
//   if (judged.first_result) answer with it again, append nothing
//   else if (!judged.accepted) append judged.decision's events (or answer its error)
//   else store each picture, then append decide(state, *judged.accepted, images, moment)
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "policy/registers/devices.h"
#include "policy/registers/reads.h"
#include "policy/rules/a3_local_hits.h"
#include "policy/rules/decision.h"
#include "policy/rules/state.h"
#include "recognition/upload/upload_format.h"

namespace alpr::policy {

inline constexpr std::int64_t kCaptureAheadMaxUs = 300 * kSecondUs;  // of the server's clock

// Only judge_upload() makes one, so nothing is recorded that was not judged. Refers to the batch it
// was made from.
class AcceptedUpload {
 public:
  const recognition::UploadBatch& batch() const { return *batch_; }
  const Digest& link() const { return link_; }  // of the batch, recognition::link_of()

 private:
  friend struct UploadJudge;
  AcceptedUpload(const recognition::UploadBatch& batch, const Digest& link)
      : batch_(&batch), link_(link) {}
  const recognition::UploadBatch* batch_;
  Digest link_;
};

// What a device signed, as records hold it.
ReadContent content_of(const recognition::ReadFacts& facts);

// The same of each read of a batch, with the text that was signed: what takes longest of recording
// them, and needs no state.
using ReadContents = std::vector<Shared<ReadContent>>;
ReadContents contents_of(const recognition::ParsedUpload& upload);

// Exactly one of the three is set.
struct UploadJudgement {
  std::optional<AcceptedUpload> accepted;
  std::optional<UploadRow>
      first_result;  // the number was received before: answer this, sending again changes nothing
  std::optional<Decision> decision;  // upload.refused, or not judged
};

// What recognition::verify_upload() said of a batch under a device's key. It takes longer than all
// else that judge_upload() does, so it is asked before the sequencer's thread is.
struct CheckedSignature {
  PublicKey key{};
  Result<Digest> link;
};
// nullopt: nobody knows the device.
Result<std::optional<CheckedSignature>> check_signature(const State& state, std::string_view origin,
                                                        const recognition::ParsedUpload& upload);

// upload.refused: unknown or revoked device (I12-DEF-1), a signature that is not the device's or
// for another log (I12-F-3), a capture time over 5 minutes ahead or over 30 days old (I12-B-2,
// G-1), a number below the highest that never came (F-3). Not judged: kGone for a number whose
// batch was purged. `checked` is of this very batch and origin; it counts while the device's key is
// the one that it names.
UploadJudgement judge_upload(const State& state, std::string_view origin,
                             const recognition::UploadBatch& batch, const Moment& moment,
                             const std::optional<CheckedSignature>& checked = std::nullopt);

// upload.received, a read.recorded per read, a hit.raised per read and active list entry, then a
// hit.set-aside per match of the device's own that is none of these (I12-A-3), and queue.broken
// where it does not follow on the device's batch before it (I12-F-3). `images` has a place
// per read (reads of one picture share it); it must fit the batch (ALPR_CHECK: the caller stored
// those very pictures). `named` is look_up_local_hits() of this batch; a batch without local hits
// needs none. `contents` is contents_of() the batch, or empty: then it is made here. An error when
// the lists do not read.
Decision decide(const State& state, const AcceptedUpload& upload,
                std::span<const ImagePlace> images, const Moment& moment,
                const NamedEntries& named = {}, const ReadContents& contents = {});

// How a batch with this "previous" does not follow on what `device` sent last; nullopt: it does, or
// it cannot be told, because that is purged, or of a reader that does not chain its batches.
Result<std::optional<QueueBreak>> queue_break(const State& state, std::string_view device,
                                              const std::optional<Digest>& previous, TimeUs now);

// bucket.summarised from the bucket's thirty-day events, which must all have their payloads.
// kConflict: the bucket is not over, or is summarised; kGone: a payload is purged, so the counts
// could not be right; kNotFound: no events.
Decision summarise(const State& state, Bucket bucket, std::span<const chain::EventView> events,
                   const Moment& moment);

}  // namespace alpr::policy

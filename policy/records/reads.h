// What readers send and what becomes of it: uploads, reads, refused uploads, and the counts that
// outlive them (I12-B-2, A-6, D-1, F-3, G-1).
//
// Uploads and reads are erased with their bucket; bucket.summarised is open and stays, so it has
// counts only.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/enums.h"

namespace alpr::policy {

struct ReadAlternative {
  std::string plate;
  std::int64_t confidence_ppm = 0;
  template <typename M>
  void members(M& m) {
    m("plate", plate);
    m("confidence_ppm", confidence_ppm);
  }
};

struct ReadAttribute {
  std::string value;
  std::int64_t confidence_ppm = 0;
  template <typename M>
  void members(M& m) {
    m("value", value);
    m("confidence_ppm", confidence_ppm);
  }
};

struct ReadPicture {
  Digest sha256{};
  std::int64_t bytes = 0;  // 0: an earlier read of the batch has the picture
  std::string type;
  template <typename M>
  void members(M& m) {
    m("sha256", sha256);
    m("bytes", bytes);
    m("type", type);
  }
};

// A match with the device's own copy of the lists, as it said (I12-A-3).
struct ReadLocalHit {
  Sequence taken;
  Sequence list;
  std::int64_t entry = 0;
  TimeUs matched_at;
  std::int64_t list_age_s = 0;
  template <typename M>
  void members(M& m) {
    m("taken", taken);
    m("list", list);
    m("entry", entry);
    m("matched_at_us", matched_at);
    m("list_age_s", list_age_s);
  }
};

// What the device said, member for member the read JSON of recognition/upload/upload_format.h: its
// bytes, digested with the upload's salt, are what the device signed.
struct ReadContent {
  std::string plate;
  std::int64_t confidence_ppm = 0;
  TimeUs captured_at;
  std::int64_t latitude_e7 = 0;
  std::int64_t longitude_e7 = 0;
  std::string place;
  std::array<std::array<std::int64_t, 2>, 4> box{};  // corners [x, y]
  std::vector<ReadAlternative> alternatives;
  std::optional<ReadAttribute> color, make, model;
  std::optional<std::string> vehicle_source;  // who named them; absent: the reader itself
  ReadPicture image;
  std::optional<std::vector<ReadLocalHit>> local_hits;
  template <typename M>
  void members(M& m) {
    m("plate", plate);
    m("confidence_ppm", confidence_ppm);
    m("captured_at_us", captured_at);
    m("latitude_e7", latitude_e7);
    m("longitude_e7", longitude_e7);
    m("place", place);
    m("box", box);
    m("alternatives", alternatives);
    m("color", color);
    m("make", make);
    m("model", model);
    m("vehicle_source", vehicle_source);
    m("image", image);
    m("local_hits", local_hits);
  }
};

// Where the read's picture lies in its bucket's evidence file: docs/event-format.md, section 8.
struct ImagePlace {
  std::int64_t offset = 0;
  std::int64_t length = 0;  // of the sealed record
  Digest sha256{};          // of the picture
  template <typename M>
  void members(M& m) {
    m("offset", offset);
    m("length", length);
    m("sha256", sha256);
  }
};

// Its reads are the `reads` events that follow it, their hits the `hits` events after those.
struct UploadReceived {
  static constexpr KindSpec kKind{
      64, "upload.received", chain::Retention::kThirtyDay, chain::Form::kWhole,
      "a batch that a reader signed: its number, salts and signature (I12-A-6, F-3)"};
  std::string device;
  std::int64_t batch = 0;
  std::int64_t reads = 0;
  std::int64_t hits = 0;
  std::vector<Digest> salts;  // one per read, in order
  std::string signature;      // base64, over recognition::signed_message
  // Receipt minus the newest capture. Positive: how long the batch waited. Negative: the device's
  // clock is ahead.
  std::int64_t newest_capture_age_us = 0;
  std::int64_t policy = 0;
  // The batch that the reader made before this one, and this one, as recognition::link_of(): absent
  // where the reader does not chain its batches.
  std::optional<Digest> previous = std::nullopt;
  std::optional<Digest> link = std::nullopt;
  template <typename M>
  void members(M& m) {
    m("device", device);
    m("batch", batch);
    m("reads", reads);
    m("hits", hits);
    m("salts", salts);
    m("signature", signature);
    m("newest_capture_age_us", newest_capture_age_us);
    m("policy", policy);
    m("previous", previous);
    m("link", link);
  }
};

// How a batch does not follow on the one that was let in before it.
enum class QueueBreak {
  kMissing,     // the reader made a batch in between that is not here
  kBegunAnew,   // the reader's queue was lost or exchanged
  kNotChained,  // the reader chained its batches before, and does not any more
};
template <>
struct EnumTexts<QueueBreak> {
  static constexpr std::array texts{std::pair{QueueBreak::kMissing, "MISSING"},
                                    std::pair{QueueBreak::kBegunAnew, "BEGUN_ANEW"},
                                    std::pair{QueueBreak::kNotChained, "NOT_CHAINED"}};
};

// Its batch is let in all the same: what is missing is not made good by losing what is there.
struct QueueBroken {
  static constexpr KindSpec kKind{
      125, "queue.broken", chain::Retention::kOpen, chain::Form::kByMember,
      "a reader's batch does not follow on the one before it: reads may be missing (I12-F-3)"};
  std::int64_t policy = 0;
  QueueBreak how{};
  std::string device;
  Sequence upload;
  std::int64_t batch = 0;
  std::int64_t after = 0;  // the highest batch that was let in before it; 0: none
  template <typename M>
  void members(M& m) {
    m("policy", policy);
    m("how", how);
    m("device", device);
    m("upload", upload);
    m("batch", batch);
    m("after", after);
  }
};

// Received at the event's header time, from which its 30 days count (I12-G-1).
struct ReadRecorded {
  static constexpr KindSpec kKind{
      65,
      "read.recorded",
      chain::Retention::kThirtyDay,
      chain::Form::kWhole,
      "one plate that a reader saw: characters, time, place, picture (I12-B-2, D-1)",
      "image"};
  Sequence upload;
  std::int64_t index = 0;  // in its upload, from 0
  std::string device;
  Shared<ReadContent> read;
  ImagePlace image;
  template <typename M>
  void members(M& m) {
    m("upload", upload);
    m("index", index);
    m("device", device);
    m("read", read);
    m("image", image);
  }
};

struct UploadRefused {
  static constexpr KindSpec kKind{67, "upload.refused", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a batch that was not let in, and the rule (I12-DEF-1, F-3)"};
  std::int64_t policy = 0;
  std::vector<std::string> rules;
  std::string slug;
  std::string device;  // as claimed; sealed, because anybody can claim a name
  std::int64_t batch = 0;
  std::int64_t reads = 0;
  std::string reason;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("rules", rules);
    m.open("slug", slug);
    m("device", device);
    m("batch", batch);
    m("reads", reads);
    m("reason", reason);
  }
};

struct SourceCount {
  HotlistSource source{};
  std::int64_t hits = 0;
  std::int64_t ocr_equivalent = 0;  // of them
  template <typename M>
  void members(M& m) {
    m("source", source);
    m("hits", hits);
    m("ocr_equivalent", ocr_equivalent);
  }
};

struct DeviceCount {
  std::string device;
  std::string police_area;
  std::int64_t uploads = 0;
  std::int64_t reads = 0;
  std::int64_t batch_last = 0;  // highest batch number: kept for ever, so that none is taken twice
  template <typename M>
  void members(M& m) {
    m("device", device);
    m("police_area", police_area);
    m("uploads", uploads);
    m("reads", reads);
    m("batch_last", batch_last);
  }
};

struct BucketSummarised {
  static constexpr KindSpec kKind{
      79, "bucket.summarised", chain::Retention::kOpen, chain::Form::kByMember,
      "counts of 15 minutes of uploads, made while they can still be checked (I12-B-1, G-1, L-5)"};
  std::int64_t policy = 0;
  std::int64_t bucket = 0;
  Sequence first;  // the bucket's first and last thirty-day event
  Sequence last;
  std::int64_t uploads = 0;
  std::int64_t reads = 0;
  std::vector<SourceCount> hits;     // sources with hits, in the order of the enumeration
  std::vector<DeviceCount> devices;  // by name
  template <typename M>
  void members(M& m) {
    m("policy", policy);
    m("bucket", bucket);
    m("first", first);
    m("last", last);
    m("uploads", uploads);
    m("reads", reads);
    m("hits", hits);
    m("devices", devices);
  }
};

std::vector<chain::Kind> reads_kinds();

}  // namespace alpr::policy

// A writer of stores for the verifier's tests: rows in memory, made with alpr_chain alone, then
// written with LMDB. It can do wrong on request. Not thread-safe; everything in it is
// deterministic.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/header.h"
#include "ledger/chain/kinds.h"
#include "ledger/chain/note.h"
#include "ledger/chain/payload.h"
#include "ledger/chain/types.h"
#include "ledger/verify/verify.h"

namespace alpr::verify::testing {

inline constexpr std::uint16_t kRead = 40;  // thirty-day, whole
inline constexpr std::uint16_t kNote = 41;  // permanent, open "about", sealed "text"
inline constexpr std::uint16_t kHit = 42;   // thirty-day, by member, open "source", sealed "plate"
const chain::KindRegistry& test_kinds();

inline constexpr std::int64_t kMinute = 60 * kSecondUs;
inline constexpr std::int64_t kDay = 86'400 * kSecondUs;
inline constexpr TimeUs kStart{1'767'225'600 * kSecondUs};  // 2026-01-01, the start of a bucket
inline constexpr std::string_view kOrigin = "ledger.example/alpr";

chain::SigningKey test_key(std::uint8_t number);
chain::VerifierKey vkey_of(const chain::SigningKey& key);

using Rows = std::map<Bytes, Bytes>;

// What a tombstone says instead of the truth.
struct TombstoneLies {
  std::optional<std::uint64_t> first, count;
  std::optional<Digest> root;
  std::optional<std::vector<std::uint64_t>> held;
};

class StoreMaker {
 public:
  // Appends the genesis event. The registry outlives this.
  explicit StoreMaker(bool simulated = true, const chain::KindRegistry& kinds = test_kinds(),
                      TimeUs start = kStart);

  void at(TimeUs time) { time_ = time; }
  void pass(std::int64_t us) { time_.value += us; }
  TimeUs time() const { return time_; }

  // Each is one event at the time that it is; the seq comes back. commit() signs.
  std::uint64_t append(std::uint16_t kind, const chain::Members& members);
  std::uint64_t append_whole(std::uint16_t kind, const std::string& json);
  std::uint64_t read();
  std::uint64_t hit();
  std::uint64_t note(const std::string& about = "a matter");
  std::uint64_t heartbeat();
  std::uint64_t hold(const std::vector<std::uint64_t>& events, TimeUs review_by);
  std::uint64_t hold(const std::vector<std::uint64_t>& events);  // to be reviewed in 30 days
  std::uint64_t release(std::uint64_t hold);
  // The same with a record of the caller's own.
  std::uint64_t hold_as(const chain::Members& record, const std::vector<std::uint64_t>& events);
  std::uint64_t release_as(const chain::Members& record, std::uint64_t hold);
  std::uint64_t tombstone(Bucket bucket, const TombstoneLies& lies = {});
  std::uint64_t destroyed(std::uint64_t tombstone);  // payloads and keys go with it
  void purge(Bucket bucket) { destroyed(tombstone(bucket)); }
  void rotate(chain::SigningKey key);  // from the next commit on, `key` signs
  void commit();

  void write(const std::filesystem::path& store);  // builds the tiles too
  std::string keys_json() const;

  std::uint64_t size() const { return headers_.size(); }
  std::string checkpoint(std::uint64_t size) const;
  Rows& rows(const std::string& database) { return databases_[database]; }
  const chain::Header& header(std::uint64_t seq) const { return headers_.at(seq); }
  static Bytes key_of(std::uint64_t number);

 private:
  std::uint64_t append_event(const chain::Kind& kind, const chain::PlainPayload& payload);
  void seal(std::uint64_t seq, std::uint8_t seal, const Digest& key);
  std::vector<std::uint64_t> events_of(Bucket bucket) const;
  bool held_now(std::uint64_t seq) const;
  Digest fresh(std::string_view label);
  void build_tiles();

  const chain::KindRegistry& kinds_;
  TimeUs time_ = kStart;
  chain::SigningKey key_;
  std::optional<chain::SigningKey> next_key_;
  std::vector<chain::Header> headers_;
  std::vector<Digest> leaves_;
  std::vector<chain::PlainPayload> payloads_;
  std::map<std::string, Rows> databases_;
  std::map<std::uint64_t, std::vector<std::uint64_t>> holds_;      // in force, by seq
  std::map<std::uint64_t, std::vector<std::uint64_t>> purged_by_;  // by tombstone
  std::map<std::uint64_t, std::uint64_t> bucket_of_tombstone_;
  std::map<std::uint64_t, bool> purged_;
  std::map<std::uint64_t, Digest> months_, buckets_, held_;
  std::uint64_t counter_ = 0;
};

// A folder of its own, removed at the end.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Puts, or with nullopt deletes, one row of a store that is on disk.
void edit_row(const std::filesystem::path& store, const std::string& database, const Bytes& key,
              const std::optional<Bytes>& value);

}  // namespace alpr::verify::testing

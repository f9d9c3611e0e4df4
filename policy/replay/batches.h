// A reader's batch judged again as a whole while its events come by: what the reader signed is made
// again from the reads and their salts, so that nobody who has all the log's keys can put a read
// in, leave one out or change one (I12-A-6, B-2, F-3). One thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/records/reads.h"
#include "policy/replay/finding.h"
#include "policy/replay/state_bytes.h"
#include "policy/rules/state.h"

namespace alpr::policy {

class Batches {
 public:
  explicit Batches(const Report& report) : report_(report) {}

  // The log's name, from its first event: what a reader signs for.
  void begin(std::string_view origin) { origin_ = origin; }
  // Each whole event, before it is folded into `before`.
  void take(const chain::EventView& event, const State& before);
  // Each event that is sealed or erased: the batch that it is of cannot be judged any more.
  void lose(const chain::Header& header);
  // The log ends.
  void finish() { close(); }

  std::uint64_t right() const { return right_; }  // uploads and reads that were found right
  std::uint64_t lost() const { return lost_; }    // those whose batch was not there as a whole

  // All of it, and all of it back; the reader says whether it reads.
  void save(StateWriter& out) const;
  void load(StateReader& in);

 private:
  struct Open {
    Sequence upload;
    TimeUs received_at;
    UploadReceived record;
    PublicKey key{};
    std::vector<Digest> digests;  // of the reads so far
    TimeUs newest_capture;
    std::int64_t hits = 0;
    // How it does not follow on the batch before; comparable: that one is there to tell.
    std::optional<QueueBreak> expected;
    bool comparable = false;
    bool told = false;  // queue.broken was there
    bool wrong = false;
  };
  void take_upload(const chain::EventView& event, const State& before);
  void take_read(const chain::EventView& event);
  void take_hit(const chain::EventView& event);
  void take_break(const chain::EventView& event);
  void check_whole();
  void close();
  void find(Sequence seq, std::vector<std::string> rules, std::string what);

  const Report& report_;
  std::string origin_;
  std::optional<Open> open_;
  std::optional<Sequence> lost_upload_;  // the last
  std::uint64_t right_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace alpr::policy

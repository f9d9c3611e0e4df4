// What a replay remembers of every event besides the registers: kind and time, which stay in the
// header for ever, and the holds in force. So a decision about a read or a hit can be judged again
// after its payload is erased. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/chain/header.h"
#include "policy/records/holds.h"
#include "policy/replay/state_bytes.h"

namespace alpr::policy {

class Past {
 public:
  struct What {
    std::uint16_t kind = 0;
    TimeUs time;
  };
  // In order of seq, from 0 on, without a gap.
  void add(const chain::Header& header);
  std::optional<What> at(Sequence event) const;  // nullopt: not there yet

  void place(Sequence hold, const HoldPlaced& placed);
  void release(Sequence hold);
  std::vector<Sequence> holds_on(Sequence event) const;
  // On a hold of this case.
  bool held_for(Sequence event, std::string_view case_number) const;
  struct Hold {
    std::string case_number;
    std::vector<Sequence> events;
  };
  const std::map<std::uint64_t, Hold>& holds() const { return holds_; }

  // There, of this kind, and not past its 30 days at `now` or held for this case.
  bool may_show(Sequence event, std::uint16_t kind, std::string_view case_number, TimeUs now) const;

  // Which request a release is of: a file that left names the release alone.
  void note_release(Sequence release, Sequence request) { releases_[release.value] = request; }
  std::optional<Sequence> request_of(Sequence release) const;

  // Whose act an event is or whom it is about, by username: nobody judges their own in an audit.
  void note_people(Sequence event, std::span<const std::string> usernames);
  std::vector<std::string> people_of(Sequence event) const;

  // All of it, and all of it back; the reader says whether it reads.
  void save(StateWriter& out) const;
  void load(StateReader& in);

 private:
  // Events of one kind and time in a row, as a batch of reads is; `first_` is where each begins.
  std::vector<std::uint64_t> first_;
  std::vector<What> what_;
  std::uint64_t size_ = 0;
  std::map<std::uint64_t, Hold> holds_;
  std::map<std::uint64_t, std::set<std::uint64_t>> holds_of_;  // by held event
  std::map<std::uint64_t, Sequence> releases_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> people_;  // by event; numbers of names
  std::vector<std::string> names_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
};

}  // namespace alpr::policy

// Copies of the lists for vehicles, and what vehicles matched with them (I12-A-3, C2A-8, F-3).
//
// Every member of lists.taken is open: it holds nothing of a person, a vehicle checks its copy
// against it, and anybody can see which versions the department's vehicles went out with.
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/enums.h"
#include "recognition/upload/shift_answer.h"

namespace alpr::policy {

// A general list's version in a copy.
struct CopiedList {
  HotlistSource source{};
  Sequence list;     // seq of hotlist.loaded
  TimeUs list_time;  // when the source made it
  std::int64_t rows = 0;
  template <typename M>
  void members(M& m) {
    m("source", source);
    m("list", list);
    m("list_time", list_time);
    m("rows", rows);
  }
};

// Appended before the copy leaves the server. `device` and `sha256` are read by the vehicle
// (recognition/upload/shift_answer.h).
struct ListsTaken {
  static constexpr KindSpec kKind{
      recognition::kListsTakenKind, "lists.taken", chain::Retention::kOpen, chain::Form::kByMember,
      "a vehicle was given its copy of the lists for a shift: which versions (I12-A-3)"};
  std::int64_t policy = 0;
  std::string device;
  Sequence enrolled;
  std::vector<CopiedList> lists;
  std::int64_t custom_entries = 0;  // active ones; each is a version of its own
  Digest sha256{};                  // of the copy, which has a salt in it
  TimeUs made_at;
  TimeUs valid_until;  // it matches nothing from then on
  TimeUs asked_at;     // by the device's clock: what is off from made_at is its skew
  template <typename M>
  void members(M& m) {
    m("policy", policy);
    m("device", device);
    m("enrolled", enrolled);
    m("lists", lists);
    m("custom_entries", custom_entries);
    m("sha256", sha256);
    m("made_at", made_at);
    m("valid_until", valid_until);
    m("asked_at", asked_at);
  }
};

struct ListsRefused {
  static constexpr KindSpec kKind{92, "lists.refused", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a device was not given the lists (I12-A-3, DEF-1, F-3)"};
  std::int64_t policy = 0;
  std::vector<std::string> rules;
  std::string slug;
  std::string device;  // as given
  std::string reason;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("rules", rules);
    m.open("slug", slug);
    m("device", device);
    m("reason", reason);
  }
};

enum class SetAside {
  kCopyNotGiven,    // this device was not given a copy with this list
  kOutsideItsTime,  // matched when the copy was not valid, or at no time of this read
  kNotInTheList,    // the copy's version has no such entry, or it is not of this plate
  kListGone,        // the version's rows are destroyed: nobody can say any more
  kNoLongerListed   // it was in the copy, and is in no list now
};
template <>
struct EnumTexts<SetAside> {
  static constexpr std::array texts{std::pair{SetAside::kCopyNotGiven, "COPY_NOT_GIVEN"},
                                    std::pair{SetAside::kOutsideItsTime, "OUTSIDE_ITS_TIME"},
                                    std::pair{SetAside::kNotInTheList, "NOT_IN_THE_LIST"},
                                    std::pair{SetAside::kListGone, "LIST_GONE"},
                                    std::pair{SetAside::kNoLongerListed, "NO_LONGER_LISTED"}};
};

// A vehicle says that it matched, and no hit is raised for it.
struct HitSetAside {
  static constexpr KindSpec kKind{
      93, "hit.set-aside", chain::Retention::kThirtyDay, chain::Form::kWhole,
      "a vehicle's own match that is not raised as a hit, and why (I12-A-3)"};
  Sequence upload;
  Sequence read;
  std::string device;
  SetAside why{};
  Sequence taken;  // what the vehicle said of its match, from here on
  Sequence list;
  std::int64_t entry = 0;
  TimeUs matched_at;
  std::int64_t list_age_s = 0;
  std::int64_t policy = 0;
  template <typename M>
  void members(M& m) {
    m("upload", upload);
    m("read", read);
    m("device", device);
    m("why", why);
    m("taken", taken);
    m("list", list);
    m("entry", entry);
    m("matched_at", matched_at);
    m("list_age_s", list_age_s);
    m("policy", policy);
  }
};

std::vector<chain::Kind> shift_lists_kinds();

}  // namespace alpr::policy

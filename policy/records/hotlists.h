// Hot lists: the general ones, loaded whole from a source, and the department's own entries (custom
// BOLO) (I12-C2A1-1..4, C2B1-1, C2B1-2, C2B2-1..8, A-4, A-5).
#pragma once

#include "policy/records/actor.h"
#include "policy/records/describe.h"
#include "policy/records/enums.h"

namespace alpr::policy {

// What an entry may say of a vehicle beside its plate (I12-C2A-5). No member tells a trait of a
// person (I12-C3-4).
enum class Attribute { kMake, kModel, kStyle, kColor, kYear, kState, kPlateType, kVin, kMarks };
template <>
struct EnumTexts<Attribute> {
  static constexpr std::array texts{std::pair{Attribute::kMake, "MAKE"},
                                    std::pair{Attribute::kModel, "MODEL"},
                                    std::pair{Attribute::kStyle, "STYLE"},
                                    std::pair{Attribute::kColor, "COLOR"},
                                    std::pair{Attribute::kYear, "YEAR"},
                                    std::pair{Attribute::kState, "STATE"},
                                    std::pair{Attribute::kPlateType, "PLATE_TYPE"},
                                    std::pair{Attribute::kVin, "VIN"},
                                    std::pair{Attribute::kMarks, "MARKS"}};
};

struct KnownAttributes {
  std::optional<std::string> make;
  std::optional<std::string> model;
  std::optional<std::string> style;
  std::optional<std::string> color;
  std::optional<std::string> year;
  std::optional<std::string> state;
  std::optional<std::string> plate_type;
  std::optional<std::string> vin;
  std::optional<std::string> marks;
  bool operator==(const KnownAttributes&) const = default;
  template <typename M>
  void members(M& m) {
    m("make", make);
    m("model", model);
    m("style", style);
    m("color", color);
    m("year", year);
    m("state", state);
    m("plate_type", plate_type);
    m("vin", vin);
    m("marks", marks);
  }
};
// Those that are given, in the order of the enumeration.
std::vector<Attribute> known_names(const KnownAttributes& attributes);

// Why a row of a source's file is not active.
enum class Exclusion {
  kImmigrationViolator,  // I12-C2A1-3, E-3: NCIC's Immigration Violator File
  kImmigrationAgency,    // I12-C2A1-3, E-3: from ICE or customs and border protection
  kNoPlate,              // nothing to compare with
  kDuplicate,            // the same row again: one entry raises one hit (I12-B-3)
  kCategory              // of a category that the import profile leaves out
};
template <>
struct EnumTexts<Exclusion> {
  static constexpr std::array texts{
      std::pair{Exclusion::kImmigrationViolator, "IMMIGRATION_VIOLATOR"},
      std::pair{Exclusion::kImmigrationAgency, "IMMIGRATION_AGENCY"},
      std::pair{Exclusion::kNoPlate, "NO_PLATE"}, std::pair{Exclusion::kDuplicate, "DUPLICATE"},
      std::pair{Exclusion::kCategory, "CATEGORY"}};
};

struct ExcludedCount {
  Exclusion why{};
  std::int64_t rows = 0;
  std::optional<std::string> category;  // of kCategory, as the profile spells it
  bool operator==(const ExcludedCount&) const = default;
  template <typename M>
  void members(M& m) {
    m("why", why);
    m("rows", rows);
    m("category", category);
  }
};

// Which import profile read a file (registers/hotlist_profile.h). Absent in an event: the file was
// of this system's own layout.
struct ProfileName {
  std::string name;
  std::int64_t version = 0;
  Digest sha256{};  // of the profile's canonical JSON
  template <typename M>
  void members(M& m) {
    m("name", name);
    m("version", version);
    m("sha256", sha256);
  }
};

// What a version changed against the one before it. A row that came where another of the same plate
// went is `changed`, and neither added nor removed.
struct HotlistDelta {
  std::int64_t added = 0;
  std::int64_t removed = 0;
  std::int64_t changed = 0;
  bool operator==(const HotlistDelta&) const = default;
  template <typename M>
  void members(M& m) {
    m("added", added);
    m("removed", removed);
    m("changed", changed);
  }
};

// The version becomes the source's active list, and nothing of the one before matches any more.
// file_sha256 and root are sealed: with one row in a list, its plate could be found from either by
// trying them all.
struct HotlistLoaded {
  static constexpr KindSpec kKind{
      68, "hotlist.loaded", chain::Retention::kPermanent, chain::Form::kByMember,
      "a general list took the place of the one before (I12-C2B1-1, C2B1-2, C2A1-3, C2A1-4)"};
  std::int64_t policy = 0;
  HotlistSource source{};
  TimeUs source_time;     // when the source made it (I12-C2A1-4)
  std::int64_t rows = 0;  // active
  std::vector<ExcludedCount> excluded;
  std::int64_t blob = 0;             // the sealed rows; destroyed 30 days after they are superseded
  std::optional<Sequence> previous;  // the version it supersedes
  Digest file_sha256{};
  Digest root{};            // of the active rows, see registers/hotlist_csv.h
  std::optional<Actor> by;  // absent: the server itself, by `feed`
  std::optional<std::string> feed;
  std::optional<ProfileName> profile;
  std::optional<HotlistDelta> delta;  // against `previous`
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("source", source);
    m.open("source_time", source_time);
    m.open("rows", rows);
    m.open("excluded", excluded);
    m.open("blob", blob);
    m.open("previous", previous);
    m("file_sha256", file_sha256);
    m("root", root);
    m("by", by);
    m.open("feed", feed);
    m.open("profile", profile);
    m.open("delta", delta);
  }
};

// The source was asked and its list is the active version still: a good import, without the rows a
// second time.
struct HotlistConfirmed {
  static constexpr KindSpec kKind{
      82, "hotlist.confirmed", chain::Retention::kPermanent, chain::Form::kByMember,
      "a source's list, fetched again, is the one that is active already (I12-C2B1-1, C2A1-4)"};
  std::int64_t policy = 0;
  HotlistSource source{};
  Sequence loaded;  // the active version
  TimeUs source_time;
  std::string feed;
  std::optional<ProfileName> profile;
  std::vector<ExcludedCount> excluded;
  std::optional<Digest> file_sha256;  // absent: the source said that nothing was modified
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("source", source);
    m.open("loaded", loaded);
    m.open("source_time", source_time);
    m.open("feed", feed);
    m.open("profile", profile);
    m.open("excluded", excluded);
    m("file_sha256", file_sha256);
  }
};

enum class FetchFault { kUnreachable, kStatus, kNoFile, kUnreadable, kTooLarge };
template <>
struct EnumTexts<FetchFault> {
  static constexpr std::array texts{
      std::pair{FetchFault::kUnreachable, "UNREACHABLE"}, std::pair{FetchFault::kStatus, "STATUS"},
      std::pair{FetchFault::kNoFile, "NO_FILE"}, std::pair{FetchFault::kUnreadable, "UNREADABLE"},
      std::pair{FetchFault::kTooLarge, "TOO_LARGE"}};
};

// Said when it begins and when it becomes another fault, not at each try.
struct HotlistFetchFailed {
  static constexpr KindSpec kKind{
      83, "hotlist.fetch-failed", chain::Retention::kOpen, chain::Form::kByMember,
      "a feed got no list from its source; the one before stays active (I12-C2B1-1)"};
  std::int64_t policy = 0;
  HotlistSource source{};
  std::string feed;
  FetchFault why{};
  std::optional<std::int64_t> status;  // of HTTP, with kStatus
  template <typename M>
  void members(M& m) {
    m("policy", policy);
    m("source", source);
    m("feed", feed);
    m("why", why);
    m("status", status);
  }
};

struct HotlistImportRefused {
  static constexpr KindSpec kKind{
      69, "hotlist.import-refused", chain::Retention::kPermanent, chain::Form::kByMember,
      "a list that was not let in; the one before stays active (I12-C2A1-1, C2B1-2)"};
  std::int64_t policy = 0;
  std::vector<std::string> rules;
  std::string slug;
  std::string source;  // as given; sealed, because it is free text
  std::string reason;
  std::optional<Digest> file_sha256;
  std::optional<Actor> by;  // absent: the server itself, by `feed`
  std::optional<std::string> feed;
  std::optional<ProfileName> profile;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("rules", rules);
    m.open("slug", slug);
    m("source", source);
    m("reason", reason);
    m("file_sha256", file_sha256);
    m("by", by);
    m.open("feed", feed);
    m.open("profile", profile);
  }
};

// A request for an entry, or for an update, which is an entry that supersedes another (I12-C2B2-1).
// The entering member's name is by.name, the time of entry the event's own (I12-C2B2-4, C2B2-7).
struct EntryRequested {
  static constexpr KindSpec kKind{
      70, "hotlist.entry-requested", chain::Retention::kPermanent, chain::Form::kByMember,
      "a member asks for a custom entry; it matches nothing yet (I12-C2B2-1..8, C2A1-2)"};
  std::int64_t policy = 0;
  BoloPurpose purpose{};
  TimeUs expires_at;
  std::optional<Sequence> supersedes;  // the entry-requested of the entry that this one updates
  std::optional<std::string> plate;
  std::optional<std::string> descriptor;  // of a person or vehicle without a plate (I12-C2B2-8)
  KnownAttributes attributes;
  std::string case_number;
  std::string offense_report_no;
  std::string justification;
  bool not_protected_characteristic = false;  // attested (I12-C3-4)
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("purpose", purpose);
    m.open("expires_at", expires_at);
    m.open("supersedes", supersedes);
    m("plate", plate);
    m("descriptor", descriptor);
    m("attributes", attributes);
    m("case_number", case_number);
    m("offense_report_no", offense_report_no);
    m("justification", justification);
    m("not_protected_characteristic", not_protected_characteristic);
    m("by", by);
  }
};

// The entry is active from here on, and what it supersedes is not.
struct EntryApproved {
  static constexpr KindSpec kKind{71, "hotlist.entry-approved", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "the Administrator let a custom entry in (I12-C2B2-2)"};
  std::int64_t policy = 0;
  Sequence request;
  std::string requester;  // username, differs from by.username
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("request", request);
    m("requester", requester);
    m("reason", reason);
    m("by", by);
  }
};

struct EntryDenied {
  static constexpr KindSpec kKind{72, "hotlist.entry-denied", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "the Administrator did not let a custom entry in (I12-C2B2-2)"};
  std::int64_t policy = 0;
  Sequence request;
  std::string requester;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("request", request);
    m("requester", requester);
    m("reason", reason);
    m("by", by);
  }
};

struct EntryRemoved {
  static constexpr KindSpec kKind{73, "hotlist.entry-removed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a custom entry was taken out or withdrawn; it matches no more"};
  std::int64_t policy = 0;
  Sequence request;
  std::string reason;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("request", request);
    m("reason", reason);
    m("by", by);
  }
};

struct HotlistStale {
  static constexpr KindSpec kKind{80, "hotlist.stale", chain::Retention::kOpen,
                                  chain::Form::kByMember,
                                  "a general list is older than 24 hours (I12-C2B1-1)"};
  std::int64_t policy = 0;
  HotlistSource source{};
  Sequence loaded;  // the version that is still active
  TimeUs loaded_at;
  std::optional<TimeUs> confirmed_at;  // when it was last found unchanged
  template <typename M>
  void members(M& m) {
    m("policy", policy);
    m("source", source);
    m("loaded", loaded);
    m("loaded_at", loaded_at);
    m("confirmed_at", confirmed_at);
  }
};

struct EntriesDisclosed {
  static constexpr KindSpec kKind{81, "entries.disclosed", chain::Retention::kPermanent,
                                  chain::Form::kByMember,
                                  "a member was shown custom entries (I12-A-5, F-2)"};
  std::int64_t policy = 0;
  std::vector<Sequence> entries;
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m("entries", entries);
    m("by", by);
  }
};

struct HotlistDeltaDisclosed {
  static constexpr KindSpec kKind{
      84, "hotlist.delta-disclosed", chain::Retention::kPermanent, chain::Form::kByMember,
      "a member was shown rows that a version of a general list changed (I12-C2B1-2, F-2)"};
  std::int64_t policy = 0;
  Sequence version;
  std::int64_t after = 0;  // changes of the version that were passed over
  std::int64_t shown = 0;  // changes
  Actor by;
  template <typename M>
  void members(M& m) {
    m.open("policy", policy);
    m.open("version", version);
    m.open("after", after);
    m.open("shown", shown);
    m("by", by);
  }
};

std::vector<chain::Kind> hotlists_kinds();

}  // namespace alpr::policy

// A made-up domain for the store's tests: kinds of every class and form, and a fold that writes
// permanent rows and rows of thirty-day events. Beside it a store in a folder of its own, on a
// simulated clock.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/store/retention.h"
#include "ledger/store/sequencer.h"
#include "ledger/store/store.h"
#include "tests/ledger/store/one_image.h"
#include "tests/ledger/store/store_fixtures.h"

namespace alpr::store::toy {

inline constexpr std::uint16_t kRead = 32;  // thirty-day, whole
inline constexpr std::uint16_t kNote =
    33;  // permanent, by member: about a subject and perhaps a read
inline constexpr std::uint16_t kNotice = 34;  // open
inline constexpr std::uint16_t kVisit = 35;   // thirty-day, by member
inline constexpr std::uint16_t kDigest = 36;  // permanent, whole

inline constexpr chain::Table kReads = 1;        // read -> its JSON, of the read
inline constexpr chain::Table kSubjects = 2;     // subject -> notes so far, permanent
inline constexpr chain::Table kNotesOfRead = 3;  // read, note -> subject, of the read
inline constexpr chain::Table kVisits = 4;       // visit -> who, of the visit

inline chain::KindRegistry kinds() {
  using chain::Form;
  using chain::Retention;
  std::vector<chain::Kind> all = chain::ledger_kinds();
  all.push_back({kRead,
                 "toy.read",
                 Retention::kThirtyDay,
                 Form::kWhole,
                 {"plate", "image"},
                 {},
                 "",
                 "image"});
  all.push_back({kNote,
                 "toy.note",
                 Retention::kPermanent,
                 Form::kByMember,
                 {"subject", "number", "read"},
                 {"number"},
                 ""});
  all.push_back({kNotice, "toy.notice", Retention::kOpen, Form::kByMember, {"text"}, {"text"}, ""});
  all.push_back(
      {kVisit, "toy.visit", Retention::kThirtyDay, Form::kByMember, {"who", "door"}, {"door"}, ""});
  all.push_back({kDigest, "toy.digest", Retention::kPermanent, Form::kWhole, {"sum"}, {}, ""});
  return chain::KindRegistry(std::move(all));
}

inline std::string json_text(std::string_view text) {
  std::string out;
  chain::write_string(out, text);
  return out;
}

inline chain::Draft read(std::string_view plate) {
  return {kRead, "{\"plate\":" + json_text(plate) + "}", {}};
}
inline chain::Draft read(std::string_view plate, const EvidencePlace& place, const Digest& sha256) {
  return {kRead,
          "{\"plate\":" + json_text(plate) + ",\"image\":{\"offset\":" +
              std::to_string(place.offset) + ",\"length\":" + std::to_string(place.length) +
              ",\"sha256\":" + json_text(chain::hex(sha256)) + "}}",
          {}};
}
inline chain::Draft note(std::string_view subject, std::uint64_t number,
                         std::optional<Sequence> read = {}) {
  chain::Draft draft{
      kNote, {}, {{"subject", json_text(subject)}, {"number", std::to_string(number)}}};
  if (read) draft.members.push_back({"read", std::to_string(read->value)});
  return draft;
}
inline chain::Draft notice(std::string_view text) {
  return {kNotice, {}, {{"text", json_text(text)}}};
}
inline chain::Draft visit(std::string_view who, std::uint64_t door) {
  return {kVisit, {}, {{"who", json_text(who)}, {"door", std::to_string(door)}}};
}
inline chain::Draft hold_placed(const std::vector<Sequence>& events,
                                TimeUs review_by = {2'000'000'000'000'000}) {
  std::string list;
  for (const Sequence seq : events) list += (list.empty() ? "" : ",") + std::to_string(seq.value);
  return {chain::kind::kHoldPlaced,
          {},
          {{"policy", "1"},
           {"reason", "\"case\""},
           {"events", "[" + list + "]"},
           {"review_by", std::to_string(review_by.value)},
           {"case_number", "\"C-1\""},
           {"requester", "\"o1\""},
           {"by", "\"o2\""}}};
}
inline chain::Draft hold_released(Sequence hold) {
  return {chain::kind::kHoldReleased,
          {},
          {{"policy", "1"},
           {"hold", std::to_string(hold.value)},
           {"by", "\"o2\""},
           {"reason", "\"over\""}}};
}
inline chain::Draft clock_stepped() {
  return {chain::kind::kClockStepped,
          {},
          {{"from", "1"}, {"to", "2"}, {"confirmed_by", "[\"o1\",\"o2\"]"}, {"reason", "\"ntp\""}}};
}

inline std::string value_of(const chain::Members& members, std::string_view name) {
  for (const chain::Member& member : members) {
    if (member.name == name) return member.value;
  }
  return {};
}

inline Result<void> fold(const chain::EventView& event, chain::RegisterWriter& rows) {
  const Sequence seq = event.header.seq;
  if (event.header.kind == kRead && event.have_payload) {
    return rows.put(kReads, chain::RowKey().number(seq.value), event.json, seq);
  }
  if (event.header.kind == kVisit && event.have_payload) {
    return rows.put(kVisits, chain::RowKey().number(seq.value), value_of(event.members, "who"),
                    seq);
  }
  if (event.header.kind != kNote) return {};
  const std::string subject = value_of(event.members, "subject");
  if (subject == "\"poison\"") return fail(ErrorCode::kConflict, "the fold does not take this one");
  const auto key = chain::RowKey().text(subject);
  const auto before = rows.get(kSubjects, key);
  if (!before) return tl::unexpected(before.error());
  const std::uint64_t notes = *before ? std::stoull(**before) + 1 : 1;
  if (subject == "\"forget\"") return rows.erase(kSubjects, chain::RowKey().text("\"ann\""));
  if (const auto put = rows.put(kSubjects, key, std::to_string(notes), {}); !put) return put;
  const std::string read = value_of(event.members, "read");
  if (read.empty()) return {};
  return rows.put(kNotesOfRead, chain::RowKey().number(std::stoull(read)).number(seq.value),
                  subject, Sequence{std::stoull(read)});
}

// 2026-01-01T00:00:00Z, on an hour and on a bucket.
inline constexpr TimeUs kStart{1767225600LL * kSecondUs};
inline constexpr std::int64_t kDay = 86'400 * kSecondUs;

inline StoreSettings small_settings() {
  StoreSettings settings;
  settings.map_size = 256ULL << 20;
  settings.ballast_bytes = 64 << 10;
  settings.disk_free_percent = [] { return 50U; };
  return settings;
}

// A store with its genesis and a running sequencer; close() and open() restart it.
class ToyStore {
 public:
  explicit ToyStore(StoreSettings settings = small_settings()) : settings_(std::move(settings)) {
    const auto made = Store::create(places(), "example.org/toy", settings_);
    EXPECT_TRUE(made) << made.error().detail;
    open();
    const auto begun = append(genesis_draft(store->log_vkey(), /*simulated=*/true));
    EXPECT_TRUE(begun) << begun.error().detail;
  }
  ~ToyStore() { close(); }

  StorePlaces places() const { return default_places(folder.path() / "store"); }
  void open(const SequencerSettings& settings = {}) {
    auto opened = Store::open(places(), clock, kinds(), settings_);
    ASSERT_TRUE(opened) << opened.error().detail;
    store = std::move(*opened);
    sequencer = Sequencer::start(*store, fold, {}, settings);
  }
  void close() {
    sequencer.reset();
    store.reset();
  }
  void reopen() {
    close();
    open();
  }

  Result<Sequence> append(const chain::Draft& draft) {
    Sequence seq;
    const auto commit = sequencer->run([&](Transaction& transaction) -> Result<void> {
      const auto appended = transaction.append(draft);
      if (!appended) return tl::unexpected(appended.error());
      seq = *appended;
      return {};
    });
    if (!commit) return tl::unexpected(commit.error());
    return seq;
  }
  Sequence must_append(const chain::Draft& draft) {
    const auto seq = append(draft);
    EXPECT_TRUE(seq) << seq.error().detail;
    return seq.value_or(Sequence{~std::uint64_t{0}});
  }

  struct Image {
    Sequence read;
    EvidencePlace place;
    Digest sha256;
  };
  Image must_append_image(std::string_view plate, const Bytes& image) {
    Image out{{}, {}, chain::sha256(image)};
    const auto commit = sequencer->run([&](Transaction& transaction) -> Result<void> {
      const auto place = store_image(transaction, image);
      if (!place) return tl::unexpected(place.error());
      out.place = *place;
      const auto seq = transaction.append(read(plate, *place, out.sha256));
      if (!seq) return tl::unexpected(seq.error());
      out.read = *seq;
      return {};
    });
    EXPECT_TRUE(commit) << commit.error().detail;
    return out;
  }
  Result<Sequence> hold(const std::vector<Sequence>& events,
                        const std::vector<Transaction::ImageOf>& images = {}) {
    Sequence seq;
    const auto commit = sequencer->run([&](Transaction& transaction) -> Result<void> {
      if (const auto held = transaction.hold(events, images); !held) return held;
      const auto appended = transaction.append(hold_placed(events));
      if (!appended) return tl::unexpected(appended.error());
      seq = *appended;
      return {};
    });
    if (!commit) return tl::unexpected(commit.error());
    return seq;
  }
  Result<PurgeReport> purge() {
    Retention retention(*store, *sequencer);
    return retention.run();
  }

  // Every file of the store but the vault's.
  bool on_disk(std::string_view needle) const {
    for (const auto& [name, bytes] : all_files(places().folder)) {
      if (as_text(bytes).find(needle) != std::string_view::npos) return true;
    }
    return false;
  }

  TemporaryFolder folder;
  std::shared_ptr<SimulatedClock> clock = std::make_shared<SimulatedClock>(kStart);
  std::unique_ptr<Store> store;
  std::unique_ptr<Sequencer> sequencer;

 private:
  StoreSettings settings_;
};

inline ErrorCode code(const auto& result) {
  EXPECT_FALSE(result);
  return result ? ErrorCode{} : result.error().code;
}

// The whole log as an outsider would check it: headers, links, root and signature of the newest
// checkpoint.
inline void expect_sound(Store& store) {
  std::vector<Digest> leaves;
  Digest previous = chain::genesis_previous(store.origin());
  TimeUs time{};
  for (std::uint64_t first = 0; first < store.size();) {
    const auto some = store.header_range({first}, 1000);
    ASSERT_TRUE(some) << some.error().detail;
    for (const chain::HeaderBytes& bytes : *some) {
      const auto header = chain::decode_header(bytes);
      ASSERT_TRUE(header) << header.error().detail;
      ASSERT_EQ(header->seq.value, leaves.size());
      ASSERT_EQ(header->previous, previous);
      ASSERT_GE(header->time, time);
      time = header->time;
      previous = chain::leaf_hash(bytes);
      leaves.push_back(previous);
    }
    first += some->size();
  }
  const auto note = store.newest_checkpoint();
  ASSERT_TRUE(note) << note.error().detail;
  const auto checkpoint = chain::open_checkpoint(*note, store.origin(), {store.log_vkey()});
  ASSERT_TRUE(checkpoint) << checkpoint.error().detail;
  EXPECT_EQ(checkpoint->size, leaves.size());
  EXPECT_EQ(checkpoint->root, chain::root_of(leaves));
}

}  // namespace alpr::store::toy

// Proves that the reads register finds what is there, however its columns lie, and nothing that is
// due. By comparing it with naive searches over random reads, and its columns with the rows that
// went in.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <random>
#include <set>
#include <thread>

#include "policy/records/reads.h"
#include "policy/registers/areas.h"
#include "policy/registers/plate_question.h"
#include "policy/registers/plate_text.h"
#include "policy/registers/reads_index.h"
#include "recognition/upload/plate_fold.h"

namespace alpr::policy {
namespace {

constexpr TimeUs kStart{1'790'000'000 * kSecondUs};
constexpr std::string_view kAlphabet = "01258ABDGIOQSZ67";  // few, and most are confused

std::string random_plate(std::mt19937& random) {
  std::string plate;
  for (std::size_t n = 1 + random() % 10; n > 0; --n) plate += kAlphabet[random() % 16];
  return plate;
}

struct Texts {
  std::vector<std::string> all;
  std::uint32_t number(std::string_view text) {
    for (std::uint32_t i = 0; i < all.size(); ++i)
      if (all[i] == text) return i;
    all.emplace_back(text);
    return static_cast<std::uint32_t>(all.size() - 1);
  }
  ReadColumns::Intern intern() {
    return [this](std::string_view text) { return number(text); };
  }
  ReadColumns::Text text() const {
    return [this](std::uint32_t id) -> const std::string& { return all.at(id); };
  }
};

ReadRow random_row(std::mt19937& random, std::uint64_t seq, TimeUs uploaded) {
  ReadRow row;
  row.seq = {seq};
  row.uploaded = uploaded;
  row.plate = random_plate(random);
  row.device = "cam-" + std::to_string(random() % 3);
  if (random() % 2 == 0) row.color = random() % 2 == 0 ? "white" : "blue";
  if (random() % 2 == 0) row.make = random() % 2 == 0 ? "ford" : "honda";
  if (random() % 2 == 0) row.model = random() % 2 == 0 ? "f-150" : "civic";
  row.latitude_e7 = 378'000'000 + static_cast<std::int64_t>(random() % 1000);
  row.longitude_e7 = -1'222'000'000 - static_cast<std::int64_t>(random() % 1000);
  // Some ahead of the server's clock, most of now, a few days late.
  const std::int64_t waits[] = {-300 * kSecondUs,        0,
                                2 * kSecondUs,           4'300 * kSecondUs,
                                29 * 86'400 * kSecondUs, -301 * kSecondUs};
  row.captured = {uploaded.value - waits[random() % 6] +
                  static_cast<std::int64_t>(random() % 1000)};
  return row;
}

struct Made {
  std::vector<ReadRow> rows;
  ReadColumns columns{bucket_of(kStart)};
  Texts texts;
  explicit Made(std::size_t count) {
    std::mt19937 random(4);
    for (std::size_t i = 0; i < count; ++i) {
      const TimeUs at{bucket_start(bucket_of(kStart)).value + static_cast<std::int64_t>(i) * 1000};
      rows.push_back(random_row(random, 1000 + 3 * i, at));
      columns.add(rows.back(), texts.intern());
    }
  }
};

TEST(ReadColumns, KeepEveryRowSortedOrNotAndAsBytes) {
  Made made(500);
  const auto expect_all = [&](const ReadColumns& columns, const Texts& texts) {
    ASSERT_EQ(columns.size(), made.rows.size());
    for (const ReadRow& row : made.rows) {
      const std::size_t at = columns.find(row.seq);
      ASSERT_LT(at, columns.size());
      EXPECT_EQ(columns.row(at, texts.text()), row);
    }
    EXPECT_EQ(columns.find({made.rows.front().seq.value + 1}), columns.size());
    EXPECT_EQ(columns.first_seq(), made.rows.front().seq);
    EXPECT_EQ(columns.last_seq(), made.rows.back().seq);
  };
  expect_all(made.columns, made.texts);
  made.columns.sort();
  EXPECT_TRUE(std::is_sorted(made.columns.plate.begin(), made.columns.plate.end()));
  expect_all(made.columns, made.texts);
  Made large(3000);  // of several steps of the fence
  large.columns.sort();
  const auto& plates = large.columns.plate;
  for (const std::uint64_t plate : plates)
    for (const std::uint64_t asked : {plate - 1, plate, plate + 1})
      ASSERT_EQ(large.columns.first_from(asked),
                std::lower_bound(plates.begin(), plates.end(), asked) - plates.begin());
  const std::string bytes = made.columns.write(made.texts.text());
  Texts other;
  other.number("of another register");
  const auto read = ReadColumns::read(bytes, other.intern());
  ASSERT_TRUE(read) << read.error().detail;
  expect_all(*read, other);
  EXPECT_EQ(read->bounds().captured_first, made.columns.bounds().captured_first);
  EXPECT_EQ(read->bounds().north, made.columns.bounds().north);
}

TEST(ReadColumns, WhatIsCutOffOrLongerIsNotRead) {
  Made made(20);
  made.columns.sort();
  const std::string bytes = made.columns.write(made.texts.text());
  Texts texts;
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(ReadColumns::read(bytes.substr(0, size), texts.intern())) << size;
  EXPECT_FALSE(ReadColumns::read(bytes + "x", texts.intern()));
  for (std::size_t at = 0; at < bytes.size(); ++at) {  // never out of range, whatever it says
    std::string changed = bytes;
    changed[at] = static_cast<char>(changed[at] ^ 0x80);
    if (const auto read = ReadColumns::read(changed, texts.intern())) {
      for (std::size_t i = 0; i < read->size(); ++i) read->captured_at(i);
    }
  }
}

chain::EventView event_of(const ReadRow& row) {
  ReadRecorded record;
  record.device = row.device;
  ReadContent read;
  read.plate = row.plate;
  read.captured_at = row.captured;
  read.latitude_e7 = row.latitude_e7;
  read.longitude_e7 = row.longitude_e7;
  if (!row.color.empty()) read.color = ReadAttribute{row.color, 1};
  if (!row.make.empty()) read.make = ReadAttribute{row.make, 1};
  if (!row.model.empty()) read.model = ReadAttribute{row.model, 1};
  record.read = std::move(read);
  chain::EventView event;
  event.header.kind = ReadRecorded::kKind.number;
  event.header.seq = row.seq;
  event.header.time = row.uploaded;
  event.have_payload = true;
  event.json = to_json_text(record);
  return event;
}

TEST(PlateFilters, MissNothingAndLetLittleThroughByMistake) {
  std::mt19937 random(7);
  constexpr std::size_t kPlates = 2000;
  PlateFilter filter(kPlates);
  std::vector<std::vector<std::uint64_t>> plates(PlateFilter::kSlots);
  for (unsigned slot = 0; slot < PlateFilter::kSlots; ++slot) {
    for (std::size_t i = 0; i < kPlates; ++i)
      plates[slot].push_back(
          packed_plate(random_plate(random).substr(0, 8) + std::to_string(slot)));
    filter.add(slot, plates[slot]);
  }
  std::size_t let_through = 0;
  for (unsigned slot = 0; slot < PlateFilter::kSlots; ++slot) {
    for (const std::uint64_t plate : plates[slot])
      ASSERT_TRUE(filter.may_have(plate) >> slot & 1U) << slot;
    const std::uint64_t none = packed_plate("ZZZZZZ" + std::to_string(slot));
    let_through += static_cast<std::size_t>(std::popcount(filter.may_have(none)));
  }
  // 64 x 64 questions, of which one in sixty is let through; twice that would be a bad filter.
  EXPECT_LT(let_through, 64U * 64U / 30U);
  filter.clear(5);
  for (const std::uint64_t plate : plates[5]) ASSERT_FALSE(filter.may_have(plate) >> 5U & 1U);
  for (const std::uint64_t plate : plates[6]) ASSERT_TRUE(filter.may_have(plate) >> 6U & 1U);
}

TEST(KnownPlates, AreThoseOfTheColumnsAndAnswerPatternsAsEachPlateWould) {
  std::mt19937 random(8);
  std::vector<KnownPlates::Column> columns(12);
  for (auto& column : columns) {
    for (int i = 0; i < 300; ++i) column.push_back(packed_plate(random_plate(random).substr(0, 3)));
    std::sort(column.begin(), column.end());
  }
  std::vector<const KnownPlates::Column*> parts;
  for (std::size_t i = 0; i < 8; ++i) parts.push_back(&columns[i]);
  KnownPlates known(parts);
  // One goes and another comes, until all have changed; then all go.
  for (std::size_t step = 0; step <= 12; ++step) {
    std::set<std::string> expected;
    for (const auto* part : parts)
      for (const std::uint64_t plate : *part) expected.insert(unpacked_plate(plate));
    ASSERT_EQ(known.size(), expected.size());
    for (const char* pattern : {"A?", "?A*", "*0", "B", "??", "0*8*", "ABCD", "*A*B*1*Z*0*"}) {
      const PlateQuestion question(pattern, PlateMatching::kExact);
      std::set<std::string> naive;
      for (const std::string& plate : expected)
        if (matches_pattern(pattern, plate)) naive.insert(plate);
      const auto found = known.asked(question, naive.size());
      ASSERT_TRUE(found) << pattern;
      ASSERT_EQ(found->size(), naive.size()) << pattern;
      EXPECT_TRUE(std::is_sorted(found->begin(), found->end()));
      for (const std::uint64_t plate : *found) EXPECT_TRUE(naive.contains(unpacked_plate(plate)));
      if (!naive.empty()) {
        EXPECT_FALSE(known.asked(question, naive.size() - 1)) << pattern;
      }
    }
    if (parts.empty()) break;
    const KnownPlates::Column* come = step < 4 ? &columns[8 + step] : nullptr;
    known = known.changed(parts.front(), come);
    parts.erase(parts.begin());
    if (come != nullptr) parts.push_back(come);
  }
  EXPECT_EQ(known.size(), 0U);
}

// Reads of an hour and a half, so of several buckets, the newest of which is open.
class ReadsRegister : public ::testing::Test {
 protected:
  ReadsRegister() {
    std::mt19937 random(5);
    for (std::uint64_t i = 0; i < 2000; ++i) {
      const TimeUs at{kStart.value + static_cast<std::int64_t>(i) * 2'700'000};
      rows.push_back(random_row(random, 10 + i, at));
      const chain::EventView event = event_of(rows.back());
      index.committed(std::span(&event, 1));
      unsettled.committed(std::span(&event, 1));
    }
    index.settle();
  }
  static void purge(ReadsIndex& of, Bucket bucket, const std::string& held = "") {
    chain::EventView tombstone;
    tombstone.header.kind = chain::kind::kReadsPurged;
    tombstone.have_payload = true;
    tombstone.json = "{\"bucket\":" + std::to_string(bucket.value) + ",\"held\":[" + held + "]}";
    of.committed(std::span(&tombstone, 1));
  }
  // Newest first.
  std::vector<Sequence> naive(const QueryElements& e, TimeUs now) const {
    std::vector<Sequence> found;
    for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
      if (e.plate && !matches_pattern(*e.plate, row->plate)) continue;
      if (e.device && row->device != *e.device) continue;
      if (e.color && row->color != *e.color) continue;
      if (e.make && row->make != *e.make) continue;
      if (e.model && row->model != *e.model) continue;
      if (e.captured_from && row->captured < *e.captured_from) continue;
      if (e.captured_until && row->captured >= *e.captured_until) continue;
      const auto latitude = static_cast<std::int32_t>(row->latitude_e7);
      const auto longitude = static_cast<std::int32_t>(row->longitude_e7);
      if (e.circle && !in_circle(*e.circle, latitude, longitude)) continue;
      if (e.polygon && !in_polygon(*e.polygon, latitude, longitude)) continue;
      if (now >= due_time(row->uploaded)) continue;
      found.push_back(row->seq);
    }
    return found;
  }
  // Page by page.
  std::vector<Sequence> found(const QueryElements& e, TimeUs now, std::size_t limit) const {
    return found(index, e, now, limit);
  }
  static std::vector<Sequence> found(const ReadsIndex& in, const QueryElements& e, TimeUs now,
                                     std::size_t limit) {
    std::vector<Sequence> all;
    SearchPage page{"", now, limit, {}, {}};
    for (;;) {
      const SearchResult result = in.search(e, page);
      for (const ReadMatch& match : result.matches) all.push_back(match.row.seq);
      EXPECT_LE(result.matches.size(), limit);
      if (!result.more) return all;
      page.before = all.back();
    }
  }

  ReadsIndex index, unsettled;
  std::vector<ReadRow> rows;
};

QueryElements random_elements(std::mt19937& random, const ReadRow& like) {
  QueryElements e;
  if (random() % 2 == 0) {
    e.plate = like.plate;
    if (random() % 2 == 0) (*e.plate)[random() % e.plate->size()] = '?';
    if (random() % 2 == 0) *e.plate = e.plate->substr(0, 1) + "*";
  }
  if (random() % 3 == 0) e.device = like.device;
  if (random() % 3 == 0) e.color = "white";
  if (random() % 4 == 0) e.make = "ford";
  if (random() % 4 == 0) e.model = "civic";
  if (random() % 3 == 0) e.circle = Circle{{like.latitude_e7, like.longitude_e7}, 5};
  if (random() % 3 == 0)
    e.polygon = std::vector<Point>{{like.latitude_e7 - 300, like.longitude_e7 - 300},
                                   {like.latitude_e7 + 300, like.longitude_e7},
                                   {like.latitude_e7 - 300, like.longitude_e7 + 300}};
  if (random() % 3 == 0) e.captured_from = like.captured;
  if (random() % 3 == 0) e.captured_until = TimeUs{like.captured.value + 1200 * kSecondUs};
  return e;
}

TEST_F(ReadsRegister, FindsWhatANaiveSearchFindsPageByPage) {
  std::mt19937 random(6);
  const TimeUs now = rows.back().uploaded;
  std::size_t matched = 0;
  for (int i = 0; i < 400; ++i) {
    const QueryElements e = random_elements(random, rows[random() % rows.size()]);
    const std::vector<Sequence> expected = naive(e, now);
    ASSERT_EQ(found(e, now, 1 + random() % 50), expected);
    matched += expected.size();
  }
  EXPECT_GT(matched, 1000U);
}

TEST_F(ReadsRegister, FindsWhatANaiveSearchFindsWhereManyPlatesMatch) {
  const TimeUs now = rows.back().uploaded;
  ASSERT_GT(index.known_plates(), 1024U);  // too many to look for one by one
  for (const char* pattern : {"*", "??*", "*?????"}) {
    const QueryElements e{.plate = pattern};
    EXPECT_EQ(found(e, now, 100), naive(e, now)) << pattern;
  }
}

TEST_F(ReadsRegister, I12_G_1_NothingIsFoundFromTheMicrosecondThatItIsDue) {
  const QueryElements all{.captured_from = TimeUs{0}};
  for (const std::size_t i : {0U, 1U, 700U, 1999U}) {
    const TimeUs due = due_time(rows[i].uploaded);
    EXPECT_EQ(found(all, {due.value - 1}, 3000), naive(all, {due.value - 1}));
    EXPECT_EQ(found(all, due, 3000).size(), rows.size() - 1 - i);
  }
}

TEST_F(ReadsRegister, DevicesOfAnAreaNarrowTheSearch) {
  const QueryElements all{.captured_from = TimeUs{0}};
  SearchPage page{"", rows.back().uploaded, 3000, {}, std::vector<std::string>{"cam-1", "none"}};
  const SearchResult result = index.search(all, page);
  QueryElements one = all;
  one.device = "cam-1";
  EXPECT_EQ(result.matches.size(), naive(one, page.now).size());
  page.devices.emplace();
  EXPECT_TRUE(index.search(all, page).matches.empty()) << "an area without devices";
}

TEST_F(ReadsRegister, ColumnsThatWereKeptComeBackAsTheRegisterThatMadeThem) {
  ReadsIndex again;
  std::vector<ReadColumns> kept;
  const std::vector<Bucket> over = index.sorted_buckets({0});
  ASSERT_GE(over.size(), 5U);
  for (const Bucket bucket : over) {
    auto columns = ReadColumns::read(index.write(bucket).value(),
                                     [&](std::string_view text) { return again.intern(text); });
    ASSERT_TRUE(columns) << columns.error().detail;
    kept.push_back(std::move(*columns));
  }
  again.load(std::move(kept));
  for (const ReadRow& row : rows) {
    if (again.find(row.seq)) continue;
    const chain::EventView event = event_of(row);
    again.committed(std::span(&event, 1));
  }
  EXPECT_EQ(again.dump(), index.dump());
  EXPECT_EQ(again.size(), rows.size());
}

TEST_F(ReadsRegister, I12_G_1_APlateThatNoReadHasAnyMoreIsForgotten) {
  const std::vector<Bucket> over = index.sorted_buckets({0});
  std::set<std::string> left;
  for (const ReadRow& row : rows)
    if (bucket_of(row.uploaded) >= over[2] && bucket_of(row.uploaded) <= over.back())
      left.insert(row.plate);
  const std::size_t before = index.known_plates();
  for (const Bucket bucket : {over[0], over[1]}) purge(index, bucket);
  index.settle();
  EXPECT_EQ(index.known_plates(), left.size());
  EXPECT_LT(left.size(), before);
}

TEST_F(ReadsRegister, BucketsThatAreOverAreSearchedBeforeTheyAreSettledToo) {
  ASSERT_TRUE(unsettled.sorted_buckets({0}).empty());
  EXPECT_EQ(unsettled.dump(), index.dump());
  EXPECT_EQ(unsettled.size(), rows.size());
  std::mt19937 random(7);
  const TimeUs now = rows.back().uploaded;
  const auto compare = [&] {
    for (int i = 0; i < 100; ++i) {
      const QueryElements e = random_elements(random, rows[random() % rows.size()]);
      ASSERT_EQ(found(unsettled, e, now, 1 + random() % 50), naive(e, now));
    }
    for (const ReadRow& row : rows) ASSERT_EQ(unsettled.find(row.seq), row);
  };
  compare();
  // Purged before it was settled, one with a read on hold; and some settled, some not.
  const std::vector<Bucket> over = index.sorted_buckets({0});
  ASSERT_GE(over.size(), 5U);
  const auto kept = std::find_if(rows.begin(), rows.end(), [&](const ReadRow& row) {
    return bucket_of(row.uploaded) == over[1];
  });
  const Sequence held = kept->seq;
  for (ReadsIndex* one : {&unsettled, &index}) {
    purge(*one, over[0]);
    purge(*one, over[1], std::to_string(held.value));
  }
  std::erase_if(rows, [&](const ReadRow& row) {
    const Bucket bucket = bucket_of(row.uploaded);
    return bucket == over[0] || (bucket == over[1] && row.seq != held);
  });
  EXPECT_EQ(unsettled.dump(), index.dump());
  compare();
  unsettled.settle();
  compare();
  index.settle();
  EXPECT_EQ(unsettled.sorted_buckets({0}), index.sorted_buckets({0}));
  EXPECT_EQ(unsettled.known_plates(), index.known_plates());
  purge(unsettled, over[2]);
  std::erase_if(rows, [&](const ReadRow& row) { return bucket_of(row.uploaded) == over[2]; });
  compare();
  unsettled.settle();
  compare();
}

// Searches go over what cannot change while reads come in and buckets go; each answer is of some
// moment in between.
TEST_F(ReadsRegister, SearchesWhileReadsComeInAndBucketsGo) {
  const QueryElements all{.captured_from = TimeUs{0}};
  const TimeUs now = rows.back().uploaded;
  std::atomic<bool> done = false;
  std::vector<std::thread> searchers;
  std::atomic<std::size_t> searches = 0;
  for (int i = 0; i < 3; ++i)
    searchers.emplace_back([&] {
      while (!done) {
        const SearchResult result = index.search(all, {"", now, 10'000, {}, {}});
        for (std::size_t k = 1; k < result.matches.size(); ++k)
          ASSERT_GT(result.matches[k - 1].row.seq, result.matches[k].row.seq);
        ++searches;
      }
    });
  std::thread settler([&] {
    while (!done) index.settle();
  });
  std::mt19937 random(8);
  const std::vector<Bucket> over = index.sorted_buckets({0});
  std::uint64_t seq = rows.back().seq.value;
  for (std::size_t i = 0; i < 300 || searches < 10; ++i) {
    const TimeUs at{now.value + static_cast<std::int64_t>(i) * 30 * kSecondUs};
    const chain::EventView read = event_of(random_row(random, ++seq, at));
    index.committed(std::span(&read, 1));
    if (i % 60 == 0 && i / 60 < over.size()) purge(index, over[i / 60]);
    // One that may be about to be settled.
    if (i % 60 == 40) purge(index, {bucket_of(at).value - 1});
  }
  done = true;
  settler.join();
  index.settle();
  std::set<std::uint64_t> left;
  for (const Bucket bucket : index.sorted_buckets({0})) left.insert(bucket.value);
  EXPECT_FALSE(left.contains(over.front().value));
  EXPECT_EQ(index.search({.plate = "*"}, {"", now, 10'000, {}, {}}).matches.size(), index.size());
  for (std::thread& searcher : searchers) searcher.join();
  EXPECT_GE(searches, 10U);
}

}  // namespace
}  // namespace alpr::policy

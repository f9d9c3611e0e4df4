// Proves what catches each sort of change to each file of a store, and holds docs/tamper-matrix.md
// to it. A store with purged, held and living reads, images and a list is changed in a copy, one
// change at a time, and put before the verifier without and with keys and with a kept checkpoint,
// before a server's start, and before whoever reads what was changed. PLATELEDGER_WRITE_DOCS=1
// writes the page anew.
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

#include "ledger/chain/encoding.h"
#include "ledger/store/event_rows.h"
#include "ledger/store/store_core.h"
#include "ledger/verify/verify.h"
#include "tests/ledger/store/toy_domain.h"
#include "tests/ledger/verify/store_maker.h"

namespace alpr::store {
namespace {

using std::filesystem::path;
using verify::testing::edit_row;

constexpr std::size_t kTileEvents = 300;  // so that there is a full tile and one above it

Bytes key_of(std::uint64_t number) {
  const auto key = key64(number);
  return {key.begin(), key.end()};
}

// What is changed, and everything needed to change it.
struct Original {
  toy::ToyStore toy;
  toy::ToyStore::Image purged, held, living, other;
  Bytes purged_row;
  Sequence note, hold, tombstone;
  std::uint64_t blob = 0;
  Bucket first_bucket;
  Bytes first_evidence;
  std::string keys;   // an auditor's --keys
  std::string since;  // a checkpoint that the auditor kept
  chain::VerifierKey vkey;
  TimeUs now;
  path older;  // a copy of the folder from before the purge and what followed it

  Original() {
    const NoSync quick;
    purged = toy.must_append_image("A", Bytes(300, 1));
    held = toy.must_append_image("B", Bytes(300, 2));
    first_bucket = bucket_of(toy.clock->now());
    note = toy.must_append(toy::note("ann", 1, held.read));
    const std::vector<Sequence> events = {held.read};
    hold = hold_with_image(events);
    toy.clock->advance(20 * toy::kDay);
    EXPECT_TRUE(toy.sequencer->run([&](Transaction& transaction) -> Result<void> {
      const auto id = transaction.store_blob(Bytes(200, 5));
      if (!id) return tl::unexpected(id.error());
      blob = *id;
      const auto seq = transaction.append(toy::notice("list"));
      if (!seq) return tl::unexpected(seq.error());
      return {};
    }));
    living = toy.must_append_image("C", Bytes(300, 3));
    toy.clock->advance(kBucketUs);
    other = toy.must_append_image("D", Bytes(300, 4));
    while (toy.store->size() < kTileEvents) toy.must_append(toy::notice("x"));
    keep_older();
    toy.clock->advance(kRetentionUs - 20 * toy::kDay - kBucketUs);
    const auto report = toy.purge();
    EXPECT_TRUE(report && report->tombstones.size() == 1);
    tombstone = report->tombstones.at(0);
    since = toy.store->newest_checkpoint().value();
    toy.must_append(toy::note("bob", 2));
    toy.must_append(toy::notice("the end"));
    keys = toy.store->vault().export_keys();
    vkey = toy.store->log_vkey();
    now = toy.clock->now();
    toy.close();
  }

  Sequence hold_with_image(const std::vector<Sequence>& events) {
    const auto commit = toy.sequencer->run([&](Transaction& transaction) -> Result<void> {
      const Transaction::ImageOf image{held.read, held.place, held.sha256};
      if (const auto done = transaction.hold(events, std::vector{image}); !done) return done;
      const auto seq =
          transaction.append(toy::hold_placed(events, {transaction.now().value + 80 * toy::kDay}));
      if (!seq) return tl::unexpected(seq.error());
      return {};
    });
    EXPECT_TRUE(commit) << commit.error().detail;
    return commit ? commit->first : Sequence{};
  }

  void keep_older() {
    older = toy.folder.path() / "older";
    {
      const auto txn = toy.store->core().env->begin_read();
      const auto row = txn->get(Db::kPayloads, key64(purged.read.value));
      purged_row.assign((*row)->begin(), (*row)->end());
    }
    first_evidence =
        bytes_of(toy.places().folder / "evidence" / (std::to_string(first_bucket.value) + ".evd"));
    toy.close();
    std::filesystem::copy(toy.places().folder, older, std::filesystem::copy_options::recursive);
    toy.open();
  }
};

// ---- changes ----

Bytes row_of(const path& folder, Db db, BytesView key) {
  const auto env = Environment::open(folder / "ledger", 256 << 20, Environment::Mode::kOpen);
  const auto txn = (*env)->begin_read();
  const auto row = txn->get(db, key);
  EXPECT_TRUE(row && *row);
  return row && *row ? Bytes((*row)->begin(), (*row)->end()) : Bytes{};
}
Bytes last_key(const path& folder, Db db) {
  const auto env = Environment::open(folder / "ledger", 256 << 20, Environment::Mode::kOpen);
  const auto txn = (*env)->begin_read();
  const auto row = txn->last(db);
  EXPECT_TRUE(row && *row);
  return row && *row ? Bytes((*row)->key.begin(), (*row)->key.end()) : Bytes{};
}
const char* name_of(Db db) {
  constexpr const char* kNames[] = {"meta",    "headers", "payloads",  "tiles", "checkpoints",
                                    "buckets", "held",    "registers", "scoped"};
  return kNames[static_cast<std::size_t>(db)];
}

using Change = std::function<void(const path& folder)>;

Change flip(Db db, const Bytes& key, std::size_t at) {
  return [=](const path& folder) {
    Bytes row = row_of(folder, db, key);
    ASSERT_LT(at, row.size());
    row[at] ^= 0x01;
    edit_row(folder, name_of(db), key, row);
  };
}
Change flip_from_end(Db db, const Bytes& key, std::size_t back) {
  return [=](const path& folder) { flip(db, key, row_of(folder, db, key).size() - back)(folder); };
}
Change drop(Db db, const Bytes& key) {
  return [=](const path& folder) { edit_row(folder, name_of(db), key, std::nullopt); };
}
Change swap_rows(Db db, const Bytes& a, const Bytes& b) {
  return [=](const path& folder) {
    const Bytes one = row_of(folder, db, a);
    const Bytes two = row_of(folder, db, b);
    edit_row(folder, name_of(db), a, two);
    edit_row(folder, name_of(db), b, one);
  };
}
Change copy_row(Db db, const Bytes& from, const Bytes& to) {
  return [=](const path& folder) { edit_row(folder, name_of(db), to, row_of(folder, db, from)); };
}
Change cut_row(Db db, const Bytes& key) {
  return [=](const path& folder) {
    Bytes row = row_of(folder, db, key);
    row.pop_back();
    edit_row(folder, name_of(db), key, row);
  };
}
Change put(Db db, const Bytes& key, const Bytes& value) {
  return [=](const path& folder) { edit_row(folder, name_of(db), key, value); };
}

Change flip_file(const std::string& file, std::size_t at) {
  return [=](const path& folder) { flip_byte(folder / file, at); };
}
Change drop_file(const std::string& file) {
  return [=](const path& folder) { std::filesystem::remove(folder / file); };
}
Change cut_file(const std::string& file) {
  return [=](const path& folder) {
    std::filesystem::resize_file(folder / file, std::filesystem::file_size(folder / file) - 1);
  };
}
Change swap_files(const std::string& a, const std::string& b) {
  return [=](const path& folder) {
    const Bytes one = bytes_of(folder / a);
    put_bytes(folder / a, bytes_of(folder / b));
    put_bytes(folder / b, one);
  };
}
Change put_file(const std::string& file, const Bytes& bytes) {
  return [=](const path& folder) { put_bytes(folder / file, bytes); };
}
Change replay_file(const path& older, const std::string& file) {
  return [=](const path& folder) { put_bytes(folder / file, bytes_of(older / file)); };
}
Change both(const Change& one, const Change& two) {
  return [=](const path& folder) {
    one(folder);
    two(folder);
  };
}

struct Row {
  std::string part;
  std::string change;
  Change make;
};

// ---- who catches it ----

std::string found_by(const path& folder, const Original& original, bool keys, bool since) {
  verify::Options options;
  options.key = original.vkey;
  if (keys) options.keys = std::move(*verify::Keys::parse(original.keys));
  if (since) options.since = original.since;
  // In a child: LMDB may die of what it meets.
  const auto report = verify::verify_store(folder, toy::kinds(), options);
  if (!report) return "refused: " + std::string(to_string(report.error().code));
  for (const verify::LevelReport& level : report->levels) {
    if (level.findings_count == 0) continue;
    return std::string(verify::to_string(level.level)) + ": " + level.findings.front().rule;
  }
  return {};
}

std::string found_at_start(const path& folder, const Original& original) {
  const auto opened =
      Store::open(default_places(folder), std::make_shared<SimulatedClock>(original.now),
                  toy::kinds(), toy::small_settings());
  if (!opened) return std::string(to_string(opened.error().code));
  return {};
}

// Everything that a server gives out, once.
std::string found_when_read(const path& folder, const Original& original) {
  const auto opened =
      Store::open(default_places(folder), std::make_shared<SimulatedClock>(original.now),
                  toy::kinds(), toy::small_settings());
  const Store& store = **opened;
  for (const auto* image : {&original.held, &original.living, &original.other}) {
    const auto header = store.header(image->read);
    if (!header || !store.event(image->read)) return "reading the event";
    const auto bytes =
        store.image(image->read, bucket_of(header->time), image->place, image->sha256);
    if (!bytes) return "showing the image";
    const auto row = store.registers()->get(toy::kReads, chain::RowKey().number(image->read.value));
    if (!row || !*row) return "reading a register";
  }
  if (!store.event(original.note)) return "reading the event";
  // What a replayed keyring brought back, this start has destroyed again.
  const bool back = (*opened)->vault().bucket_key(original.first_bucket).has_value();
  EXPECT_FALSE(back) << "a destroyed key came back";
  if (!store.blob(original.blob)) return "loading the list";
  const auto rows = store.registers()->get(toy::kSubjects, chain::RowKey().text("\"ann\""));
  if (!rows || !*rows) return "reading a register";
  return {};
}

std::string catcher(const path& folder, const Original& original) {
  if (auto found = found_by(folder, original, false, false); !found.empty()) return found;
  if (auto found = found_by(folder, original, true, false); !found.empty())
    return found + ", with `--keys`";
  if (auto found = found_by(folder, original, false, true); !found.empty())
    return found + ", with `--since`";
  if (auto found = found_at_start(folder, original); !found.empty()) return "start-up: " + found;
  if (auto found = found_when_read(folder, original); !found.empty()) return found;
  return "nothing";
}

// ---- the table ----

void add_rows_of_the_log(const Original& o, std::vector<Row>& rows) {
  const Bytes note = key_of(o.note.value);
  const struct {
    const char* what;
    std::size_t at;
  } header[] = {{"magic", 0}, {"kind", 4},      {"retention", 6}, {"form", 7},       {"seq", 15},
                {"time", 23}, {"reserved", 31}, {"previous", 40}, {"commitment", 70}};
  for (const auto& [what, at] : header)
    rows.push_back({"header", std::string("flip, ") + what, flip(Db::kHeaders, note, at)});
  rows.push_back({"header", "drop", drop(Db::kHeaders, note)});
  rows.push_back({"header", "drop the last",
                  drop(Db::kHeaders, last_key(o.toy.places().folder, Db::kHeaders))});
  rows.push_back({"header", "swap two", swap_rows(Db::kHeaders, key_of(5), key_of(6))});
  rows.push_back({"header", "duplicate", copy_row(Db::kHeaders, key_of(5), key_of(6))});
  rows.push_back({"header", "truncate", cut_row(Db::kHeaders, note)});
  const Bytes level0 = {0, 0, 0, 0, 0, 0, 0, 0, 0};
  const Bytes level1 = {1, 0, 0, 0, 0, 0, 0, 0, 0};
  for (const auto& [name, key] : {std::pair{"tile, level 0", level0}, {"tile, level 1", level1}}) {
    rows.push_back({name, "flip", flip(Db::kTiles, key, 7)});
    rows.push_back({name, "drop", drop(Db::kTiles, key)});
    rows.push_back({name, "truncate", cut_row(Db::kTiles, key)});
  }
  rows.push_back({"tile, level 0", "swap with level 1", swap_rows(Db::kTiles, level0, level1)});
  rows.push_back(
      {"tile, level 0", "duplicate", copy_row(Db::kTiles, level0, {0, 0, 0, 0, 0, 0, 0, 0, 1})});
  const Bytes newest = last_key(o.toy.places().folder, Db::kCheckpoints);
  rows.push_back({"checkpoint", "flip, origin", flip(Db::kCheckpoints, newest, 2)});
  rows.push_back({"checkpoint", "flip, root", flip(Db::kCheckpoints, newest, 30)});
  rows.push_back({"checkpoint", "flip, signature", flip_from_end(Db::kCheckpoints, newest, 10)});
  rows.push_back({"checkpoint", "drop the newest", drop(Db::kCheckpoints, newest)});
  rows.push_back({"checkpoint", "truncate", cut_row(Db::kCheckpoints, newest)});
  rows.push_back({"checkpoint", "duplicate", copy_row(Db::kCheckpoints, newest, key_of(7))});
  rows.push_back({"checkpoint", "replay an older one",
                  put(Db::kCheckpoints, newest, Bytes(o.since.begin(), o.since.end()))});
  const auto text = [](std::string_view name) { return Bytes(name.begin(), name.end()); };
  rows.push_back({"meta, format", "flip", flip(Db::kMeta, text("format"), 3)});
  rows.push_back({"meta, origin", "flip", flip(Db::kMeta, text("origin"), 3)});
  rows.push_back({"meta, origin", "drop", drop(Db::kMeta, text("origin"))});
  rows.push_back({"meta, keyring", "flip", flip(Db::kMeta, text("keyring"), 2)});
  rows.push_back({"meta, clock", "flip, wall", flip(Db::kMeta, text("clock"), 0)});
  rows.push_back({"meta, blobs", "flip, id", flip(Db::kMeta, text("blobs"), 7)});
}

void add_rows_of_payloads(const Original& o, std::vector<Row>& rows) {
  const Bytes note = key_of(o.note.value);
  const Bytes read = key_of(o.living.read.value);
  const Bytes held = key_of(o.held.read.value);
  rows.push_back({"payload, seal", "flip", flip(Db::kPayloads, read, 0)});
  rows.push_back({"payload, clear length", "flip", flip(Db::kPayloads, note, 4)});
  rows.push_back({"payload, clear part", "flip", flip(Db::kPayloads, note, 40)});
  rows.push_back(
      {"payload, tombstone", "flip", flip(Db::kPayloads, key_of(o.tombstone.value), 40)});
  rows.push_back({"payload, tombstone", "drop", drop(Db::kPayloads, key_of(o.tombstone.value))});
  rows.push_back({"payload, box", "flip, nonce", flip(Db::kPayloads, read, 5)});
  rows.push_back({"payload, box", "flip, ciphertext", flip(Db::kPayloads, read, 40)});
  rows.push_back({"payload, box", "flip, tag", flip_from_end(Db::kPayloads, read, 1)});
  rows.push_back({"payload, box", "flip, of a held read", flip(Db::kPayloads, held, 40)});
  rows.push_back(
      {"payload, box", "swap two", swap_rows(Db::kPayloads, read, key_of(o.other.read.value))});
  rows.push_back({"payload", "truncate", cut_row(Db::kPayloads, read)});
  rows.push_back({"payload", "drop, of a living read", drop(Db::kPayloads, read)});
  rows.push_back({"payload", "drop, of a held read", drop(Db::kPayloads, held)});
  rows.push_back({"payload", "drop, of a note", drop(Db::kPayloads, note)});
  rows.push_back(
      {"payload", "duplicate, under no header", copy_row(Db::kPayloads, note, key_of(100'000))});
  rows.push_back({"payload", "replay of a purged one",
                  put(Db::kPayloads, key_of(o.purged.read.value), o.purged_row)});
  const Bytes bucket = last_key(o.toy.places().folder, Db::kBuckets);
  rows.push_back({"projection, buckets", "flip, state", flip(Db::kBuckets, bucket, 24)});
  rows.push_back({"projection, held", "drop", drop(Db::kHeld, held)});
  const Bytes row = last_key(o.toy.places().folder, Db::kRegisters);
  rows.push_back({"projection, registers", "flip", flip_from_end(Db::kRegisters, row, 1)});
  rows.push_back({"projection, registers", "drop", drop(Db::kRegisters, row)});
  const Bytes scoped = last_key(o.toy.places().folder, Db::kScoped);
  rows.push_back({"projection, scoped", "drop", drop(Db::kScoped, scoped)});
}

void add_rows_of_files(const Original& o, std::vector<Row>& rows) {
  const auto evidence = [](Bucket bucket) {
    return "evidence/" + std::to_string(bucket.value) + ".evd";
  };
  const Bucket living{bucket_of({toy::kStart.value + 20 * toy::kDay})};
  const std::string images = evidence(living);
  const std::string held = "evidence/held/" + std::to_string(o.held.read.value) + ".evd";
  const std::string blob = "blobs/" + std::to_string(o.blob) + ".blob";
  for (const auto& [name, file] :
       {std::pair{"evidence", images}, {"evidence, held", held}, {"hot list", blob}}) {
    rows.push_back({name, "flip", flip_file(file, 60)});
    rows.push_back({name, "drop", drop_file(file)});
    rows.push_back({name, "truncate", cut_file(file)});
  }
  rows.push_back({"evidence", "swap two", swap_files(images, evidence({living.value + 1}))});
  rows.push_back(
      {"evidence", "replay of a purged one", put_file(evidence(o.first_bucket), o.first_evidence)});
  const std::string permanent = "keyring/permanent.keyring";
  const std::string erasable = "keyring/erasable.keyring";
  const std::string epoch = "keyring/epoch.secret";
  for (const auto& [name, file] : {std::pair{"keyring, permanent", permanent},
                                   {"keyring, erasable", erasable},
                                   {"epoch secret", epoch},
                                   {"log key", std::string("keyring/log.key")},
                                   {"master key", std::string("keyring/master.key")}}) {
    rows.push_back({name, "flip", flip_file(file, 20)});
    rows.push_back({name, "drop", drop_file(file)});
    rows.push_back({name, "truncate", cut_file(file)});
  }
  rows.push_back({"keyring, permanent", "swap with the erasable", swap_files(permanent, erasable)});
  rows.push_back({"keyring, permanent", "replay", replay_file(o.older, permanent)});
  rows.push_back({"keyring, erasable", "replay", replay_file(o.older, erasable)});
  rows.push_back({"epoch secret", "replay", replay_file(o.older, epoch)});
  rows.push_back({"keyring, erasable", "replay, with its epoch secret",
                  both(replay_file(o.older, erasable), replay_file(o.older, epoch))});
  const std::string mark = "keyring/high-water";
  rows.push_back({"high-water", "flip, one slot", flip_file(mark, 10)});
  rows.push_back(
      {"high-water", "flip, both slots", both(flip_file(mark, 10), flip_file(mark, 74))});
  rows.push_back({"high-water", "drop", drop_file(mark)});
  rows.push_back({"high-water", "truncate", cut_file(mark)});
  rows.push_back({"high-water", "replay", replay_file(o.older, mark)});
  const std::string data = "ledger/data.mdb";
  rows.push_back({"data.mdb", "replay", replay_file(o.older, data)});
  rows.push_back(
      {"data.mdb", "replay, with all keyrings and the mark", [older = o.older](const path& f) {
         std::filesystem::remove_all(f);
         std::filesystem::copy(older, f, std::filesystem::copy_options::recursive);
       }});
  rows.push_back({"data.mdb", "truncate", [data](const path& folder) {
                    std::filesystem::resize_file(
                        folder / data, std::filesystem::file_size(folder / data) / 2 / 4096 * 4096);
                  }});
}

// What nothing catches, and why that is as it must be.
std::string why_nothing(const Row& row) {
  if (row.part.starts_with("projection")) {
    return "nothing: derived from the events, and no evidence of anything; folded anew by a "
           "rebuild";
  }
  if (row.part == "high-water") {
    return "nothing: the other slot stands, or an older mark, which only makes the guard milder";
  }
  if (row.part == "meta, clock") {
    return "nothing: the writer's note of its last commit's clock; header times are in the chain";
  }
  if (row.part == "meta, keyring") return "nothing: a keyring in the store's own folder is found";
  if (row.part.starts_with("keyring") && row.change.starts_with("replay")) {
    return "nothing: the next start destroys again what came back, and reading meets what it lacks";
  }
  return "";
}

std::string page(const std::vector<std::pair<Row, std::string>>& rows) {
  std::string text =
      "# Tamper matrix\n\n"
      "What catches which change to which file of a store: the verifier's level and what it finds\n"
      "fault with, the server's start, or whoever next reads what was changed. The log's key is "
      "the\n"
      "auditor's own; the verifier is first asked without keys, then with them, then with a\n"
      "checkpoint that was kept. Made from `tests/faults/tamper_matrix_test.cc`:\n"
      "`PLATELEDGER_WRITE_DOCS=1 ctest --preset dev -R TamperMatrix`.\n\n"
      "| part | change | caught by |\n| --- | --- | --- |\n";
  for (const auto& [row, found] : rows)
    text += "| " + row.part + " | " + row.change + " | " + found + " |\n";
  return text;
}

TEST(TamperMatrix, EveryChangeIsCaughtByWhatThePageSays) {
  Original original;
  std::vector<Row> rows;
  add_rows_of_the_log(original, rows);
  add_rows_of_payloads(original, rows);
  add_rows_of_files(original, rows);
  const NoSync quick;
  const path copy = original.toy.folder.path() / "copy";
  const auto fresh = [&] {
    std::filesystem::remove_all(copy);
    std::filesystem::copy(original.toy.places().folder, copy,
                          std::filesystem::copy_options::recursive);
  };
  fresh();
  ASSERT_EQ(catcher(copy, original), "nothing") << "an unchanged store";
  std::vector<std::pair<Row, std::string>> table;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.part + ", " + row.change);
    fresh();
    row.make(copy);
    std::string found = catcher(copy, original);
    if (found == "nothing") {
      found = why_nothing(row);
      EXPECT_NE(found, "") << "nothing catches it";
    }
    table.emplace_back(row, found);
  }
  const path file = path(PROJECT_ROOT) / "docs" / "tamper-matrix.md";
  const std::string text = page(table);
  if (std::getenv("PLATELEDGER_WRITE_DOCS") != nullptr) {
    put_bytes(file, as_bytes(text));
    return;
  }
  const Bytes there = bytes_of(file);
  EXPECT_EQ(as_text(there), text);
}

}  // namespace
}  // namespace alpr::store

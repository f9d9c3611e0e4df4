// Proves that docs/verifiers-guide.md is enough to write a verifier from, and that ours says what
// it says: stranger_verify.py, which shares no code with us, agrees with it on whether a bundle
// holds and on the first event that does not fit. Both look at a good bundle and at ones damaged in
// every class of bytes, with events dropped, swapped and forged, and cut off.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <sstream>

#include "ledger/chain/canonical_json.h"
#include "ledger/chain/encoding.h"
#include "ledger/verify/verify.h"
#include "policy/records/kinds.h"
#include "tests/ledger/verify/bundle_maker.h"

namespace alpr::verify::testing {
namespace {

constexpr std::uint16_t kReadRecorded = 65;
constexpr std::uint16_t kHitRaised = 66;
constexpr std::uint16_t kUserDeactivated = 47;

chain::Member member(std::string name, const chain::Json& value, bool open) {
  return {std::move(name), chain::write(value), open};
}

// A log of real kinds: purged buckets, a hold in force, a released one, live reads, a rotation.
struct Log {
  StoreMaker maker{/*simulated=*/true, policy::kinds()};
  std::uint64_t tombstone = 0, destroyed = 0, permanent = 0, live = 0, rotation = 0;

  std::uint64_t read() { return maker.append_whole(kReadRecorded, "{\"upload\":1}"); }

  explicit Log(const TombstoneLies& lies = {}, bool early = false, bool destroy = true) {
    maker.commit();
    const std::uint64_t held = read();
    read();
    maker.append_whole(kHitRaised, "{\"upload\":2}");
    maker.commit();
    maker.pass(20 * kMinute);
    const std::uint64_t second = read();
    maker.release(maker.hold({second}));
    maker.hold({held}, {maker.time().value + 60 * kDay});
    maker.commit();
    rotation = maker.size();
    maker.rotate(test_key(1));
    maker.commit();
    maker.at({kStart.value + 30 * kDay - (early ? kDay : 0)});
    tombstone = maker.tombstone(bucket_of(kStart), lies);
    destroyed = maker.size();
    if (destroy) maker.destroyed(tombstone);
    maker.commit();
    maker.at({kStart.value + 30 * kDay + 20 * kMinute});
    maker.purge(bucket_of({kStart.value + 20 * kMinute}));
    permanent = maker.append(kUserDeactivated, {member("policy", std::int64_t{1}, /*open=*/true),
                                                member("username", "jdoe", /*open=*/false)});
    live = read();
    maker.commit();
  }
};

struct Verdict {
  bool holds = false;
  std::optional<std::uint64_t> seq;
  bool operator==(const Verdict&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Verdict& verdict) {
  return out << (verdict.holds ? "holds" : "does not hold, first at ")
             << (verdict.seq ? std::to_string(*verdict.seq) : std::string("no event"));
}

struct Case {
  std::string name;
  Bytes bundle;
};

Verdict ours(const std::filesystem::path& file) {
  const auto mapped = MappedFile::open(file);
  if (!mapped) return {};
  const auto report = verify_bundle_here(*mapped, policy::kinds(), Options{});
  if (!report) return {};
  for (const LevelReport& level : report->levels) {
    if (level.holds == false) return {false, level.findings.front().seq};
  }
  return {report->holds(), std::nullopt};
}

// What the stranger says of each file, in order.
std::vector<Verdict> strangers(const std::filesystem::path& folder, std::size_t count) {
  std::string command = std::string(PYTHON3) +
                        " " PROJECT_ROOT
                        "/tests/end_to_end/stranger_verify.py --kinds " PROJECT_ROOT
                        "/docs/event-kinds.md";
  for (std::size_t i = 0; i < count; ++i) command += " " + (folder / std::to_string(i)).string();
  FILE* pipe = popen(command.c_str(), "r");
  std::string out;
  char buffer[4096];
  for (std::size_t n = 0; pipe != nullptr && (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    out.append(buffer, n);
  if (pipe != nullptr) pclose(pipe);
  std::vector<Verdict> verdicts;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    Verdict verdict{line.find("\"holds\": true") != std::string::npos, std::nullopt};
    const std::size_t at = line.find("\"seq\": ") + 7;
    if (line[at] != 'n') verdict.seq = std::stoull(line.substr(at));
    verdicts.push_back(verdict);
  }
  return verdicts;
}

void expect_agreement(const std::vector<Case>& cases) {
  const TestFolder folder;
  for (std::size_t i = 0; i < cases.size(); ++i)
    write_file(folder.path() / std::to_string(i), cases[i].bundle);
  const std::vector<Verdict> theirs = strangers(folder.path(), cases.size());
  ASSERT_EQ(theirs.size(), cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Verdict mine = ours(folder.path() / std::to_string(i));
    EXPECT_EQ(mine, theirs[i]) << cases[i].name;
    EXPECT_EQ(mine.holds, cases[i].name.starts_with("good")) << cases[i].name;
  }
}

Bytes flipped(Bytes bytes, std::size_t at) {
  bytes.at(at) ^= static_cast<std::uint8_t>(1U << (at % 8));
  return bytes;
}

TEST(Stranger, AgreesOnGoodBundles) {
  Log log;
  Log small;
  expect_agreement({{"good, without boxes", make_bundle(log.maker)},
                    {"good, with boxes", make_bundle(log.maker, {.boxes = true})},
                    {"not one", Bytes{1, 2, 3}}});
}

TEST(Stranger, AgreesOnEveryByteOfEveryField) {
  Log log;
  const std::vector<Bytes> parts = take_apart(make_bundle(log.maker));
  std::vector<Case> cases;
  const auto flip = [&](std::size_t part, std::size_t at) {
    std::vector<Bytes> damaged = parts;
    damaged[part] = flipped(damaged[part], at);
    cases.push_back(
        {"byte " + std::to_string(at) + " of part " + std::to_string(part), join(damaged)});
  };
  for (std::size_t at = 0; at < parts[0].size(); ++at) flip(0, at);
  // Each header field in each event, and a byte of each part of its payload.
  for (std::uint64_t seq = 0; seq < log.maker.size(); ++seq) {
    const std::size_t part = part_of(parts, seq);
    for (const std::size_t at : {0, 1, 4, 6, 7, 8, 9, 15, 16, 17, 24, 25, 33, 64, 65, 97, 100})
      flip(part, at);
    for (std::size_t at = 101; at < parts[part].size(); at += 7) flip(part, at);
  }
  for (std::size_t part = 1; part < parts.size(); ++part) {
    if (parts[part][0] == 'E') continue;
    for (std::size_t at = 0; at < parts[part].size(); at += 5) flip(part, at);
  }
  ASSERT_GT(cases.size(), 400U);
  expect_agreement(cases);
}

TEST(Stranger, AgreesOnEventsDroppedSwappedDoubledAndCutOff) {
  Log log;
  const Bytes whole = make_bundle(log.maker);
  const std::vector<Bytes> parts = take_apart(whole);
  std::vector<Case> cases;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    std::vector<Bytes> fewer = parts;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    // A checkpoint in the middle may be missing: not every one is kept.
    const bool harmless = parts[i][0] == 'C' && i + 2 < parts.size() && parts[i - 1][0] == 'E';
    const std::uint64_t before =
        harmless ? chain::seq_in(BytesView(parts[i - 1]).subspan(1, 96)) : 0;
    const bool vouches = harmless && before == log.rotation;
    cases.push_back(
        {(harmless && !vouches ? "good, without part " : "without part ") + std::to_string(i),
         join(fewer)});
    std::vector<Bytes> doubled = parts;
    doubled.insert(doubled.begin() + static_cast<std::ptrdiff_t>(i), parts[i]);
    cases.push_back({"twice part " + std::to_string(i), join(doubled)});
    if (i + 1 < parts.size()) {
      std::vector<Bytes> swapped = parts;
      std::swap(swapped[i], swapped[i + 1]);
      cases.push_back({"swapped part " + std::to_string(i), join(swapped)});
    }
    cases.push_back(
        {"cut off before part " + std::to_string(i),
         join(std::vector<Bytes>(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(i)))});
  }
  for (std::size_t size = 0; size < whole.size(); size += 97) {
    cases.push_back({"cut to " + std::to_string(size),
                     Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))});
  }
  expect_agreement(cases);
}

// Signed by the log itself, so the chain holds, and erasure does not.
TEST(Stranger, I12_G_1_AgreesOnWhatADishonestDepartmentSigns) {
  std::vector<Case> cases;
  const auto add = [&](std::string name, Log log) {
    cases.push_back({std::move(name), make_bundle(log.maker)});
  };
  const auto lie = [&](std::string name, const std::function<void(TombstoneLies&)>& tell) {
    TombstoneLies lies;
    tell(lies);
    add(std::move(name), Log(lies));
  };
  lie("a tombstone counts wrongly", [](TombstoneLies& lies) { lies.count = 7; });
  lie("a tombstone of other events", [](TombstoneLies& lies) { lies.root = Digest{1}; });
  lie("a tombstone begins elsewhere", [](TombstoneLies& lies) { lies.first = 2; });
  lie("a tombstone spares what is not held", [](TombstoneLies& lies) { lies.held = {1, 2}; });
  lie("a tombstone spares nothing", [](TombstoneLies& lies) { lies.held.emplace(); });
  add("purged early", Log({}, /*early=*/true));
  add("keys not destroyed", Log({}, /*early=*/false, /*destroy=*/false));
  const auto change = [&](std::string name, const std::function<void(Log&)>& damage) {
    Log log;
    damage(log);
    cases.push_back({std::move(name), make_bundle(log.maker)});
  };
  change("a live payload is gone",
         [](Log& log) { log.maker.rows("payloads").erase(StoreMaker::key_of(log.live)); });
  change("a permanent payload is gone",
         [](Log& log) { log.maker.rows("payloads").erase(StoreMaker::key_of(log.permanent)); });
  change("a purged payload is back", [](Log& log) {
    log.maker.rows("payloads")[StoreMaker::key_of(2)] =
        log.maker.rows("payloads").at(StoreMaker::key_of(log.live));
  });
  change("nothing is purged for a month more", [](Log& log) {
    log.maker.pass(31 * kDay);
    log.maker.heartbeat();
    log.maker.commit();
  });
  change("a hold is never reviewed and its event purged", [](Log& log) {
    log.maker.pass(100 * kDay);
    log.maker.heartbeat();
    log.maker.commit();
  });
  change("a hold of what is never erased", [](Log& log) {
    log.maker.hold({log.permanent});
    log.maker.commit();
  });
  expect_agreement(cases);
}

}  // namespace
}  // namespace alpr::verify::testing

// A year of a busy department judged at level policy: 500,000 queries, 2 million hits (erased), 5
// million sessions and refusals, as a bundle with boxes. Prints one JSON object: seconds, events a
// second, peak memory of the judging alone.
//
//   replay_year --make FILE [--part P]   writes the log of a P-th of the year (default 1)
//   replay_year --judge FILE             judges it, with the keys beside it (FILE.keys)
//     [--events N]                       as if it had so many events
//     [--state STATE]                    goes on from the state there, if any, and keeps it
#include <fmt/format.h>
#include <sodium.h>
#include <sys/resource.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "ledger/chain/bundle.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "ledger/chain/payload.h"
#include "ledger/verify/bundle_source.h"
#include "ledger/verify/durable_file.h"
#include "ledger/verify/policy_level/policy_level.h"
#include "policy/records/hits.h"
#include "policy/records/kinds.h"
#include "policy/registers/fold.h"
#include "policy/registers/plate_index.h"
#include "policy/registers/reads_index.h"
#include "policy/replay/memory_rows.h"
#include "policy/rules/access.h"
#include "policy/rules/c2b_queries.h"
#include "policy/rules/codes.h"
#include "policy/rules/first_events.h"
#include "policy/rules/parameters.h"
#include "policy/rules/people.h"
#include "policy/rules/sessions.h"

namespace alpr::bench {
namespace {

using namespace policy;

constexpr std::int64_t kDays = 365;
constexpr std::int64_t kQueries = 500'000;
constexpr std::int64_t kHits = 2'000'000;
constexpr std::int64_t kSessions = 2'000'000;  // opened and closed: 4 million events
constexpr std::int64_t kRefusals = 1'000'000;
constexpr std::size_t kOfficers = 300;
constexpr TimeUs kStart{1'767'225'600 * kSecondUs};
constexpr std::string_view kOrigin = "bench.example/alpr";

[[noreturn]] void give_up(const std::string& why) { throw std::runtime_error(why); }

// Decides, seals and writes event by event.
class Year {
 public:
  explicit Year(const std::string& file)
      : out_(file, std::ios::binary),
        plates_([](std::uint64_t) -> Result<std::string> {
          return fail(ErrorCode::kGone, "no lists");
        }),
        state_{rows_, reads_, plates_, [](Sequence) { return std::vector<Sequence>(); }},
        fold_(fold()) {
    chain::BundleStart start;
    start.boxes = true;
    start.origin = std::string(kOrigin);
    Bytes bytes;
    chain::put_bundle_start(bytes, start);
    write(bytes);
  }

  void begin() {
    append({chain::kind::kLogStarted,
            {},
            {{"format", "1", true},
             {"vkey", "\"\"", true},
             {"log_id", "\"\"", true},
             {"bucket_seconds", "900", true},
             {"simulated", "true", true}}});
    InitPlan plan{"Bench Department", {}};
    const std::array roles{Role::kItUnit, Role::kChiefDesignee, Role::kAdministrator,
                           Role::kTrainingSection};
    for (std::size_t i = 0; i < roles.size(); ++i)
      plan.holders.push_back({roles[i], fmt::format("holder{}", i), fmt::format("Holder {}", i),
                              UserClass::kSworn, digest_code("AAAA", Salt{})});
    const auto drafts = first_events(plan, {now, next(), nullptr});
    for (const chain::Draft& draft : drafts.value()) append(draft);
    policy_ = policy_in_force(rows_, now).value();
    for (std::size_t i = 0; i < roles.size(); ++i)
      run(decide(state_, SetPassword{fmt::format("holder{}", i), "AAAA", std::nullopt}, kHash,
                 moment()));
  }
  void staff() {
    const Actor it = log_in("holder0"), chief = log_in("holder1"), trainer = log_in("holder3");
    for (std::size_t i = 0; i <= kOfficers; ++i) {
      const std::string name = fmt::format("officer{}", i);
      run(decide(state_, it, EnrolUser{name, "Name of " + name, "SWORN", "Bench Department"},
                 digest_code("AAAA", Salt{}), moment()));
      run(decide(state_, chief, ConfirmUser{name}, digest_code("BBBB", Salt{}), moment()));
      run(decide(state_, SetPassword{name, "AAAA", "BBBB"}, kHash, moment()));
      if (i == kOfficers) break;  // the last one is never trained: refused all year
      CompleteTraining course{name, "basic", "1", now, {}};
      for (const auto& [topic, text] : EnumTexts<TrainingTopic>::texts)
        course.topics.push_back(topic);
      run(decide(state_, trainer, course, moment()));
    }
    untrained_ = log_in(fmt::format("officer{}", kOfficers));
  }
  void live(double part) {
    PerformQuery query = a_query();
    const auto of = [&](std::int64_t yearly) {
      return static_cast<std::int64_t>(static_cast<double>(yearly) * part) / kDays;
    };
    for (std::int64_t day = 0; day < kDays; ++day) {
      const std::int64_t sessions = of(kSessions);
      for (std::int64_t i = 0; i < sessions; ++i) {
        now.value = kStart.value + day * 86'400 * kSecondUs + kSecondUs +
                    i * (86'000 * kSecondUs / sessions);
        const Actor officer =
            log_in(fmt::format("officer{}", i % static_cast<std::int64_t>(kOfficers)));
        for (std::int64_t n = share(i, sessions, of(kQueries)); n > 0; --n) {
          query.elements.plate = fmt::format("7ABC{:03}", (day + i) % 1'000);
          run(decide(state_, officer, query, Found{}, moment()));
        }
        for (std::int64_t n = share(i, sessions, of(kRefusals)); n > 0; --n)
          run(decide(state_, untrained_, query, Found{}, moment()));
        for (std::int64_t n = share(i, sessions, of(kHits)); n > 0; --n) hit();
        run(decide(state_, CloseSession{officer.session, SessionEnd::kLogout}, moment()));
      }
    }
  }
  void finish(const std::string& keys) {
    Bytes bytes;
    chain::put_bundle_end(bytes, size_);
    write(bytes);
    out_.close();
    std::ofstream file(keys);
    file << R"({"format":1,"months":{)";
    bool first = true;
    for (const auto& [month, key] : months_) {
      file << (first ? "" : ",") << '"' << month << "\":\"" << chain::hex(key) << '"';
      first = false;
    }
    file << R"(},"buckets":{},"held":{},"blobs":{}})";
  }

 private:
  static constexpr const char* kHash = "$argon2id$v=19$m=65536,t=2,p=1$bench";

  static std::int64_t share(std::int64_t i, std::int64_t of, std::int64_t all) {
    return (i + 1) * all / of - i * all / of;
  }
  Sequence next() const { return {size_}; }
  Moment moment() const { return {now, next(), &policy_}; }

  static PerformQuery a_query() {
    PerformQuery query;
    query.elements.plate = "7ABC123";
    QueryGrounds& g = query.grounds;
    g.purpose = "BURGLARY";
    g.legal_standard = "REASONABLE_SUSPICION";
    g.facts = "seen leaving the place a few minutes after it happened";
    g.right_to_know = RightToKnowClaim{"STATUTE", "Penal Code 459"};
    g.need_to_know = "the case is assigned to me";
    g.case_number = "26-000123";
    g.narrative = "looking for the vehicle that was seen";
    g.attestations = Attestations{true, true, true, true, true, true};
    return query;
  }
  Actor log_in(const std::string& username) {
    OpenSession attempt;
    attempt.username = username;
    attempt.matched_hash = std::string(kHash);
    const Sequence session = next();
    run(decide(state_, attempt, moment()));
    return actor_of_session(rows_, session).value();
  }
  void run(const Decision& decision) {
    if (decision.error || decision.events.empty())
      give_up(decision.error ? decision.error->detail : "nothing was decided");
    for (const chain::Draft& draft : decision.events) append(draft);
  }
  void hit() {
    chain::Header header = header_of(HitRaised::kKind.number);
    randombytes_buf(header.commitment.data(), header.commitment.size());
    put(header, {});
  }
  chain::Header header_of(std::uint16_t kind) const {
    const chain::Kind& known = *kinds().find(kind);
    chain::Header header;
    header.kind = kind;
    header.retention = known.retention;
    header.form = known.form;
    header.seq = next();
    header.time = now;
    header.previous = last_;
    return header;
  }
  void append(const chain::Draft& draft) {
    chain::EventView event;
    event.header = header_of(draft.kind);
    const bool open = event.header.retention == chain::Retention::kOpen;
    Salt salt{};
    if (!open) randombytes_buf(salt.data(), salt.size());
    const chain::PlainPayload plain = chain::lay_out_members(salt, draft.members);
    event.header.commitment = plain.commitment;
    const chain::HeaderBytes bytes = chain::encode(event.header);
    Bytes row{static_cast<std::uint8_t>(plain.secret.empty() ? 0 : 1)};
    chain::put_be32(row, static_cast<std::uint32_t>(plain.clear.size()));
    row.insert(row.end(), plain.clear.begin(), plain.clear.end());
    if (!plain.secret.empty()) seal(row, plain.secret, bytes);
    event.have_payload = true;
    event.members = draft.members;
    event.json = chain::to_json(draft.members);
    if (auto folded = fold_(event, rows_); !folded) give_up(folded.error().detail);
    put(event.header, row);
  }
  void seal(Bytes& row, const Bytes& secret, const chain::HeaderBytes& header) {
    auto [key, is_new] = months_.try_emplace(verify::month_number(now));
    if (is_new) randombytes_buf(key->second.data(), key->second.size());
    std::array<std::uint8_t, crypto_aead_xchacha20poly1305_ietf_NPUBBYTES> nonce{};
    randombytes_buf(nonce.data(), nonce.size());
    Bytes box(secret.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(box.data(), nullptr, secret.data(), secret.size(),
                                               header.data(), header.size(), nullptr, nonce.data(),
                                               key->second.data());
    row.insert(row.end(), nonce.begin(), nonce.end());
    row.insert(row.end(), box.begin(), box.end());
  }
  void put(const chain::Header& header, const Bytes& row) {
    const chain::HeaderBytes bytes = chain::encode(header);
    last_ = chain::leaf_hash(bytes);
    Bytes record;
    chain::put_bundle_event(record, bytes, row);
    write(record);
    ++size_;
  }
  void write(const Bytes& bytes) {
    out_.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
  }

  std::ofstream out_;
  MemoryRows rows_;
  ReadsIndex reads_;
  PlateIndex plates_;
  State state_;
  chain::Fold fold_;
  PolicyRow policy_;
  Actor untrained_;
  TimeUs now = kStart;
  Digest last_ = chain::genesis_previous(kOrigin);
  std::uint64_t size_ = 0;
  std::map<std::uint64_t, Digest> months_;
};

void make(const std::string& file, double part) {
  Year year(file);
  year.begin();
  year.staff();
  year.live(part);
  year.finish(file + ".keys");
}

// Without the pages of the mapped bundle.
std::uint64_t anonymous_memory_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("RssAnon:")) return std::strtoull(line.c_str() + 8, nullptr, 10) / 1024;
  return 0;
}

void judge(const std::string& file, std::uint64_t events, const std::string& state_file) {
  std::ifstream in(file + ".keys");
  std::stringstream text;
  text << in.rdbuf();
  const auto keys = verify::Keys::parse(text.str());
  const auto mapped = verify::MappedFile::open(file);
  if (!keys || !mapped) give_up("nothing to judge");
  auto source = verify::BundleSource::open(*mapped);
  if (!source) give_up(source.error().detail);
  const std::function<void(std::uint64_t, std::uint64_t)> silent;
  const std::uint64_t size = events == 0 ? (*source)->events() : events;
  policy_level::State state;
  std::optional<verify::MappedFile> saved;
  if (!state_file.empty()) {
    auto there = verify::MappedFile::open(state_file);
    if (there) saved.emplace(std::move(*there));
    if (saved) state.saved = saved->bytes();
    state.keep = [&](BytesView bytes) {
      return verify::write_durably(state_file, as_text(bytes), 0600);
    };
  }
  const auto start = std::chrono::steady_clock::now();
  verify::LevelReport report;
  const auto done = policy_level::check_policy_from(
      state, {**source, &*keys, size, kStart, /*renew=*/false, 8'192, 2, silent}, report);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (!done) give_up(done.error().detail);
  // What the judging thread takes is what a quiet machine with a second core for the opening takes.
  const auto processor = [](auto who) {
    rusage usage{};
    getrusage(who, &usage);
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
  };
  const std::uint64_t memory_mb = anonymous_memory_mb();  // the state only grows
  fmt::print(
      "{{\"events\":{},\"begun_at\":{},\"seconds\":{:.1f},\"processor_seconds\":{:.1f},"
      "\"of_the_judging_thread\":{:.1f},\"memory_mb\":{},\"checked\":{},\"not_checked\":{},"
      "\"findings\":{}}}\n",
      size, report.begun_at.value_or(0), took.count(), processor(RUSAGE_SELF),
      processor(RUSAGE_THREAD), memory_mb, report.checked, report.not_checked,
      report.findings_count);
  if (report.findings_count != 0) fmt::print("{}\n", report.findings.front().what);
}

}  // namespace
}  // namespace alpr::bench

int main(int argc, char** argv) {
  const auto is = [&](const char* flag) { return argc > 2 && std::strcmp(argv[1], flag) == 0; };
  try {
    alpr::chain::init_crypto();
    if (is("--make")) {
      alpr::bench::make(argv[2], argc > 4 ? std::strtod(argv[4], nullptr) : 1.0);
      return 0;
    }
    if (is("--judge")) {
      std::uint64_t events = 0;
      std::string state;
      for (int i = 3; i + 1 < argc; i += 2) {
        if (std::strcmp(argv[i], "--events") == 0)
          events = std::strtoull(argv[i + 1], nullptr, 10);
        else if (std::strcmp(argv[i], "--state") == 0)
          state = argv[i + 1];
      }
      alpr::bench::judge(argv[2], events, state);
      return 0;
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "replay_year: {}\n", error.what());
    return 1;
  }
  fmt::print(
      stderr,
      "usage: replay_year --make FILE [--part P] | --judge FILE [--events N] [--state STATE]\n");
  return 2;
}

// Proves that a store agrees with a plain account of what was done to it, whatever is done in
// whatever order, while calls of its write path fail in between. Random commands, each perhaps with
// a fault, run against an in-memory oracle on a simulated clock; the verifier looks in on the way.
// A history that fails is shortened before it is shown. PLATELEDGER_SEED begins elsewhere than at
// 1.
#include <cstdlib>
#include <random>

#include "ledger/store/due.h"
#include "tests/faults/faulty_disk.h"
#include "tests/faults/recovered.h"
#include "tests/ledger/store/one_image.h"

namespace alpr::store {
namespace {

constexpr int kHistories = 6;
constexpr int kHistoriesFull = 400;
constexpr std::size_t kCommands = 70;
constexpr int kShorteningsMax = 60;

enum class What { kUpload, kNote, kList, kHold, kRelease, kWait, kPurge, kRestart };
constexpr const char* kNames[] = {"upload",  "note", "list",  "hold",
                                  "release", "wait", "purge", "restart"};

struct Command {
  What what;
  std::uint64_t a;  // what it is about, modulo what there is
  DiskPlan plan;
};
using Commands = std::vector<Command>;

Commands random_commands(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  constexpr What kWeighted[] = {What::kUpload, What::kUpload, What::kUpload, What::kNote,
                                What::kList,   What::kHold,   What::kHold,   What::kRelease,
                                What::kWait,   What::kWait,   What::kWait,   What::kPurge,
                                What::kRestart};
  Commands out;
  while (out.size() < kCommands) {
    Command command{kWeighted[random() % std::size(kWeighted)], random(), {}};
    if (random() % 3 == 0) {
      const DiskFault fault = random() % 3 == 0 ? DiskFault::kShort : DiskFault::kError;
      command.plan = {fault, static_cast<unsigned>(1 + random() % 30),
                      random() % 2 == 0 ? EIO : ENOSPC};
    }
    out.push_back(command);
  }
  return out;
}

std::string to_text(const Command& command) {
  std::string text = kNames[static_cast<int>(command.what)];
  text += " " + std::to_string(command.a);
  if (command.plan.at == 0) return text;
  const bool cut = command.plan.fault == DiskFault::kShort;
  return text +
         (cut ? ", short at call "
              : ", error " + std::to_string(command.plan.error) + " at call ") +
         std::to_string(command.plan.at);
}

class World {
 public:
  World() {
    fatal() = false;
    fatal_exit() = [](const std::string&) { fatal() = true; };
  }
  ~World() { fatal_exit() = before_; }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Empty, or what does not agree.
  std::string run(const Commands& commands) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
      std::string wrong = step(commands[i]);
      if (wrong.empty()) wrong = disagreement();
      if (wrong.empty() && i % 12 == 11) wrong = verifier_finds(*toy_.store);
      if (!wrong.empty()) return "at command " + std::to_string(i) + ": " + wrong + "\n" + log();
    }
    std::string wrong = wait(31 * toy::kDay);
    if (wrong.empty()) wrong = disagreement();
    if (wrong.empty()) wrong = verifier_finds(*toy_.store);
    if (wrong.empty()) wrong = finds_leftovers(*toy_.store);
    if (wrong.empty()) wrong = rebuild_differs(*toy_.store);
    return wrong.empty() ? wrong : wrong + "\n" + log();
  }

 private:
  struct Event {
    std::string json;
    TimeUs time;
    std::set<Sequence> holds;
  };
  struct List {
    std::uint64_t blob;
    Sequence loaded;
    std::optional<Sequence> superseded;
    TimeUs superseded_at;
  };

  static bool& fatal() {
    static bool happened;
    return happened;
  }
  TimeUs now() const { return toy_.clock->now(); }

  std::string step(const Command& command) {
    FaultyDisk::plan(command.plan);
    std::string wrong = act(command);
    FaultyDisk::plan({});
    // What a server's end would be: start-up recovery decides what stands.
    if (fatal() || !toy_.store) wrong += restart();
    if (wrong.empty()) wrong = settle();
    // A release may make something due at once.
    if (wrong.empty() && command.what == What::kRelease) wrong = purge_all();
    return wrong;
  }

  std::string act(const Command& command) {
    switch (command.what) {
      case What::kUpload:
        return append(command.a % 3 == 0 ? toy::visit("ann", command.a % 9)
                                         : toy::read("P" + std::to_string(command.a % 1000)),
                      /*image=*/command.a % 3 == 1);
      case What::kNote:
        return append(toy::note("ann", command.a % 100, some_event(command.a)), false);
      case What::kList:
        return load_list();
      case What::kHold:
        return hold(command.a);
      case What::kRelease:
        return release(command.a);
      case What::kWait:
        return wait(static_cast<std::int64_t>(command.a % 6 + 1) * toy::kDay / 2);
      case What::kPurge:
        static_cast<void>(toy_.purge());
        return {};
      case What::kRestart:
        return restart();
    }
    return {};
  }

  // ---- the commands ----

  // One job; `apply` takes it into the account once it is known to be in the log.
  std::string job(std::uint64_t events, const Sequencer::Work& work,
                  const std::function<void(Sequence)>& apply) {
    const std::uint64_t before = toy_.store->size();
    pending_ = {before, events, apply, false};
    const auto commit = toy_.sequencer->run(work);
    pending_.acknowledged = commit.has_value();
    if (!commit && commit.error().code != ErrorCode::kIo &&
        commit.error().code != ErrorCode::kNoSpace) {
      return "refused: " + commit.error().detail;
    }
    return {};
  }

  // All of the last job is there, or nothing of it.
  std::string settle() {
    if (!pending_.apply) return {};
    const Pending job = std::exchange(pending_, {});
    const std::uint64_t size = toy_.store->size();
    const bool there = size >= job.before + job.events &&
                       toy_.store->header({job.before})->kind != chain::kind::kPurgeOverdue;
    if (there) {
      job.apply({job.before});
      return {};
    }
    if (job.acknowledged) return "an acknowledged job is lost";
    return size == job.before ? "" : "a job is half there";
  }

  std::string append(const chain::Draft& draft, bool image) {
    return job(
        1,
        [draft, image](Transaction& transaction) -> Result<void> {
          if (image) {
            if (const auto place = toy::store_image(transaction, Bytes(400, 7)); !place)
              return tl::unexpected(place.error());
          }
          const auto seq = transaction.append(draft);
          if (!seq) return tl::unexpected(seq.error());
          return {};
        },
        [this, draft](Sequence seq) {
          if (draft.kind != toy::kRead && draft.kind != toy::kVisit) return;
          const std::string json =
              draft.kind == toy::kRead ? draft.json : chain::to_json(draft.members);
          events_[seq] = {json, toy_.store->header(seq)->time, {}};
        });
  }

  std::string load_list() {
    auto id = std::make_shared<std::uint64_t>(0);
    return job(
        1,
        [id](Transaction& transaction) -> Result<void> {
          const auto blob = transaction.store_blob(Bytes(200, 3));
          if (!blob) return tl::unexpected(blob.error());
          *id = *blob;
          const auto seq = transaction.append(toy::notice("list"));
          if (!seq) return tl::unexpected(seq.error());
          return {};
        },
        [this, id](Sequence seq) {
          if (!lists_.empty() && !lists_.back().superseded) {
            lists_.back().superseded = seq;
            lists_.back().superseded_at = toy_.store->header(seq)->time;
          }
          lists_.push_back({*id, seq, {}, {}});
        });
  }

  // One that is not due.
  std::optional<Sequence> some_event(std::uint64_t a) const {
    std::vector<Sequence> there;
    for (const auto& [seq, event] : events_) {
      if (due_time(event.time) > now()) there.push_back(seq);
    }
    if (there.empty()) return std::nullopt;
    return there[a % there.size()];
  }

  std::string hold(std::uint64_t a) {
    std::set<Sequence> chosen;
    for (std::uint64_t i = 0; i < 2; ++i) {
      if (const auto seq = some_event(a / (i + 1))) chosen.insert(*seq);
    }
    if (chosen.empty()) return {};
    const std::vector<Sequence> list(chosen.begin(), chosen.end());
    return job(
        1,
        [list](Transaction& transaction) -> Result<void> {
          if (const auto held = transaction.hold(list, {}); !held) return held;
          const auto seq = transaction.append(
              toy::hold_placed(list, {transaction.now().value + 89 * toy::kDay}));
          if (!seq) return tl::unexpected(seq.error());
          return {};
        },
        [this, list](Sequence seq) {
          holds_[seq] = list;
          for (const Sequence event : list) events_.at(event).holds.insert(seq);
        });
  }

  std::string release(std::uint64_t a) {
    if (holds_.empty()) return {};
    auto at = holds_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(a % holds_.size()));
    const Sequence hold = at->first;
    return job(
        1,
        [hold](Transaction& transaction) -> Result<void> {
          const auto seq = transaction.append(toy::hold_released(hold));
          if (!seq) return tl::unexpected(seq.error());
          return {};
        },
        [this, hold](Sequence) {
          for (const Sequence event : holds_.at(hold)) events_.at(event).holds.erase(hold);
          holds_.erase(hold);
        });
  }

  std::string restart() {
    toy_.sequencer.reset();
    toy_.store.reset();
    fatal() = false;
    for (int tries = 0; tries < 2; ++tries) {
      auto opened = Store::open(toy_.places(), toy_.clock, toy::kinds(), toy::small_settings());
      FaultyDisk::plan({});  // a start may fail; the next one has a disk that works
      if (!opened && tries == 0) continue;
      if (!opened) return "does not open: " + opened.error().detail;
      toy_.store = std::move(*opened);
      break;
    }
    toy_.sequencer = Sequencer::start(*toy_.store, toy::fold, {});
    const auto finished = Retention(*toy_.store, *toy_.sequencer).finish_pending();
    return finished ? "" : "a purge is not finished: " + finished.error().detail;
  }

  // As a server lives: a purge when something is due, again half a minute later where it failed,
  // and no hold past its review.
  std::string wait(std::int64_t us) {
    const std::int64_t until = now().value + us;
    for (int steps = 0; steps < 1000 && now().value < until; ++steps) {
      toy_.clock->advance(std::min(until, next_due(until)) - now().value);
      static_cast<void>(toy_.purge());
      FaultyDisk::plan({});
      if (fatal()) {
        if (auto wrong = restart(); !wrong.empty()) return wrong;
      }
      toy_.clock->advance(30 * kSecondUs);
      if (auto wrong = purge_all(); !wrong.empty()) return wrong;
    }
    return {};
  }

  std::string purge_all() {
    for (const Sequence hold : holds_to_review()) {
      std::uint64_t at = 0;
      for (const auto& entry : holds_) {
        if (entry.first == hold) break;
        ++at;
      }
      std::string wrong = release(at);
      if (wrong.empty()) wrong = settle();
      if (!wrong.empty()) return wrong;
    }
    if (const auto report = toy_.purge(); !report) return report.error().detail;
    for (List& list : lists_) {
      if (!list.superseded || list.blob == 0 || due_time(list.superseded_at) > now()) continue;
      Retention retention(*toy_.store, *toy_.sequencer);
      const auto purged = retention.purge_blob(list.blob, list.loaded, *list.superseded, 1);
      if (!purged) return "a list is not purged: " + purged.error().detail;
      list.blob = 0;
    }
    const auto late = Retention(*toy_.store, *toy_.sequencer).overdue(0);
    return late && *late == 0 ? "" : "something is due and still there";
  }

  std::vector<Sequence> holds_to_review() const {
    std::vector<Sequence> out;
    for (const auto& entry : holds_) {
      const auto header = toy_.store->header(entry.first);
      if (now().value - header->time.value > 80 * toy::kDay) out.push_back(entry.first);
    }
    return out;
  }

  std::int64_t next_due(std::int64_t otherwise) const {
    std::int64_t next = otherwise;
    const auto txn = toy_.store->core().env->begin_read();
    const auto buckets = all_buckets(*txn, {0});
    for (const auto& [bucket, row] : *buckets) {
      const std::int64_t due = due_time(read_header(*txn, row.last)->time).value;
      if (row.state == BucketState::kLive && due > now().value) next = std::min(next, due);
    }
    return next;
  }

  // ---- the account ----

  std::string disagreement() const {
    for (const auto& [seq, event] : events_) {
      const auto got = toy_.store->event(seq);
      const bool there = due_time(event.time) > now() || !event.holds.empty();
      const std::string name = "event " + std::to_string(seq.value);
      if (there && !got) return name + " is lost: " + got.error().detail;
      if (there && got->json != event.json) return name + " is another";
      if (!there && got) return name + " is still there";
      if (!there && got.error().code != ErrorCode::kGone) return name + ": " + got.error().detail;
      const auto held = toy_.store->holds_on(seq);
      if (std::set<Sequence>(held.begin(), held.end()) != event.holds) return name + ": its holds";
    }
    for (const List& list : lists_) {
      if (list.blob != 0 && !toy_.store->blob(list.blob)) return "a list is lost";
    }
    return {};
  }

  struct Pending {
    std::uint64_t before = 0;
    std::uint64_t events = 0;
    std::function<void(Sequence)> apply;
    bool acknowledged = false;
  };

  // What is in the log, for whoever looks for the cause.
  std::string log() const {
    std::string text;
    for (std::uint64_t seq = 0; toy_.store && seq < toy_.store->size(); ++seq) {
      const auto event = toy_.store->event({seq});
      const auto header = toy_.store->header({seq});
      const auto* kind = toy_.store->kinds().find(header->kind);
      text += std::to_string(seq) + " at " +
              std::to_string((header->time.value - toy::kStart.value) / kSecondUs) +
              " s: " + std::string(kind->name) + " " + (event ? event->json : "(gone)") + "\n";
    }
    return text;
  }

  const FatalExit before_ = fatal_exit();
  FaultyDisk disk_{{}};
  toy::ToyStore toy_;
  std::map<Sequence, Event> events_;
  std::map<Sequence, std::vector<Sequence>> holds_;
  std::vector<List> lists_;
  Pending pending_;
};

std::string outcome(const Commands& commands) { return World().run(commands); }

// Leaves out what the failure does not need.
Commands shortened(Commands commands) {
  int tries = 0;
  for (std::size_t some = commands.size() / 2; some > 0; some /= 2) {
    for (std::size_t at = 0; at + some <= commands.size() && tries < kShorteningsMax;) {
      Commands fewer = commands;
      const auto from = fewer.begin() + static_cast<std::ptrdiff_t>(at);
      fewer.erase(from, from + static_cast<std::ptrdiff_t>(some));
      ++tries;
      if (outcome(fewer).empty()) {
        at += some;
      } else {
        commands = std::move(fewer);
      }
    }
  }
  return commands;
}

TEST(FaultedHistory, AgreesWithAPlainAccountOfIt) {
  const char* seed = std::getenv("PLATELEDGER_SEED");
  const std::uint64_t first = seed == nullptr ? 1 : std::stoull(seed);
  const int histories = std::getenv("PLATELEDGER_FULL") == nullptr ? kHistories : kHistoriesFull;
  for (std::uint64_t at = first; at < first + static_cast<std::uint64_t>(histories); ++at) {
    const Commands commands = random_commands(at);
    const std::string wrong = outcome(commands);
    if (wrong.empty()) continue;
    const Commands few = shortened(commands);
    std::string text;
    for (const Command& command : few) text += "  " + to_text(command) + "\n";
    FAIL() << "seed " << at << ": " << wrong << "\nshortened to " << few.size() << " commands, "
           << outcome(few) << "\n"
           << text;
  }
}

}  // namespace
}  // namespace alpr::store

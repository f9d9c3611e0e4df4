// A log of a million events, with a checkpoint kept every 1000: how fast it is verified at both
// levels, proofs made and checked, and the store opened after its process was killed.
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>

#include "ledger/chain/merkle.h"
#include "ledger/verify/verify.h"
#include "tests/bench/figures.h"
#include "tests/bench/our_store.h"

namespace alpr::bench {
namespace {

constexpr std::uint64_t kPerCommit = 1000;

void verify(Figures& figures, const std::string& name, const std::string& folder,
            const verify::Options& options) {
  figures.measure(name, [&]() -> std::uint64_t {
    const auto report = take(verify::verify_store_here(folder, kinds(), options));
    if (!report.holds()) give_up({ErrorCode::kCorrupt, "the log of the benchmark does not hold"});
    return report.size;
  });
}

// What LMDB's way of reading costs on this machine before a byte is looked at: the first touch of a
// page of the log's file through a new mapping, of each page or of one in eight, as headers lie
// among payloads.
void measure_mapping(Figures& figures, const std::string& folder) {
  const std::string path = folder + "/ledger/data.mdb";
  const std::size_t size = std::filesystem::file_size(path);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) give_up({ErrorCode::kIo, "the log does not open"});
  for (const std::size_t step : {std::size_t{4096}, std::size_t{8 * 4096}}) {
    const char* const name = step == 4096 ? "first touch of a mapped page, each"
                                          : "first touch of a mapped page, one in eight";
    figures.measure(name, [&]() -> std::uint64_t {
      void* const map = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
      if (map == MAP_FAILED) give_up({ErrorCode::kIo, "the log does not map"});
      volatile unsigned sum = 0;
      for (std::size_t at = 0; at < size; at += step) sum = sum + static_cast<char*>(map)[at];
      ::munmap(map, size);
      return size / step;
    });
  }
  ::close(file);
}

void measure_verify(Figures& figures, const Options& options, const std::string& folder,
                    const std::string& keys) {
  verify::Options with;
  with.level = verify::Level::kChain;
  for (int round = 0; round < options.rounds; ++round) {
    measure_mapping(figures, folder);
    with.threads = 1;
    verify(figures, "verify chain, 1 thread", folder, with);
    with.threads = 2;
    verify(figures, "verify chain, 2 threads", folder, with);
  }
  with.threads = 1;
  with.level = verify::Level::kErasure;
  for (int round = 0; round < options.rounds; ++round) {
    with.keys.reset();
    verify(figures, "verify chain and erasure, no keys", folder, with);
    with.keys = take(verify::Keys::parse(keys));
    verify(figures, "verify chain and erasure, keys", folder, with);
  }
}

void measure_proofs(Figures& figures, const Options& options, OurStore& ours) {
  const std::uint64_t size = ours.store->size();
  std::mt19937_64 random(1);  // which leaves are asked for: any will do, the same in every run
  const auto path = [&](std::uint64_t seq) {
    return take(ours.store->inclusion_path({seq}, size));
  };
  figures.measure("inclusion proof, cold", [&]() -> std::uint64_t {
    std::uint64_t count = 0;
    for (std::uint64_t seq = 0; seq < size; seq += 256, ++count)
      path(seq + random() % 256 % (size - seq));
    return count;
  });
  figures.measure("inclusion proof, warm", [&]() -> std::uint64_t {
    return repeat(options.seconds, [&]() -> std::uint64_t {
      for (int i = 0; i < 1000; ++i) path(random() % size);
      return 1000;
    });
  });
  const std::uint64_t seq = size / 3;
  const auto proof = path(seq);
  const auto leaf = chain::leaf_hash(chain::encode(take(ours.store->header({seq}))));
  const auto root = take(chain::parse_checkpoint_text(
                             take(chain::parse_note(take(ours.store->newest_checkpoint()))).text))
                        .root;
  figures.measure("inclusion check", [&]() -> std::uint64_t {
    return repeat(options.seconds / 4, [&]() -> std::uint64_t {
      for (int i = 0; i < 1000; ++i) {
        if (!chain::verify_inclusion(leaf, seq, size, proof, root)) {
          give_up({ErrorCode::kBadSignature, "a proof does not check"});
        }
      }
      return 1000;
    });
  });
}

double rss_anon_mb() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word != "RssAnon:") continue;
    double kilobytes = 0;
    status >> kilobytes;
    return kilobytes / 1024;
  }
  return 0;
}

// In a child of its own, which is killed while it appends; then in another, which opens the store
// and answers for one event.
void measure_open(Figures& figures, const std::string& folder) {
  if (const pid_t victim = ::fork(); victim == 0) {
    auto ours = open_store(folder);
    for (int i = 0; i < 5; ++i) append_reads(*ours, ours->store->size(), 100);
    ours->sequencer->submit(
        [](store::Transaction&) -> Result<void> {
          ::raise(SIGKILL);
          return {};
        },
        [](Result<store::Commit>) {});
    ::pause();
  } else {
    ::waitpid(victim, nullptr, 0);
  }
  int pipe[2] = {};
  if (::pipe(pipe) != 0) give_up({ErrorCode::kIo, "no pipe"});
  if (const pid_t opener = ::fork(); opener == 0) {
    const double before = rss_anon_mb();
    const auto start = std::chrono::steady_clock::now();
    auto ours = open_store(folder);
    take(ours->store->event({ours->store->size() / 2}));
    double out[2] = {
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count(),
        rss_anon_mb() - before};
    if (::write(pipe[1], out, sizeof out) != sizeof out) std::_Exit(3);
    ours.reset();
    std::_Exit(0);
  } else {
    double in[2] = {};
    if (::read(pipe[0], in, sizeof in) != sizeof in) give_up({ErrorCode::kIo, "opening failed"});
    ::waitpid(opener, nullptr, 0);
    figures.value("open after kill -9 to the first event, ms", in[0]);
    figures.value("open after kill -9, RssAnon grows by, MB", in[1]);
  }
  ::close(pipe[0]);
  ::close(pipe[1]);
}

}  // namespace

void measure_log(Figures& figures, const Options& options) {
  const std::string folder = options.folder + "/log";
  std::string keys;
  {
    auto ours = make_store(folder);
    const std::uint64_t count = options.events;
    figures.measure("append ours 1000, checkpoints kept", [&] {
      for (std::uint64_t at = 1; at < count; at += kPerCommit) {
        append_reads(*ours, at, std::min(kPerCommit, count - at));
        take(ours->store->newest_checkpoint());  // handed out, so it is kept
      }
      return count;
    });
    keys = ours->store->vault().export_keys();
    ours->sequencer.reset();
    ours->store.reset();
  }
  measure_verify(figures, options, folder, keys);
  measure_open(figures, folder);
  auto ours = open_store(folder);
  measure_proofs(figures, options, *ours);
}

}  // namespace alpr::bench

// Proves that a full disk or map loses nothing, is answered as such, and that purging goes on.
// Fills a small map, limits the size of files in a forked process, and lets the system calls of the
// vault answer ENOSPC while the ballast stands.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/ledger/store/one_image.h"
#include "tests/ledger/store/toy_domain.h"

namespace alpr::store {
namespace {

using toy::ToyStore;

chain::Draft large_notice() { return toy::notice(std::string(900 << 10, 'x')); }

TEST(FullDisk, AFullMapFailsTheJobThatDoesNotFitAndNoOther) {
  StoreSettings settings = toy::small_settings();
  settings.map_size = 4 << 20;
  ToyStore toy(settings);
  std::uint64_t taken = 0;
  Result<Sequence> outcome = Sequence{};
  while (taken < 10 && (outcome = toy.append(large_notice()))) ++taken;
  ASSERT_EQ(toy::code(outcome), ErrorCode::kNoSpace);
  EXPECT_GE(taken, 1U);
  const std::uint64_t size = toy.store->size();
  EXPECT_EQ(size, 1 + taken);
  const Sequence small = toy.must_append(toy::notice("small"));
  EXPECT_EQ(toy::code(toy.append(large_notice())), ErrorCode::kNoSpace);
  EXPECT_EQ(toy.store->event(small)->json, "{\"text\":\"small\"}");
  toy::expect_sound(*toy.store);
  toy.reopen();
  EXPECT_EQ(toy.store->size(), size + 1);
  toy::expect_sound(*toy.store);
}

// What the child of the next test found; exit codes are all it can say.
enum Found {
  kAllWell = 0,
  kNotFull = 10,
  kOtherError = 11,
  kLost = 12,
  kDidNotGoOn = 13,
  kNoStore = 14
};

int fill_up_to_a_file_size_limit(ToyStore& toy) {
  ::signal(SIGXFSZ, SIG_IGN);
  toy.open();
  if (!toy.store) return kNoStore;
  const auto file = toy.places().folder / "ledger" / "data.mdb";
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = std::filesystem::file_size(file) + (300 << 10) +
                   1000;  // not on a page, so that a write is cut short
  setrlimit(RLIMIT_FSIZE, &limit);
  std::uint64_t taken = 0;
  Result<Sequence> outcome = Sequence{};
  while (taken < 100 && (outcome = toy.append(toy::notice(std::string(60 << 10, 'y'))))) ++taken;
  if (outcome) return kNotFull;
  if (outcome.error().code != ErrorCode::kNoSpace) return kOtherError;
  if (toy.store->size() != 1 + taken) return kLost;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_FSIZE, &limit);
  return toy.append(toy::notice("room again")) ? kAllWell : kDidNotGoOn;
}

TEST(FullDisk, AFileSizeLimitIsAnsweredAndOvercome) {
  ToyStore toy;
  toy.close();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) _exit(fill_up_to_a_file_size_limit(toy));
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), kAllWell);
  toy.open();
  toy::expect_sound(*toy.store);
  EXPECT_EQ(toy.store->event({toy.store->size() - 1})->json, "{\"text\":\"room again\"}");
}

TEST(FullDisk, UploadsStopAtTheLimitAndTheRestGoesOn) {
  static unsigned free_percent;
  free_percent = 50;
  StoreSettings settings = toy::small_settings();
  settings.disk_free_percent = [] { return free_percent; };
  ToyStore toy(settings);
  const auto image = toy.must_append_image("A", Bytes(100, 1));
  free_percent = 4;
  const auto upload = toy.sequencer->run([](Transaction& transaction) -> Result<void> {
    const auto place = toy::store_image(transaction, Bytes(100, 1));
    if (!place) return tl::unexpected(place.error());
    return {};
  });
  EXPECT_EQ(toy::code(upload), ErrorCode::kNoSpace);
  EXPECT_EQ(toy::code(toy.append(toy::read("B"))), ErrorCode::kNoSpace);
  EXPECT_TRUE(toy.append(toy::note("ann", 1)));
  toy.clock->advance(kRetentionUs);
  const auto report = toy.purge();
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->events, 1U);
  EXPECT_EQ(toy::code(toy.store->event(image.read)), ErrorCode::kGone);
  free_percent = 5;
  EXPECT_TRUE(toy.append(toy::read("C")));
}

TEST(FullDisk, APurgeGivesTheBallastUpAndGoesOn) {
  ToyStore toy;
  const Sequence read = toy.must_append(toy::read("A"));
  toy.clock->advance(kRetentionUs);
  static std::filesystem::path ballast;
  ballast = toy.places().folder / "ballast";
  ASSERT_TRUE(std::filesystem::exists(ballast));
  static FileCalls real;
  real = file_calls();
  file_calls().pwrite = [](int fd, const void* from, std::size_t count, off_t offset) -> ssize_t {
    if (!std::filesystem::exists(ballast)) return real.pwrite(fd, from, count, offset);
    errno = ENOSPC;
    return -1;
  };
  file_calls().write = [](int fd, const void* from, std::size_t count) -> ssize_t {
    if (!std::filesystem::exists(ballast)) return real.write(fd, from, count);
    errno = ENOSPC;
    return -1;
  };
  const auto report = toy.purge();
  file_calls() = real;
  ASSERT_TRUE(report) << report.error().detail;
  EXPECT_EQ(report->events, 1U);
  EXPECT_EQ(toy::code(toy.store->event(read)), ErrorCode::kGone);
  EXPECT_TRUE(std::filesystem::exists(ballast));  // made again, as there is room
  toy::expect_sound(*toy.store);
}

}  // namespace
}  // namespace alpr::store

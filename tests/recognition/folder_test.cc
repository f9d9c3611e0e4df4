// Proves that a folder's photos are read in the order of their names, and that of a watched folder
// each new photo is read once, when it is whole. Writes photos between the looks at it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "recognition/files.h"
#include "recognition/folder_watch.h"
#include "recognition/progress.h"
#include "recognition/read_command.h"
#include "recognition/render.h"
#include "tests/recognition/scratch.h"

namespace alpr::recognition {
namespace {

using Paths = std::vector<std::filesystem::path>;

void append(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

TEST(Folder, GivesItsPhotosByName) {
  const Scratch scratch("folder");
  for (const char* name : {"b.png", "a.JPG", "c.jpeg", ".hidden.jpg", "notes.txt", "d.jpg.part"}) {
    append(scratch / name, "x");
  }
  std::filesystem::create_directories(scratch / "deeper");
  append(scratch / "deeper" / "e.jpg", "x");
  EXPECT_EQ(photos_of(scratch.path()).value(),
            (Paths{scratch / "a.JPG", scratch / "b.png", scratch / "c.jpeg"}));
  EXPECT_EQ(photos_of(scratch / "missing").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(photos_of(scratch / "notes.txt").error().code, ErrorCode::kIo);
}

TEST(Folder, APhotoIsGivenOnceAndOnlyWhenItIsWhole) {
  const Scratch scratch("watch");
  append(scratch / "old.jpg", "x");
  FolderWatch watch = FolderWatch::start(scratch.path()).value();
  append(scratch / "new.jpg", "first half");
  EXPECT_EQ(watch.poll().value(), Paths{});  // it may still grow
  append(scratch / "new.jpg", "second half");
  EXPECT_EQ(watch.poll().value(), Paths{});  // it did
  EXPECT_EQ(watch.poll().value(), Paths{scratch / "new.jpg"});
  EXPECT_EQ(watch.poll().value(), Paths{});
  // Written again, it is another photo.
  append(scratch / "new.jpg", "once more");
  EXPECT_EQ(watch.poll().value(), Paths{});
  EXPECT_EQ(watch.poll().value(), Paths{scratch / "new.jpg"});
  std::filesystem::remove_all(scratch.path());
  EXPECT_EQ(watch.poll().error().code, ErrorCode::kNotFound);
}

TEST(Folder, ReadGoesOnPastABadFile) {
  const Scratch scratch("folder-read");
  ASSERT_TRUE(write_file_durably(scratch / "1.jpg", render_street_photo("5KLM678", 2).value()));
  append(scratch / "2.jpg", "no photo");
  ASSERT_TRUE(write_file_durably(scratch / "3.jpg", render_street_photo("6TRJ244", 5).value()));
  std::filesystem::create_directories(scratch / "empty");
  std::ostringstream out;
  std::ostringstream log;
  const ReadRequest request{.inputs = {scratch.path().string(), (scratch / "empty").string()},
                            .jobs = 2};
  EXPECT_EQ(run_read(
                request, [](int) { return true; }, out, log),
            2);
  EXPECT_LT(out.str().find("1.jpg: 5KLM678"), out.str().find("3.jpg: 6TRJ244"));
  EXPECT_NE(log.str().find("2.jpg: image: neither a JPEG nor a PNG"), std::string::npos);
  EXPECT_NE(log.str().find("empty: no photo in this folder"), std::string::npos);
}

TEST(Folder, WatchReadsWhatComesUntilItIsEnded) {
  const Scratch scratch("folder-watch");
  std::filesystem::create_directories(scratch / "in");
  ASSERT_TRUE(
      write_file_durably(scratch / "in" / "old.jpg", render_street_photo("7ABC123", 3).value()));
  // Each pause is a moment at which the world may have changed.
  int pauses = 0;
  const Pause pause = [&](int milliseconds) {
    if (milliseconds == 0) return pauses < 6;
    ++pauses;
    if (pauses == 1) {
      EXPECT_TRUE(write_file_durably(scratch / "in" / "new.jpg",
                                     render_street_photo("5KLM678", 2).value()));
    }
    if (pauses == 3) append(scratch / "in" / "bad.png", "no photo");
    return pauses < 6;
  };
  std::ostringstream out;
  std::ostringstream log;
  EXPECT_EQ(run_read({.watch = scratch / "in"}, pause, out, log), 2);
  EXPECT_EQ(count(out.str(), "new.jpg: 5KLM678"), 1U) << out.str();
  EXPECT_EQ(count(out.str(), "old.jpg"), 0U);
  EXPECT_EQ(count(log.str(), "bad.png: image: neither a JPEG nor a PNG"), 1U) << log.str();
}

TEST(Folder, WatchingOneThatIsNotThereIsBadInput) {
  const Scratch scratch("no-folder");
  std::ostringstream out;
  std::ostringstream log;
  EXPECT_EQ(run_read(
                {.watch = scratch / "in"}, [](int) { return false; }, out, log),
            2);
  EXPECT_NE(log.str().find("can't look into"), std::string::npos);
}

TEST(Progress, WritesOnlyToATerminalAndClearsItsLine) {
  std::ostringstream log;
  {
    Progress progress(log, /*on=*/true);
    progress.show(0.5, "1 of 2 photos");
    progress.show(-1, "street");
  }
  EXPECT_EQ(log.str(),
            "\r\033[K[###############...............] 1 of 2 photos\r\033[Kstreet\r\033[K");
  std::ostringstream nobody;
  Progress(nobody, /*on=*/false).show(1, "all");
  EXPECT_EQ(nobody.str(), "");
}

}  // namespace
}  // namespace alpr::recognition

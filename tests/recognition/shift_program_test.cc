// Proves that what a vehicle's operator was told is in the queue whenever the reader is killed. The
// program itself reads photos with no server in reach, and SIGKILL comes at once when it alerts.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "ledger/store/clock.h"
#include "recognition/files.h"
#include "recognition/queue.h"
#include "recognition/render.h"
#include "recognition/shift.h"
#include "recognition/upload/upload_format.h"
#include "tests/recognition/scratch.h"
#include "tests/recognition/shift_maker.h"

namespace alpr::recognition {
namespace {

// The program's own clock is the machine's.
TimeUs wall_clock() { return store::SystemClock().now(); }

class ShiftProgram : public ::testing::Test {
 protected:
  ShiftProgram() {
    std::ofstream(scratch / "server.pem") << "not asked\n";
    const std::string credentials =
        R"({"device":"car-7","origin":"oakland.example/alpr","seed":")" + std::string(64, '7') +
        R"(","server_certificate":"server.pem","latitude_e7":378044000,"longitude_e7":-1222712000,)"
        R"("place":"Broadway","queue":"queue","log_key":")" +
        chain::format_vkey(log.vkey()) + "\"}";
    EXPECT_TRUE(write_file_durably(scratch / "device.json", as_bytes(credentials)));
    const Bytes photo = render_street_photo("7ABC123", 1).value();
    for (const char* name : {"a.jpg", "b.jpg"})
      EXPECT_TRUE(write_file_durably(scratch / name, photo));
  }
  Credentials device() const { return load_credentials(scratch / "device.json").value(); }
  void start() {
    const Credentials credentials = device();
    const auto queue = UploadQueue::open(credentials.queue, wall_clock(), credentials.key);
    ASSERT_TRUE(queue.has_value());
    const TimeUs now = wall_clock();
    const auto lists = start_shift(credentials, now, [&](std::string_view json) {
      const auto body = chain::parse_canonical(json);
      const auto to = chain::parse_digest_hex(*body->member("shift_key")->string());
      const Bytes answer = log.answer(list_made_at(now, "car-7"), *to);
      return Result<ServerAnswer>(ServerAnswer{201, std::string(as_text(answer))});
    });
    ASSERT_TRUE(lists.has_value()) << lists.error().detail;
  }
  // Runs the program; SIGKILL at the first line of its output that begins with `until`.
  std::string run(std::vector<std::string> arguments, const std::string& until = "") {
    int out[2];
    EXPECT_EQ(::pipe2(out, O_CLOEXEC), 0);
    arguments.insert(arguments.begin(), READER_PROGRAM);
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::dup2(out[1], 1);
      std::vector<char*> argv;
      for (std::string& one : arguments) argv.push_back(one.data());
      argv.push_back(nullptr);
      ::execv(READER_PROGRAM, argv.data());
      ::_exit(127);
    }
    ::close(out[1]);
    std::string said;
    char c = 0;
    while (::read(out[0], &c, 1) == 1) {
      said += c;
      if (!until.empty() && c == '\n' && said.find(until) != std::string::npos) {
        ::kill(pid, SIGKILL);
        break;
      }
    }
    ::close(out[0]);
    int status = 0;
    ::waitpid(pid, &status, 0);
    killed = WIFSIGNALED(status);
    code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return said;
  }
  std::vector<std::string> send(const std::string& photo) const {
    return {"send",
            "--server",
            "https://127.0.0.1:1",
            "--credentials",
            file("device.json"),
            "--retry-seconds",
            "0",
            "--json",
            file(photo)};
  }
  std::string file(const std::string& name) const { return (scratch / name).string(); }

  Scratch scratch{"shift-program"};
  MadeLog log;
  bool killed = false;
  int code = -1;
};

TEST_F(ShiftProgram, I12_A_3_WhatWasToldIsInTheQueueThoughTheReaderIsKilled) {
  ASSERT_NO_FATAL_FAILURE(start());
  for (const char* photo : {"a.jpg", "b.jpg"}) {
    const std::string said = run(send(photo), "{\"alert\":");
    ASSERT_TRUE(killed) << said;
    EXPECT_NE(said.find("\"list\":12"), std::string::npos) << said;
  }
  const Credentials credentials = device();
  const auto queue = UploadQueue::open(credentials.queue, wall_clock(), credentials.key);
  ASSERT_TRUE(queue.has_value());
  const auto pending = queue->pending();
  ASSERT_TRUE(pending.has_value());
  ASSERT_EQ(pending->size(), 2U);
  for (const std::uint64_t batch : *pending) {
    const Bytes body = queue->load(batch).value();
    const auto upload = parse_upload(body);
    ASSERT_TRUE(upload.has_value()) << upload.error().detail;
    EXPECT_TRUE(
        verify_upload(upload->batch, credentials.key.public_key(), credentials.origin).has_value());
    ASSERT_EQ(upload->batch.reads[0].facts.local_hits.size(), 1U);
    EXPECT_EQ(upload->batch.reads[0].facts.local_hits[0].list, Sequence{12});
  }
}

TEST_F(ShiftProgram, I12_A_3_AfterTheEndOfTheShiftNothingMatches) {
  ASSERT_NO_FATAL_FAILURE(start());
  EXPECT_NE(run({"shift", "end", "--credentials", file("device.json"), "--json"}).find("true"),
            std::string::npos);
  EXPECT_EQ(code, 0);
  EXPECT_TRUE(std::filesystem::is_empty(scratch / "queue" / "shift"));
  const std::string said = run(send("a.jpg"));
  EXPECT_EQ(code, 3) << "the server is away: " << said;
  EXPECT_EQ(said.find("alert"), std::string::npos) << said;
  EXPECT_NE(said.find("\"pending\":1"), std::string::npos) << said;
}

}  // namespace
}  // namespace alpr::recognition

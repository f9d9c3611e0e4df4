// Proves that a server which is killed while it answers keeps all that it acknowledged, and leaves
// a log that holds. The program itself serves over HTTPS, three clients write at once, SIGKILL
// comes in between; then the verifier looks at the store, and the next server is asked for every
// event.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <random>
#include <thread>

#include "tests/api/client.h"
#include "tests/api/key_program.h"
#include "tests/end_to_end/programs.h"

namespace alpr::end_to_end {
namespace {

using api::testing::Client;
using api::testing::Reply;
using chain::Json;

int rounds() { return std::getenv("PLATELEDGER_FULL") ? 200 : 5; }

class ServerKill : public api::KeyProgram {
 protected:
  // `plateledger serve` on any free port, as a process.
  class Server {
   public:
    Server(const std::string& store, const std::string& config) {
      int ends[2];
      EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
      pid_ = ::fork();
      if (pid_ == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        ::execl(PLATELEDGER_PROGRAM, PLATELEDGER_PROGRAM, "serve", "--store", store.c_str(),
                "--config", config.c_str(), nullptr);
        ::_exit(127);
      }
      ::close(ends[1]);
      output_ = ends[0];
      char c = 0;
      while (said_.find(" serving ") == std::string::npos || c != '\n') {
        if (::read(output_, &c, 1) != 1) break;
        said_.push_back(c);
      }
      const auto at = said_.find("https://");
      if (at != std::string::npos) url_ = said_.substr(at, said_.find_first_of(" \n", at) - at);
    }
    ~Server() { kill(); }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    void kill() {
      if (pid_ < 0) return;
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      ::close(output_);
      pid_ = -1;
    }
    const std::string& url() const { return url_; }
    const std::string& said() const { return said_; }

   private:
    pid_t pid_ = -1;
    int output_ = -1;
    std::string said_;
    std::string url_;
  };

  std::string config() const {
    std::ofstream(folder_ / "server.toml") << "port = 0\n";
    return file("server.toml");
  }
  // Logged in; its log-in is an acknowledged event as well.
  void log_in(Client& client) {
    const Reply reply = client.post(
        "/v1/sessions",
        Json(Json::Object{{"username", Json("pat")}, {"password", Json(api::kPassword)}}));
    ASSERT_EQ(reply.status, 201) << reply.error << reply.body;
    client.use_token(reply.text("token"));
  }
  void acknowledged(const Reply& reply) {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(reply.number("seq"), reply.text("leaf"));
  }
  // Asks for roles for somebody else until the server is gone.
  void write(const Server& server, const std::string& token, std::atomic<int>& answered) {
    Client client(server.url(), certificate());
    client.use_token(token);
    for (int i = 0;; ++i) {
      const Reply reply = client.post(
          "/v1/role-grants", Json(Json::Object{{"username", Json("sam")},
                                               {"role", Json("COORDINATOR")},
                                               {"from", Json(std::int64_t{1'700'000'000'000'000})},
                                               {"justification", Json("round of a test, number " +
                                                                      std::to_string(i))}}));
      if (reply.status == 0) return;
      EXPECT_EQ(reply.status, 201) << reply.body;
      if (reply.status != 201) return;
      acknowledged(reply);
      ++answered;
    }
  }
  std::filesystem::path certificate() const { return folder_ / "store/tls/certificate.pem"; }

  std::mutex mutex_;
  std::vector<std::pair<std::int64_t, std::string>> events_;  // seq, leaf
};

TEST_F(ServerKill, NothingAcknowledgedIsLostAndTheLogHolds) {
  std::vector<std::string> init = new_log("store", "kill.example/log");
  init.insert(init.begin(), "init");
  const Json made = json(init);
  ASSERT_NO_FATAL_FAILURE(activate("store", made));
  const std::string vkey = *made.member("vkey")->string();
  std::mt19937 random(20'261'125);  // NOLINT: repeats on purpose
  std::size_t checked = 0;
  for (int round = 0; round < rounds(); ++round) {
    SCOPED_TRACE(round);
    Server server(file("store"), config());
    ASSERT_FALSE(server.url().empty()) << server.said();
    Client client(server.url(), certificate());
    ASSERT_NO_FATAL_FAILURE(log_in(client));
    for (; checked < events_.size(); ++checked) {
      const auto& [seq, leaf] = events_[checked];
      const Reply receipt = client.get("/v1/events/" + std::to_string(seq) + "/receipt");
      ASSERT_EQ(receipt.status, 200) << "event " << seq << ": " << receipt.body;
      EXPECT_EQ(receipt.text("leaf"), leaf) << "event " << seq;
    }
    std::atomic<int> answered = 0;
    const int wanted = 1 + static_cast<int>(random() % 40);
    std::vector<std::thread> writers;
    for (int i = 0; i < 3; ++i)
      writers.emplace_back([&] { write(server, client.token(), answered); });
    while (answered.load() < wanted && !HasFailure()) std::this_thread::yield();
    server.kill();
    for (std::thread& writer : writers) writer.join();
    ASSERT_GE(answered.load(), wanted);
    const Ran verified = verify({"--store", file("store"), "--key", vkey});
    ASSERT_EQ(verified.code, 0) << verified.out;
  }
  EXPECT_GT(events_.size(), static_cast<std::size_t>(rounds()));
}

}  // namespace
}  // namespace alpr::end_to_end

// Proves that a server which is killed while it answers keeps all that it acknowledged, and leaves
// a log that holds. The program itself serves over HTTPS, three clients write at once, SIGKILL
// comes in between; then the verifier looks at the store, and the next server is asked for every
// event.
#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <random>
#include <thread>

#include "tests/api/client.h"
#include "tests/api/key_program.h"
#include "tests/api/server_process.h"
#include "tests/end_to_end/programs.h"

namespace alpr::end_to_end {
namespace {

using api::testing::Client;
using api::testing::Reply;
using chain::Json;

int rounds() { return std::getenv("PLATELEDGER_FULL") ? 200 : 5; }

class ServerKill : public api::KeyProgram {
 protected:
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
  // Asks for roles for somebody else until the server is gone.
  void write(const api::ServerProcess& server, const std::string& token) {
    Client client(server.url(), certificate());
    client.use_token(token);
    for (int i = 0;; ++i) {
      const Reply reply =
          client.post("/v1/role-grants",
                      Json(Json::Object{{"username", Json("sam")},
                                        {"role", Json("COORDINATOR")},
                                        {"from", Json(std::int64_t{1'700'000'000'000'000})},
                                        {"justification", Json("number " + std::to_string(i))}}));
      const std::lock_guard lock(mutex_);
      changed_.notify_all();
      if (reply.status != 201) {
        EXPECT_EQ(reply.status, 0) << reply.body;  // no answer: it is gone
        --writing_;
        return;
      }
      events_.emplace_back(reply.number("seq"), reply.text("leaf"));
    }
  }
  std::filesystem::path certificate() const { return folder_ / "store/tls/certificate.pem"; }

  std::mutex mutex_;
  std::condition_variable changed_;
  int writing_ = 0;                                           // clients that still write
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
    api::ServerProcess server(file("store"), config());
    ASSERT_FALSE(server.url().empty()) << server.said();
    Client client(server.url(), certificate());
    ASSERT_NO_FATAL_FAILURE(log_in(client));
    for (; checked < events_.size(); ++checked) {
      const auto& [seq, leaf] = events_[checked];
      const Reply receipt = client.get("/v1/events/" + std::to_string(seq) + "/receipt");
      ASSERT_EQ(receipt.status, 200) << "event " << seq << ": " << receipt.body;
      EXPECT_EQ(receipt.text("leaf"), leaf) << "event " << seq;
    }
    const std::size_t wanted = events_.size() + 1 + random() % 40;
    writing_ = 3;
    std::vector<std::thread> writers;
    for (int i = 0; i < 3; ++i) writers.emplace_back([&] { write(server, client.token()); });
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return events_.size() >= wanted || writing_ == 0; });
    }
    server.end(SIGKILL);
    for (std::thread& writer : writers) writer.join();
    ASSERT_GE(events_.size(), wanted) << server.said();
    const Ran verified = verify({"--store", file("store"), "--key", vkey});
    ASSERT_EQ(verified.code, 0) << verified.out;
  }
  EXPECT_GT(events_.size(), static_cast<std::size_t>(rounds()));
}

}  // namespace
}  // namespace alpr::end_to_end

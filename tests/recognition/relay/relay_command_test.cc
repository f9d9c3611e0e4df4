// Proves that relayed reads are queued as the enrolled device's own signed batches, and that no
// message is lost, sent twice or left lying about. Runs the command on folders of messages with
// real pictures; no server answers, so that what is queued can be looked at.
#include "recognition/relay_command.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <future>
#include <sstream>

#include "api/http_client/http_client.h"
#include "ledger/chain/encoding.h"
#include "recognition/files.h"
#include "recognition/render.h"
#include "tests/recognition/scratch.h"

namespace alpr::recognition {
namespace {

using testing::HasSubstr;

class RelayCommand : public testing::Test {
 protected:
  RelayCommand() : scratch_("relay") {
    chain::init_crypto();
    const StreetPhotoStyle style{.width = 640, .height = 360};
    photo_ = render_street_photo("7ABC123", 1, style).value();
    std::filesystem::create_directories(inbox());
    write(scratch_ / "server.pem", "no certificate is needed where nobody answers");
    for (const char* name : {"cam-01", "cam-02"}) {
      write(credentials(name),
            fmt::format(R"({{"device":"{0}","origin":"oakland.example/alpr","seed":"{1}",
"server_certificate":"server.pem","latitude_e7":1,"longitude_e7":2,
"place":"Broadway","queue":"{0}"}})",
                        name, std::string(64, name[5])));
      ::chmod(credentials(name).c_str(), 0600);
    }
  }

  std::filesystem::path inbox() const { return scratch_ / "inbox"; }
  std::filesystem::path credentials(const std::string& device) const {
    return scratch_ / (device + ".json");
  }
  static void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  void put_message(const std::string& file, const std::string& camera) {
    write(inbox() / file, message(camera));
  }
  int relay(std::vector<RelayedCamera> cameras, bool consume = true) {
    RelayRequest request;
    request.server = "https://127.0.0.1:1";
    request.cameras = std::move(cameras);
    request.paths = {inbox()};
    request.form = OutputForm::kJson;
    request.consume = consume;
    request.retry_seconds = 0;
    out_.str("");
    log_.str("");
    const std::atomic<bool> stop = false;
    return run_relay(request, stop, out_, log_);
  }
  std::string message(const std::string& camera) const {
    return fmt::format(
        "<AutoVu><Plate>7ABC123</Plate><UTCDate>2026:11:25</UTCDate><UTCTime>14:03:59</UTCTime>"
        "<CameraName>{}</CameraName><Lane>2</Lane><ContextImage>{}</ContextImage></AutoVu>",
        camera, chain::base64(photo_));
  }
  // Runs the command as a listener while `while_it_listens` is, on a free port.
  int listen(const ListenAddress& where,
             const std::function<void(std::uint16_t)>& while_it_listens) {
    RelayRequest request;
    request.server = "https://127.0.0.1:1";
    request.cameras = {{"Sharp 1", credentials("cam-01")}};
    request.retry_seconds = 0;
    request.listen = where;
    std::promise<std::uint16_t> port;
    request.listening = [&](std::uint16_t p) { port.set_value(p); };
    std::atomic<bool> stop = false;
    auto run = std::async(std::launch::async, [&] { return run_relay(request, stop, out_, log_); });
    auto listening = port.get_future();
    while (listening.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready)
      if (run.wait_for(std::chrono::seconds(0)) == std::future_status::ready) return run.get();
    while_it_listens(listening.get());
    stop = true;
    return run.get();
  }
  std::vector<Bytes> queued(const std::string& device) {
    const UploadQueue queue =
        UploadQueue::open(scratch_ / device, TimeUs{1}, load_credentials(credentials(device))->key)
            .value();
    const std::vector<std::uint64_t> batches = queue.pending().value();
    std::vector<Bytes> bodies;
    for (const std::uint64_t batch : batches) {
      bodies.push_back(queue.load(batch).value());
    }
    return bodies;
  }

  Scratch scratch_;
  Bytes photo_;
  std::ostringstream out_;
  std::ostringstream log_;
};

TEST_F(RelayCommand, I12_D_1_ARelayedReadIsTheEnrolledDevicesOwn) {
  put_message("a_lpr.xml", "Sharp 1");
  EXPECT_EQ(relay({{"Sharp 1", credentials("cam-01")}, {"*", credentials("cam-02")}}), 3)
      << log_.str();
  EXPECT_THAT(out_.str(), HasSubstr(R"("dropped":{"Lane":1})"));
  const std::vector<Bytes> bodies = queued("cam-01");
  ASSERT_EQ(bodies.size(), 1U);
  EXPECT_TRUE(queued("cam-02").empty());
  const Result<ParsedUpload> upload = parse_upload(bodies[0]);
  ASSERT_TRUE(upload) << upload.error().detail;
  const Result<Credentials> device = load_credentials(credentials("cam-01"));
  EXPECT_TRUE(verify_upload(upload->batch, device->key.public_key(), device->origin));
  const ReadFacts& facts = upload->batch.reads.at(0).facts;
  EXPECT_EQ(facts.plate, "7ABC123");
  EXPECT_EQ(facts.confidence_ppm, 0);  // the file does not say, so it is not sure
  EXPECT_EQ(facts.latitude_e7, 1);     // nor where: then where the device was enrolled
  EXPECT_EQ(facts.box[2], (std::array<std::int64_t, 2>{640, 360}));
}

TEST_F(RelayCommand, I12_D_1_AnotherMakersWordForAVehicleIsMarkedAsTheirs) {
  write(inbox() / "a.json",
        fmt::format(R"({{"data_type":"alpr_group","version":2,"epoch_start":1764000000123,
"camera_id":7,"best_plate_number":"7ABC123","best_confidence":93,
"vehicle":{{"make_model":[{{"name":"ford_f-150","confidence":71}}]}},"vehicle_crop_jpeg":"{}"}})",
                    chain::base64(photo_)));
  EXPECT_EQ(relay({{"7", credentials("cam-01")}}), 3) << log_.str();
  const std::vector<Bytes> bodies = queued("cam-01");
  ASSERT_EQ(bodies.size(), 1U);
  const ReadFacts facts = parse_upload(bodies[0])->batch.reads.at(0).facts;
  EXPECT_EQ(facts.model, (VehicleAttribute{"f-150", 710'000}));
  EXPECT_FALSE(facts.make) << "Rekor did not say";
  EXPECT_EQ(facts.vehicle_source, "rekor");
}

TEST_F(RelayCommand, I12_G_1_AConsumedMessageLiesNowhereAndIsQueuedOnce) {
  put_message("a.xml", "x");
  put_message("b.xml", "y");
  EXPECT_EQ(relay({{"*", credentials("cam-01")}}), 3);
  EXPECT_TRUE(std::filesystem::is_empty(inbox()));
  EXPECT_EQ(relay({{"*", credentials("cam-01")}}), 3);
  EXPECT_EQ(queued("cam-01").size(), 2U);
}

TEST_F(RelayCommand, WhatIsWrongStaysAndTheOthersGoOn) {
  put_message("a.xml", "stranger");
  put_message("b.xml", "Sharp 1");
  write(inbox() / "c.json", "{");
  write(inbox() / "d.xml",
        "<AutoVu><Plate>A1</Plate><UTCDate>2026:11:25</UTCDate><UTCTime>14:03:59</UTCTime>"
        "<CameraName>Sharp 1</CameraName><ContextImage>AAAA</ContextImage></AutoVu>");
  write(inbox() / "e.txt", "not a message");
  EXPECT_EQ(relay({{"Sharp 1", credentials("cam-01")}}), 3);
  EXPECT_THAT(log_.str(), HasSubstr("no --camera names the camera \"stranger\""));
  EXPECT_THAT(log_.str(), HasSubstr("c.json: Rekor's JSON"));
  EXPECT_THAT(log_.str(), HasSubstr("d.xml: "));
  EXPECT_EQ(queued("cam-01").size(), 1U);
  for (const char* kept : {"a.xml", "c.json", "d.xml", "e.txt"}) {
    EXPECT_TRUE(std::filesystem::exists(inbox() / kept)) << kept;
  }
  EXPECT_FALSE(std::filesystem::exists(inbox() / "b.xml"));
}

// What an agent beside the gateway posts: answered once it is in the queue, and nowhere else.
TEST_F(RelayCommand, I12_G_1_APostedMessageIsQueuedAndLiesNowhereElse) {
  listen({"127.0.0.1", 0, {}, {}, {}}, [&](std::uint16_t port) {
    api::HttpClient agent;
    const std::string url = fmt::format("http://127.0.0.1:{}/push", port);
    const auto post = [&](const std::string& body) {
      const auto answer = agent.send("POST", url, {"Content-Type: text/xml"}, body);
      return answer ? answer->status : 0;
    };
    EXPECT_EQ(post(message("Sharp 1")), 200);
    EXPECT_EQ(post(message("stranger")), 404);
    EXPECT_EQ(post("{"), 400);
    EXPECT_EQ(post(R"({"data_type":"heartbeat"})"), 200);
    const auto got = agent.send("GET", url, {}, "");
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->status, 405);
  });
  const std::vector<Bytes> bodies = queued("cam-01");
  ASSERT_EQ(bodies.size(), 1U) << log_.str();
  EXPECT_EQ(parse_upload(bodies[0])->batch.reads.at(0).facts.plate, "7ABC123");
  EXPECT_TRUE(std::filesystem::is_empty(inbox()));
  EXPECT_THAT(log_.str(), HasSubstr("no --camera names the camera \"stranger\""));
}

TEST_F(RelayCommand, FromAnotherMachineTheSecretIsAskedFor) {
  const ListenAddress where{"127.0.0.1", 0, scratch_ / "c.pem", scratch_ / "k.pem",
                            scratch_ / "secret"};
  const std::string make = fmt::format(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "
      "/CN=relay "
      "-addext subjectAltName=IP:127.0.0.1 -keyout '{}' -out '{}' 2>/dev/null",
      where.private_key.string(), where.certificate.string());
  ASSERT_EQ(std::system(make.c_str()), 0);
  write(where.secret, "a-secret-of-the-gateway\n");
  EXPECT_EQ(listen(where, [](std::uint16_t) { ADD_FAILURE() << "others may read the secret"; }), 2);
  ::chmod(where.secret.c_str(), 0600);
  listen(where, [&](std::uint16_t port) {
    api::HttpClient camera({.certificate = where.certificate});
    const auto post = [&](const std::string& path) {
      const auto answer = camera.send("POST", fmt::format("https://127.0.0.1:{}{}", port, path), {},
                                      message("Sharp 1"));
      return answer ? answer->status : 0;
    };
    EXPECT_EQ(post("/"), 404);
    EXPECT_EQ(post("/a-secret-of-the-gatewax"), 404);
    EXPECT_EQ(post("/a-secret-of-the-gateway"), 200);
  });
  EXPECT_EQ(queued("cam-01").size(), 1U);
}

TEST_F(RelayCommand, WithoutACertificateItListensOnThisMachineAlone) {
  const auto never = [](std::uint16_t) { ADD_FAILURE() << "it listens"; };
  EXPECT_EQ(listen({"0.0.0.0", 0, {}, {}, {}}, never), 3);
  EXPECT_EQ(listen({"127.0.0.1", 0, scratch_ / "c.pem", {}, {}}, never), 2);
  EXPECT_THAT(log_.str(), HasSubstr("go together"));
  EXPECT_FALSE(parse_listen_address("8080"));
  EXPECT_FALSE(parse_listen_address("127.0.0.1:"));
  EXPECT_FALSE(parse_listen_address("127.0.0.1:99999"));
  EXPECT_FALSE(parse_listen_address("::1:8080"));
  EXPECT_EQ(parse_listen_address("[::1]:8080")->address, "::1");
  EXPECT_EQ(parse_listen_address("127.0.0.1:8080")->port, 8080);
}

TEST_F(RelayCommand, ACameraIsNamedOnceAndWithAFile) {
  EXPECT_FALSE(parse_relayed_camera("cam-01.json"));
  EXPECT_FALSE(parse_relayed_camera("=cam-01.json"));
  EXPECT_FALSE(parse_relayed_camera("Sharp="));
  const Result<RelayedCamera> camera = parse_relayed_camera("a=b=cam-01.json");
  ASSERT_TRUE(camera);
  EXPECT_EQ(camera->name, "a=b");
  EXPECT_EQ(relay({{"x", credentials("cam-01")}, {"x", credentials("cam-02")}}), 2);
  EXPECT_THAT(log_.str(), HasSubstr("twice"));
}

}  // namespace
}  // namespace alpr::recognition

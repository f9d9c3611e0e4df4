// Proves that relayed reads are queued as the enrolled device's own signed batches, and that no
// message is lost, sent twice or left lying about. Runs the command on folders of messages with
// real pictures; no server answers, so that what is queued can be looked at.
#include "recognition/relay_command.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

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
    write(inbox() / file,
          fmt::format("<AutoVu><Plate>7ABC123</Plate><UTCDate>2026:11:25</UTCDate>"
                      "<UTCTime>14:03:59</UTCTime><CameraName>{}</CameraName><Lane>2</Lane>"
                      "<ContextImage>{}</ContextImage></AutoVu>",
                      camera, chain::base64(photo_)));
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
  std::vector<Bytes> queued(const std::string& device) {
    const UploadQueue queue = UploadQueue::open(scratch_ / device, TimeUs{1}).value();
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

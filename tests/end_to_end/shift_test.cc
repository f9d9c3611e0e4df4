// Proves a vehicle's shift from the reader's side to the log: the reader's own code asks a running
// server over HTTPS, matches without it, and its queue becomes a hit that names the list's version
// and its age. The server's clock is simulated; the network is loopback.
#include "recognition/shift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recognition/files.h"
#include "recognition/render.h"
#include "recognition/send_command.h"
#include "tests/api/department.h"
#include "tests/recognition/scratch.h"

namespace alpr::api::testing {
namespace {

namespace rec = alpr::recognition;
using ::testing::ElementsAre;

class VehicleShift : public ::testing::Test {
 protected:
  VehicleShift() {
    d.enrol_device("car-7", "MOBILE");
    d.train(kAdmin);
    d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE", "8XYZ999,STOLEN PLATE"}));
  }
  rec::Credentials credentials() {
    return rec::Credentials{"car-7",
                            std::string(kOrigin),
                            chain::SigningKey::from_seed(d.device_key("car-7").seed()),
                            d.certificate(),
                            378'044'000,
                            -1'222'712'000,
                            "Broadway",
                            scratch / "queue",
                            chain::parse_vkey(d.vkey()).value()};
  }
  Result<rec::TakenLists> start(const rec::Credentials& device) {
    return rec::start_shift(device, d.now(), [&](std::string_view json) {
      return client.post_shift_request(device.device, as_bytes(json));
    });
  }
  void enqueue(rec::UploadQueue& queue, const rec::Credentials& device,
               const rec::TakenLists& lists, const std::string& text) {
    const rec::LocalMatching matching{lists, d.now(),
                                      [&](const rec::LocalAlert& one) { told.push_back(one); }};
    rec::PlateCandidate plate;
    plate.text = text;
    plate.confidence_ppm = 876'543;
    plate.box = {{{10, 10}, {90, 10}, {90, 30}, {10, 30}}};
    const Bytes photo = rec::render_street_photo(text, 1, {.width = 640, .height = 360}).value();
    const auto batch = rec::enqueue_photo(queue, device, photo, d.now(), {plate}, &matching);
    ASSERT_TRUE(batch.has_value()) << batch.error().detail;
  }
  rec::FlushCounts send(rec::UploadQueue& queue) {
    const auto result = rec::flush(
        queue, {"car-7", 0, [&](BytesView body) { return client.post_upload("car-7", body); },
                [](int) {}, [](const rec::FlushEvent&) {}});
    EXPECT_TRUE(result.has_value());
    return result->counts;
  }

  Department d;
  rec::Scratch scratch{"vehicle-shift"};
  rec::UploadClient client = rec::UploadClient::open({d.url(), d.certificate()}).value();
  std::vector<rec::LocalAlert> told;
};

TEST_F(VehicleShift, I12_A_3_ALocalHitBecomesAHitOfTheVersionThatTheVehicleHad) {
  const rec::Credentials device = credentials();
  auto queue = rec::UploadQueue::open(device.queue, d.now(), device.key);
  ASSERT_TRUE(queue.has_value());
  const auto taken = start(device);
  ASSERT_TRUE(taken.has_value()) << taken.error().detail;
  d.advance(2 * kHourUs);  // out of reach; the server gets a new list meanwhile
  const auto lists = rec::load_shift(device, d.now());
  ASSERT_TRUE(lists && *lists);
  enqueue(*queue, device, **lists, "7ABC123");
  enqueue(*queue, device, **lists, "8XYZ999");
  ASSERT_EQ(told.size(), 2U);
  d.load_list(kAdmin, "SVS", csv_list({"1NEW111,STOLEN", "7ABC123,STOLEN VEHICLE"}));
  d.advance(kHourUs);
  const std::uint64_t before = d.size();
  EXPECT_EQ(send(*queue).sent, 2U);
  EXPECT_THAT(d.kinds_since(before),
              ElementsAre("upload.received", "read.recorded", "hit.raised", "upload.received",
                          "read.recorded", "hit.set-aside"));
  d.officer("ofc.lee");
  const Reply shown = d.as("ofc.lee").get("/v1/hits/" + std::to_string(before + 2));
  ASSERT_EQ(shown.status, 200) << shown.body;
  const chain::Json* raised =
      shown.json.member("hits")->array()->at(0).member("hit")->member("raised");
  const chain::Json* offline = raised->member("offline");
  ASSERT_NE(offline, nullptr) << shown.body;
  EXPECT_EQ(*raised->member("confidence")->integer(), 876'543);
  EXPECT_EQ(*offline->member("list")->integer(), static_cast<std::int64_t>(told[0].hit.list.value));
  EXPECT_EQ(*offline->member("list_age_s")->integer(), told[0].hit.list_age_s);
  EXPECT_TRUE(*offline->member("late")->boolean()) << "an hour";
}

TEST_F(VehicleShift, I12_DEF_1_ARevokedVehicleIsGivenNothing) {
  const rec::Credentials device = credentials();
  auto queue = rec::UploadQueue::open(device.queue, d.now(), device.key);
  ASSERT_EQ(
      d.as(kAdmin).post("/v1/devices/car-7/revocation", object({{"reason", "stolen"}})).status,
      201);
  const std::uint64_t before = d.size();
  const auto taken = start(device);
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code, ErrorCode::kRefused);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("lists.refused"));
  EXPECT_FALSE(rec::load_shift(device, d.now()).value().has_value());
}

}  // namespace
}  // namespace alpr::api::testing

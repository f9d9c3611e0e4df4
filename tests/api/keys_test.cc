// Proves that the log's key and the recovery key are changed by two people and nobody alone
// (I12-F-0, L-1), that a reader's old key signs nothing after its change (I12-F-3), and that a
// backup's archive is shown on the record only (I12-F-2). Over HTTPS, as people would.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/daily_backup.h"
#include "api/key_custody.h"
#include "api/service.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/note.h"
#include "ledger/store/recovery_key.h"
#include "ledger/store/restore.h"
#include "policy/records/kinds.h"
#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::ElementsAre;

Json approver(const std::string& username, std::string_view password = kPassword) {
  return object({{"username", username}, {"password", std::string(password)}});
}

class Keys : public ::testing::Test {
 protected:
  Reply rotate(const std::string& by, const Json& approved_by, std::int64_t days = 0) {
    return d.as(by).post("/v1/keys/log/rotation", object({{"overlap_days", num(days)},
                                                          {"reason", "yearly change"},
                                                          {"approver", approved_by}}));
  }
  Reply enrol_recovery(const store::RecoverySecret& secret) {
    return d.as(kIt).post("/v1/keys/recovery",
                          object({{"public_key", chain::hex(secret.public_key)},
                                  {"reason", "first recovery key"},
                                  {"approver", approver(kChief)}}));
  }
  Department d;
};

TEST_F(Keys, TheLogsKeyIsRotatedByTwoAndTheReceiptsFollow) {
  d.as(kIt);
  const std::uint64_t before = d.size();
  const Reply reply = rotate(kIt, approver(kChief), 7);
  ASSERT_EQ(reply.status, 201) << reply.body;
  EXPECT_THAT(d.kinds_since(before),
              ElementsAre("session.opened", "key.rotated", "keys.handled", "session.closed"));
  const auto old_key = chain::parse_vkey(d.vkey());
  const auto new_key = d.service().store().log_vkey();
  EXPECT_NE(new_key, *old_key);
  const Reply note = d.as(kIt).get("/log/checkpoint");
  for (const auto& key : {*old_key, new_key})
    EXPECT_TRUE(chain::open_checkpoint(note.body, kOrigin, {key}));
  const Reply receipt =
      d.as(kIt).get("/v1/events/" + std::to_string(reply.number("seq")) + "/receipt");
  EXPECT_EQ(receipt.text("vkey"), chain::format_vkey(new_key));
  d.advance(8 * kDayUs);
  d.tick();
  const Reply later = d.as(kIt).get("/log/checkpoint");
  EXPECT_FALSE(chain::open_checkpoint(later.body, kOrigin, {*old_key}));
  EXPECT_TRUE(chain::open_checkpoint(later.body, kOrigin, {new_key}));
  d.restart();
  EXPECT_EQ(d.service().store().log_vkey(), new_key);
}

TEST_F(Keys, I12_L_1_NobodyChangesAKeyAlone) {
  const std::string vkey = chain::format_vkey(d.service().store().log_vkey());
  EXPECT_EQ(rotate(kIt, approver(kIt)).status, 403) << "the same person";
  EXPECT_EQ(rotate(kAdmin, approver(kChief)).status, 403) << "no holder of IT_UNIT";
  EXPECT_EQ(rotate(kIt, approver(kTrainer)).status, 403) << "an approver without the role";
  const std::uint64_t before = d.size();
  const Reply wrong = rotate(kIt, approver(kChief, "another pass phrase"));
  EXPECT_EQ(wrong.status, 403) << wrong.body;
  EXPECT_THAT(d.kinds_since(before), ::testing::Contains("login.failed"));
  EXPECT_EQ(rotate(kIt, approver(kChief), 401).status, 400);
  EXPECT_EQ(rotate(kIt, approver(kChief), -1).status, 400);
  EXPECT_EQ(chain::format_vkey(d.service().store().log_vkey()), vkey);
  EXPECT_EQ(rotate(kIt, approver(kAdmin)).status, 201);
}

TEST_F(Keys, I12_F_3_AReadersOldKeySignsNothingAfterItsChange) {
  d.enrol_device("cam-1");
  const std::string queued = d.batch("cam-1", 1, {"7ABC123"});
  d.rekey_device("cam-1", "second");
  const Reply stale = d.upload("cam-1", queued);
  EXPECT_EQ(stale.status, 403) << stale.body;
  EXPECT_TRUE(stale.has_rule("I12-F-3"));
  EXPECT_EQ(d.upload("cam-1", d.batch("cam-1", 1, {"7ABC123"})).status, 201);
  d.restart();
  EXPECT_EQ(d.upload("cam-1", d.batch("cam-1", 2, {"7ABC123"})).status, 201);
  const Reply weak = d.as(kAdmin).post(
      "/v1/devices/cam-1/key",
      object({{"public_key", std::string(64, '0')}, {"reason", "a key of small order"}}));
  EXPECT_EQ(weak.status, 400) << weak.body;
}

TEST_F(Keys, ABackupNeedsARecoveryKeyAndIsOnTheRecordFirst) {
  const auto ask = [&] {
    return d.as(kIt).post("/v1/backups", object({{"reason", "before the move"}}));
  };
  EXPECT_EQ(ask().status, 409);
  const auto secret = store::make_recovery_secret();
  ASSERT_EQ(enrol_recovery(secret).status, 201);
  EXPECT_EQ(d.as(kAdmin).post("/v1/backups", object({{"reason", "curious"}})).status, 403);
  d.as(kIt);
  const std::uint64_t before = d.size();
  const Reply made = ask();
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(d.kinds_since(before), ElementsAre("backup.begun", "keys.handled"));
  const auto checked = store::check_backup(d.folder() / "backups" / made.text("name"));
  ASSERT_TRUE(checked) << checked.error().detail;
  EXPECT_EQ(checked->size, d.size());
  EXPECT_EQ(checked->recovery, store::recovery_id(secret.public_key));
}

TEST_F(Keys, ADailyBackupIsMadeOnceADayAndDroppedAfterThirty) {
  const auto folder = d.folder() / "daily";
  ASSERT_EQ(enrol_recovery(store::make_recovery_secret()).status, 201);
  const auto first = daily_backup(d.service(), folder);
  ASSERT_TRUE(first) << first.error().detail;
  ASSERT_TRUE(first->made);
  EXPECT_EQ(first->made->substr(0, 11), "2026-03-02T");
  EXPECT_FALSE(daily_backup(d.service(), folder)->made) << "there is one of today";
  std::filesystem::create_directory(folder / "2020-01-01 notes of somebody");
  d.advance(kDayUs);
  EXPECT_TRUE(daily_backup(d.service(), folder)->made);
  d.advance(29 * kDayUs + kMinuteUs);
  const auto later = daily_backup(d.service(), folder);
  EXPECT_TRUE(later->made);
  EXPECT_THAT(later->dropped, ElementsAre(*first->made));
  EXPECT_FALSE(std::filesystem::exists(folder / *first->made));
  EXPECT_TRUE(std::filesystem::exists(folder / "2020-01-01 notes of somebody"));
}

TEST_F(Keys, I12_F_2_TheArchiveIsShownToCustodiansOnTheRecordFirst) {
  const auto secret = store::make_recovery_secret();
  ASSERT_EQ(enrol_recovery(secret).status, 201);
  d.enrol_device("cam-1");
  const auto reads = d.reads("cam-1", 1, {"7ABC123"});
  const Reply made = d.as(kIt).post("/v1/backups", object({{"reason", "daily"}}));
  ASSERT_EQ(made.status, 201);
  const auto nothing = d.as(kAdmin).post("/v1/archive/disclosures",
                                         object({{"event", num(1)}, {"reason", "a request"}}));
  EXPECT_EQ(nothing.status, 404) << "this log follows none";
  // The department's own copy stands in for that of a lost predecessor.
  const auto lost = store::restore_archive({d.folder() / "backups" / made.text("name"),
                                            d.folder() / "store" / "archive",
                                            secret,
                                            {},
                                            std::nullopt,
                                            std::nullopt},
                                           d.service().store().shared_clock(), policy::kinds());
  ASSERT_TRUE(lost) << lost.error().detail;
  d.restart();
  const auto ask = [&](const std::string& by, std::int64_t event, const std::string& reason) {
    return d.as(by).post("/v1/archive/disclosures",
                         object({{"event", num(event)}, {"reason", reason}}));
  };
  EXPECT_EQ(ask(kAdmin, 2, "subpoena 26-77").status, 403) << "not trained";
  d.train(kAdmin);
  EXPECT_EQ(ask(kAdmin, 2, " ").status, 403);
  EXPECT_EQ(ask(kIt, 2, "curious").status, 403);
  d.as(kAdmin);
  const std::uint64_t before = d.size();
  const Reply shown = ask(kAdmin, 2, "subpoena 26-77");
  ASSERT_EQ(shown.status, 201) << shown.body;
  EXPECT_EQ(shown.text("kind"), "user.enrolled");
  EXPECT_NE(shown.text("payload").find("Ines Torres"), std::string::npos);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("archive.disclosed"));
  EXPECT_EQ(ask(kAdmin, reads.at(0), "subpoena 26-77").status, 410) << "its key is lost";
  EXPECT_EQ(ask(kAdmin, 1'000'000, "subpoena 26-77").status, 404);
  const Reply image =
      d.as(kAdmin).post("/v1/archive/images", object({{"event", num(2)}, {"reason", "subpoena"}}));
  EXPECT_EQ(image.status, 404) << "no picture";
}

}  // namespace
}  // namespace alpr::api::testing

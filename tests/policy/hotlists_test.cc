// Proves that only allowed lists become active, that the newest replaces the one before as a whole,
// and that a plate on a list raises exactly one hit per entry. By loading files into a log in
// memory and sending reads.
#include "policy/records/hotlists.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "policy/registers/hotlists.h"
#include "policy/registers/plate_index.h"
#include "policy/registers/plate_text.h"
#include "policy/rules/parameters.h"
#include "tests/policy/hits_world.h"

namespace alpr::policy {
namespace {

using namespace testing;

class Hotlists : public ::testing::Test {
 protected:
  Hotlists() : admin(trained_admin(world)) { world.enrol_device(kReader); }

  Sequence loaded(std::string_view source, const std::vector<std::string>& rows) {
    return world.permit(load(world, admin, list_to_load(world, source, rows)));
  }
  std::string refused(const ListToLoad& list, std::string_view rule) {
    const std::string slug = world.refused(load(world, admin, list), rule);
    EXPECT_EQ(world.log.back().header.kind, HotlistImportRefused::kKind.number);
    return slug;
  }
  std::vector<PlateMatch> matches(std::string_view plate) {
    return world.plates.matches(plate, world.now).value();
  }

  World world;
  Actor admin;
};

TEST_F(Hotlists, I12_C2A1_4_ALoadRecordsBothTimesTheCountsAndTheHash) {
  const Sequence version =
      loaded("SVS", {std::string(kSvsRow), "X1,IMMIGRATION VIOLATOR", ",STOLEN"});
  const auto event = from_event<HotlistLoaded>(world.log.at(version.value));
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->source, HotlistSource::kSvs);
  EXPECT_EQ(event->source_time.value, world.now.value - 3600 * kSecondUs);
  EXPECT_EQ(event->rows, 1);
  EXPECT_EQ(event->excluded.size(), 2U);
  EXPECT_NE(event->file_sha256, Digest{});
  ASSERT_TRUE(event->by.has_value());
  EXPECT_EQ(event->by->username, kAdmin);
  EXPECT_TRUE(event->by->training.has_value());
  const auto row = active_list(world.rows, HotlistSource::kSvs);
  ASSERT_TRUE(row.has_value() && row->has_value());
  EXPECT_EQ((*row)->loaded, version);
  EXPECT_EQ((*row)->loaded_at, world.now);
}

TEST_F(Hotlists, I12_C2A1_1_ASeventhSourceIsRefused) {
  for (const std::string_view source : {"WATCHLIST", "svs", "", "ICE"}) {
    EXPECT_EQ(refused(list_to_load(world, source, {"A1,STOLEN"}), "I12-C2A1-1"),
              "source-not-allowed");
  }
  for (const std::string_view source : {"SVS", "NCIC", "CA_DOJ", "AMBER", "SILVER"})
    loaded(source, {"A1,STOLEN"});
}

TEST_F(Hotlists, I12_A_4_CustomEntriesAreNeverLoadedFromAFile) {
  EXPECT_EQ(refused(list_to_load(world, "CUSTOM_BOLO", {"A1,BURGLARY"}), "I12-C2B2-2"),
            "entry-not-approved");
  EXPECT_TRUE(matches("A1").empty());
}

TEST_F(Hotlists, I12_C2B1_2_TheNewestDataOverwritesTheOld) {
  const Sequence first = loaded("SVS", {"A1,STOLEN", "B2,STOLEN"});
  world.advance(60);
  const Sequence second = loaded("SVS", {"B2,STOLEN", "C3,STOLEN"});
  EXPECT_TRUE(matches("A1").empty());
  ASSERT_EQ(matches("B2").size(), 1U);
  EXPECT_EQ(matches("B2")[0].entry.list, second);
  const auto before = find_list(world.rows, first);
  ASSERT_TRUE(before.has_value() && before->has_value());
  EXPECT_EQ((*before)->superseded, second);
  EXPECT_EQ((*before)->superseded_at, world.now);
}

TEST_F(Hotlists, I12_C2B1_2_ABadFileLeavesTheOneBeforeActive) {
  loaded("SVS", {"A1,STOLEN", "B2,STOLEN", "C3,STOLEN"});
  ListToLoad cut = list_to_load(world, "SVS", {"A1,STOLEN", "B2,STOLEN", "C3,STOLEN"});
  cut.file.resize(cut.file.size() - 3);
  EXPECT_EQ(refused(cut, "I12-C2B1-2"), "hotlist-malformed");
  EXPECT_EQ(refused(list_to_load(world, "SVS", {}), "I12-C2B1-2"), "hotlist-empty");
  EXPECT_EQ(refused(list_to_load(world, "SVS", {"A1,IMMIGRATION VIOLATOR"}), "I12-C2B1-2"),
            "hotlist-empty");
  EXPECT_EQ(refused(list_to_load(world, "SVS", {"Z9,STOLEN"}), "I12-C2B1-2"), "hotlist-shrunk");
  ListToLoad older = list_to_load(world, "SVS", {"Z8,STOLEN", "Z9,STOLEN"});
  older.command.source_time.value -= 1;
  EXPECT_EQ(refused(older, "I12-C2B1-2"), "hotlist-older");
  ListToLoad future = list_to_load(world, "SVS", {"Z8,STOLEN", "Z9,STOLEN"});
  future.command.source_time = {world.now.value + 301 * kSecondUs};
  EXPECT_EQ(refused(future, "I12-C2A1-4"), "hotlist-from-the-future");
  EXPECT_EQ(matches("A1").size(), 1U);
  EXPECT_TRUE(matches("Z9").empty());
  // Exactly half is a list that shrank, and no sign of a cut.
  loaded("SVS", {"A1,STOLEN", "B2,STOLEN"});
  loaded("SVS", {"A1,STOLEN"});
}

TEST_F(Hotlists, I12_C2B1_1_AnUnmodifiedListIsConfirmedWhileItIsTheActiveOne) {
  const Sequence first = loaded("SVS", {"A1,STOLEN"});
  world.advance(world.moment().policy->parameters.hotlist_refresh_seconds + 1);
  world.permit(check_freshness(world.state(), world.moment()));
  ASSERT_TRUE((*active_list(world.rows, HotlistSource::kSvs))->stale.has_value());
  world.permit(decide(world.state(),
                      NoteFetchFailure{HotlistSource::kSvs, "svs", FetchFault::kStatus, 500},
                      world.moment()));
  EXPECT_TRUE(find_alarm(world.rows, HotlistSource::kSvs)->has_value());
  const ConfirmHotlist confirm{HotlistSource::kSvs, "svs", first, std::nullopt};
  world.permit(decide(world.state(), confirm, world.moment()));
  const auto row = active_list(world.rows, HotlistSource::kSvs);
  EXPECT_FALSE((*row)->stale.has_value());
  EXPECT_EQ(last_good_import(**row), world.now);
  EXPECT_EQ((*row)->loaded, first);
  EXPECT_FALSE(find_alarm(world.rows, HotlistSource::kSvs)->has_value());
  EXPECT_TRUE(check_freshness(world.state(), world.moment()).events.empty());
  const Sequence second = loaded("SVS", {"A1,STOLEN"});
  EXPECT_NE(second, first) << "a person's load is a version of its own";
  EXPECT_EQ(decide(world.state(), confirm, world.moment()).error->code, ErrorCode::kConflict);
}

TEST_F(Hotlists, I12_C2B1_2_AnAlertThatEndedStopsMatching) {
  loaded("AMBER", {"A1,AMBER ALERT", "B2,AMBER ALERT", "C3,AMBER ALERT"});
  loaded("AMBER", {});
  EXPECT_TRUE(matches("A1").empty());
}

TEST_F(Hotlists, I12_L_1_OnlyTrainedHoldersLoadLists) {
  const auto list = list_to_load(world, "SVS", {"A1,STOLEN"});
  const Actor officer = world.trained("officer", "SWORN");
  world.refused(load(world, officer, list), "I12-L-1");
  world.refused(load(world, world.holder(kIt), list), "I12-C1-1");
  world.train(kIt);
  world.permit(load(world, world.holder(kIt), list));
  world.grant("officer", Role::kCoordinator);
  world.permit(load(world, officer, list));
}

TEST_F(Hotlists, I12_C2B1_1_AListIsStaleAfter24HoursOnceForEachVersion) {
  EXPECT_TRUE(check_freshness(world.state(), world.moment()).events.empty()) << "never loaded";
  const Sequence first = loaded("SVS", {"A1,STOLEN"});
  world.advance(world.moment().policy->parameters.hotlist_refresh_seconds);
  EXPECT_TRUE(check_freshness(world.state(), world.moment()).events.empty());
  world.advance(1);
  const Decision stale = check_freshness(world.state(), world.moment());
  ASSERT_EQ(stale.events.size(), 1U);
  world.permit(stale);
  const auto event = from_event<HotlistStale>(world.log.back());
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->loaded, first);
  world.advance(86'400);
  EXPECT_TRUE(check_freshness(world.state(), world.moment()).events.empty()) << "said once";
  loaded("SVS", {"A1,STOLEN"});
  world.advance(world.moment().policy->parameters.hotlist_refresh_seconds + 1);
  EXPECT_EQ(check_freshness(world.state(), world.moment()).events.size(), 1U);
}

TEST_F(Hotlists, I12_B_3_AKnownPlateRaisesExactlyOneHitPerEntry) {
  const Sequence version = loaded("SVS", {std::string(kSvsRow), "8XYZ999,STOLEN"});
  loaded("NCIC", {"7ABC123,WANTED PERSON"});
  const Sequence upload = send(world, 1, {"7ABC123", "1AAA111", "7ABC123"});
  const auto hits = hits_since(world, upload);
  ASSERT_EQ(hits.size(), 4U) << "two lists, two reads";
  const HitRaised hit = hit_at(world, hits[0]);
  EXPECT_EQ(hit.read.value, upload.value + 1);
  EXPECT_EQ(hit.entry.source, HotlistSource::kSvs);
  EXPECT_EQ(hit.entry.list, version);
  EXPECT_EQ(hit.entry.row, 0);
  EXPECT_EQ(hit.entry.reason, "STOLEN VEHICLE");
  EXPECT_EQ(hit.entry.case_number, "22-000123");
  EXPECT_EQ(hit.entry.attributes.color, "WHITE");
  EXPECT_FALSE(hit.entry.informational);
  EXPECT_EQ(hit_at(world, hits[1]).entry.source, HotlistSource::kNcic);
  EXPECT_EQ(hit_at(world, hits[2]).read.value, upload.value + 3);
}

TEST_F(Hotlists, I12_DEF_3_AHitBeginsUnvalidated) {
  loaded("SVS", {"7ABC123,STOLEN"});
  const auto hits = hits_since(world, send(world, 1, {"7ABC123"}));
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hit_at(world, hits[0]).state, HitState::kUnvalidated);
  EXPECT_EQ(state_of(world, hits[0]), HitState::kUnvalidated);
}

TEST_F(Hotlists, I12_C2A_8_AHitSaysHowOldItsListAndHowSureItsReadIs) {
  loaded("SVS", {"7ABC123,STOLEN"});
  world.advance(7200);
  const auto hits = hits_since(world, send(world, 1, {"7ABC123"}));
  ASSERT_EQ(hits.size(), 1U);
  EXPECT_EQ(hit_at(world, hits[0]).list_age_s, 3600 + 7200);
  EXPECT_EQ(hit_at(world, hits[0]).confidence, 912'345);
  const auto json = chain::parse_canonical(world.log.at(hits[0].value).json);
  ASSERT_TRUE(json.has_value());
  EXPECT_NE(json->member("list_age_s"), nullptr);
  EXPECT_NE(json->member("confidence"), nullptr);
}

TEST_F(Hotlists, I12_C2A_8_AMatchThroughFoldingIsNeverShownAsExact) {
  loaded("SVS", {"8XY2O99,STOLEN", "8XYZ099,STOLEN"});
  const auto hits = hits_since(world, send(world, 1, {"8XYZ099", "8XYZO99"}));
  ASSERT_EQ(hits.size(), 4U);
  const HitRaised exact = hit_at(world, hits[0]);
  EXPECT_EQ(exact.match, MatchKind::kExact);
  EXPECT_EQ(exact.entry.plate, "8XYZ099");
  for (std::size_t i = 1; i < 4; ++i) {
    const HitRaised hit = hit_at(world, hits[i]);
    EXPECT_EQ(hit.match, MatchKind::kOcrEquivalent);
    EXPECT_NE(hit.entry.plate, hit.plate);
  }
}

TEST_F(Hotlists, AnExpiredRowMatchesNoMore) {
  const std::string until = chain::format_time({world.now.value + 60 * kSecondUs});
  loaded("SVS", {"A1,,,STOLEN,,,," + until + ",,,,,,,,,"});
  EXPECT_EQ(matches("A1").size(), 1U);
  world.advance(60);
  EXPECT_TRUE(matches("A1").empty());
}

TEST_F(Hotlists, AVersionIsToBePurged30DaysAfterItWasSuperseded) {
  const Sequence first = loaded("SVS", {"A1,STOLEN"});
  world.advance(86'400);
  const Sequence second = loaded("SVS", {"A1,STOLEN"});
  const auto due = [&](TimeUs now) {
    return lists_to_purge(
               world.rows,
               {now.value - world.moment().policy->parameters.hotlist_blob_seconds * kSecondUs})
        .value();
  };
  world.advance(world.moment().policy->parameters.hotlist_blob_seconds - 1);
  EXPECT_TRUE(due(world.now).empty());
  world.advance(1);
  ASSERT_EQ(due(world.now).size(), 1U);
  EXPECT_EQ(due(world.now)[0].loaded, first);
  const auto number = [](std::uint64_t value) { return std::to_string(value); };
  world.append({chain::kind::kListPurged,
                "",
                {{"loaded", number(first.value), true},
                 {"blob", "1", true},
                 {"superseded", number(second.value), true},
                 {"count", "1", true}}});
  EXPECT_TRUE(due(world.now).empty());
}

// Of lists shorter and longer than what the index steps by, with runs of equal folds that lie
// across its steps.
TEST_F(Hotlists, I12_B_3_EachPlateOfALongListIsFoundAndNoOther) {
  for (const int count : {1, 63, 64, 65, 129, 1000}) {
    std::vector<std::string> plates;
    for (int i = 0; i < count; ++i) {
      // Every third is one of eight spellings of the same fold.
      std::string plate = i % 3 != 0 ? "7K" + std::to_string(i) : "5";
      if (i % 3 == 0)
        for (const int bit : {1, 2, 4}) plate += (i / 3 & bit) != 0 ? 'O' : '0';
      plates.push_back(plate + (i % 3 == 0 ? std::to_string(2 + i / 300 % 7) : ""));
    }
    std::sort(plates.begin(), plates.end());
    plates.erase(std::unique(plates.begin(), plates.end()), plates.end());
    std::vector<std::string> rows;
    for (const std::string& plate : plates) rows.push_back(plate + ",STOLEN");
    loaded("SVS", rows);
    std::map<std::string, std::size_t> folds;
    for (const std::string& plate : plates) ++folds[fold_plate(plate)];
    for (const std::string& plate : plates) {
      const auto found = world.plates.matches(plate, world.now);
      ASSERT_TRUE(found.has_value());
      ASSERT_EQ(found->size(), folds[fold_plate(plate)]) << plate << " of " << count;
      EXPECT_EQ(found->front().entry.plate, plate);
    }
    for (int i = 0; i < 1000; i += 7) {
      const std::string absent = "7K" + std::to_string(i) + "X";
      EXPECT_TRUE(world.plates.matches(absent, world.now)->empty()) << absent;
    }
  }
}

TEST_F(Hotlists, AListThatDoesNotReadBackStopsTheIndex) {
  loaded("SVS", {"A1,STOLEN"});
  world.blobs.clear();
  PlateIndex index([](std::uint64_t) -> Result<std::string> { return std::string("nonsense\n"); });
  const auto read = index.load(world.rows);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
}

}  // namespace
}  // namespace alpr::policy

// Proves that a sample audit goes from plan to conclusion through the API: closed before it is
// drawn, drawn by two persons, judged on a worksheet that leaves out one's own acts, concluded with
// its exact limit (I12-K-5, K-7). Over HTTPS on a department's server; Python reads the sheets.
#include <gmock/gmock.h>

#include "api/service.h"
#include "ledger/chain/encoding.h"
#include "ledger/chain/hash.h"
#include "policy/records/queries.h"
#include "policy/registers/csv_record.h"
#include "policy/registers/fold.h"
#include "tests/api/audit_case.h"
#include "tests/reports/forms/stranger.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using forms::testing::as_a_stranger;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class AuditsApi : public AuditCase {
 protected:
  std::string member(const Reply& reply, const char* outer, const char* inner) {
    const Json* object = reply.json.member(outer);
    const Json* value = object ? object->member(inner) : nullptr;
    return value ? chain::write(*value) : "nothing";
  }
  using Rows = std::vector<std::vector<std::string>>;
  static Rows rows_of(const std::string& csv) {
    policy::RecordReader reader(csv);
    Rows rows;
    std::vector<std::string> cells;
    for (auto more = reader.next(cells); more && *more; more = reader.next(cells))
      rows.push_back(cells);
    return rows;
  }
  static std::string csv_of(const Rows& rows) {
    std::string csv;
    for (const auto& row : rows) csv += policy::write_record(row) + "\r\n";
    return csv;
  }
  Reply give_back(const std::string& who, std::int64_t audit, const std::string& csv) {
    return d.as(who).send("POST", "/v1/audits/" + std::to_string(audit) + "/worksheet.csv",
                          {"Content-Type: text/csv"}, csv);
  }
};

TEST_F(AuditsApi, I12_K_5_FromThePlanToTheConclusion) {
  queries(20);
  close();
  std::uint64_t before = d.size();
  const Reply plan_reply = d.as(kCoordinator).post("/v1/audits", plan());
  ASSERT_EQ(plan_reply.status, 201) << plan_reply.body;
  EXPECT_THAT(plan_reply.text("explanation"), HasSubstr("Of 20 items"));
  const std::int64_t audit = plan_reply.number("seq");
  EXPECT_EQ(d.kind(audit), "audit.planned");
  EXPECT_EQ(get("pac", audit, "/worksheet").status, 403);
  EXPECT_EQ(get(kAdmin, audit, "/worksheet").status, 409) << "nothing is drawn yet";
  published = d.now().value + kHourUs + kMinuteUs;
  wait(2 * kHourUs);
  EXPECT_THAT(seed(kCoordinator, audit).body, HasSubstr("\"agrees\":false"));
  EXPECT_THAT(get("pac", audit).body, Not(HasSubstr(kValue))) << "the second reads for themselves";
  EXPECT_THAT(seed(kAdmin, audit).body, HasSubstr("\"agrees\":true"));
  EXPECT_THAT(get("pac", audit).body, HasSubstr(kValue));
  judge_all(audit);
  before = d.size();
  const Reply concluded = conclude(audit);
  ASSERT_EQ(concluded.status, 201) << concluded.body;
  EXPECT_THAT(d.kinds_since(before), ElementsAre("audit.concluded"));
  const Reply shown = get("pac", audit);
  EXPECT_EQ(member(shown, "audit", "state"), "\"CONCLUDED\"");
  EXPECT_EQ(member(shown, "concluded", "accepted"), "true");
  EXPECT_THAT(shown.text("shows"), HasSubstr("Accepted: 0 of the"));
  EXPECT_THAT(shown.body, Not(HasSubstr("oreyes")));
  EXPECT_THAT(shown.body, Not(HasSubstr(kCoordinator))) << "who did it is sealed";
  const Reply all = d.as("pac").get("/v1/audits");
  EXPECT_THAT(all.body, HasSubstr(R"("counts":[{"population":"QUERIES","planned":1,"seeded":1)"));
  const std::string live = d.service().store().dump_registers().value();
  ASSERT_TRUE(d.service().store().rebuild_registers(policy::fold()).has_value());
  EXPECT_EQ(d.service().store().dump_registers().value(), live);
}

TEST_F(AuditsApi, I12_K_7_ALimitAboveWhatIsTolerableIsNotAccepted) {
  queries(20);
  close();
  const std::int64_t audit = seeded(plan());
  judge_all(audit, 2);
  ASSERT_EQ(conclude(audit).status, 201);
  const Reply shown = get("pac", audit);
  EXPECT_EQ(member(shown, "concluded", "accepted"), "false");
  EXPECT_EQ(member(shown, "concluded", "deviations"), "2");
  EXPECT_THAT(shown.text("shows"), HasSubstr("Not accepted: 2 of the"));
}

TEST_F(AuditsApi, I12_K_7_ASampleThatIsTooSmallSaysSo) {
  queries(20);
  close();
  const std::int64_t audit = seeded(with(plan(), "n", num(2)));
  EXPECT_THAT(get("pac", audit).text("explanation"), HasSubstr("not statistically significant"));
  judge_all(audit);
  ASSERT_EQ(conclude(audit).status, 201);
  const Reply shown = get("pac", audit);
  EXPECT_EQ(member(shown, "concluded", "significant"), "false");
  EXPECT_EQ(member(shown, "concluded", "accepted"), "false");
  EXPECT_THAT(shown.text("shows"), HasSubstr("Not statistically significant (2 items instead of"));
}

TEST_F(AuditsApi, I12_K_5_PlansAreTheCoordinatorsAndRefusalsAreOnTheRecord) {
  queries(3);
  close();
  const auto refused = [&](const std::string& who, const Json& body, const std::string& slug,
                           const std::string& rule) {
    d.as(who);
    const std::uint64_t before = d.size();
    const Reply reply = d.as(who).post("/v1/audits", body);
    EXPECT_EQ(reply.status, 403) << reply.body;
    EXPECT_THAT(reply.text("type"), EndsWith(slug));
    EXPECT_TRUE(reply.has_rule(rule)) << reply.body;
    EXPECT_THAT(d.kinds_since(before), ElementsAre("command.refused")) << slug;
  };
  refused("oreyes", plan(), "role-missing", "I12-K-5");
  refused(kCoordinator, with(plan(), "population", "OFFICERS"), "plan-impossible", "I12-K-7");
  refused(kCoordinator, with(plan(), "expected_bp", num(2000)), "plan-impossible", "I12-K-7");
  refused(kCoordinator, with(plan(), "population", "STOPS"), "plan-impossible", "I12-K-7");
  refused(kCoordinator, with(plan(), "n", num(4)), "plan-impossible", "I12-K-7");
  refused(kCoordinator, with(plan(), "to", num(d.now().value + kHourUs)), "window-not-closed",
          "I12-K-5");
  refused(kCoordinator, with(plan(), "beacon_at", num(d.now().value)), "beacon-too-early",
          "I12-K-5");
  refused(kCoordinator, with(plan(), "certain", Json::Array{num(1)}), "item-not-in-population",
          "I12-K-5");
  EXPECT_EQ(d.as(kCoordinator).post("/v1/audits", with(plan(), "size", num(2))).status, 404)
      << "no checkpoint of this size was handed out";
  EXPECT_EQ(d.as(kCoordinator).post("/v1/audits", with(plan(), "by", "x")).status, 400);
  EXPECT_EQ(d.as("oreyes").get("/v1/audits").status, 403);
}

TEST_F(AuditsApi, I12_K_5_LaterEventsChangeNothingInAClosedPopulation) {
  queries(12);
  close();
  const std::string size = std::to_string(d.size());
  d.as(kIt).get("/log/checkpoint");
  const std::int64_t first =
      planned(with(plan(), "size", num(static_cast<std::int64_t>(d.size()))));
  queries(5);
  const std::int64_t again = planned(plan());
  const auto population = [&](std::int64_t audit) {
    return member(get("pac", audit), "plan", "strata");
  };
  EXPECT_EQ(population(first), population(again));
  EXPECT_THAT(population(first), HasSubstr("\"population\":12"));
  EXPECT_EQ(member(get("pac", again), "plan", "number"), "2") << "a second plan is seen";
}

TEST_F(AuditsApi, I12_K_5_AReviewerNeverSeesTheirOwnActs) {
  queries(4);
  queries(4, kCoordinator);
  close();
  const std::int64_t audit = seeded(census());  // a census
  EXPECT_THAT(drawn(audit), SizeIs(8));
  const std::vector<std::int64_t> others = drawn(audit, kCoordinator);
  ASSERT_THAT(others, SizeIs(4));
  EXPECT_THAT(get(kCoordinator, audit, "/worksheet").body, HasSubstr("\"own\":4"));
  for (const std::int64_t item : drawn(audit)) {
    const bool own = std::ranges::find(others, item) == others.end();
    const Reply reply = judge(kCoordinator, audit, {verdict(item)});
    EXPECT_EQ(reply.status, own ? 403 : 201) << reply.body;
    if (own) EXPECT_THAT(reply.text("type"), EndsWith("own-act"));
  }
}

TEST_F(AuditsApi, I12_F_2_TheWorksheetIsOnTheRecordBeforeItIsGiven) {
  queries(4);
  close();
  const std::int64_t audit = seeded(plan());
  d.as(kAdmin);
  const std::uint64_t before = d.size();
  const Reply csv = get(kAdmin, audit, "/worksheet.csv");
  ASSERT_EQ(csv.status, 200) << csv.body;
  ASSERT_THAT(d.kinds_since(before), ElementsAre("audit.worksheet-disclosed"));
  EXPECT_EQ(csv.header("plateledger-receipt"), "/v1/events/" + std::to_string(before) + "/receipt");
  const auto event = chain::parse_canonical(d.service().store().event({before})->json).value();
  EXPECT_EQ(*event.member("sha256")->string(), chain::hex(chain::sha256(as_bytes(csv.body))));
  EXPECT_EQ(*event.member("form")->string(), "CSV");
  const Reply xlsx = get(kAdmin, audit, "/worksheet.xlsx");
  const auto view = as_a_stranger(csv.body, xlsx.body);
  ASSERT_TRUE(view.read);
  EXPECT_EQ(view.csv, view.xlsx);
  d.as("oreyes");
  const Reply officer = get("oreyes", audit, "/worksheet.csv");
  EXPECT_EQ(officer.status, 403);
  EXPECT_THAT(officer.body, Not(HasSubstr("7ABC12")));
}

TEST_F(AuditsApi, I12_K_5_ASheetIsFilledInAndGivenBack) {
  queries(6);
  close();
  const std::int64_t audit = seeded(census());
  Rows rows = rows_of(get(kAdmin, audit, "/worksheet.csv").body);
  ASSERT_THAT(rows, SizeIs(7));
  const auto fill = [&](std::size_t row, const std::string& purpose) {
    for (std::size_t i = 10; i < 16; ++i) rows[row][i] = i == 10 ? purpose : "PASS";
    rows[row][16] = "'=SUM(1) in the \"case\" file";
  };
  for (std::size_t row = 1; row <= 5; ++row) fill(row, row == 2 ? "UNEXAMINABLE" : "PASS");
  const Reply first = give_back(kAdmin, audit, "\xEF\xBB\xBF" + csv_of(rows));
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(member(get("pac", audit), "audit", "judged"), "5") << "the sixth is left for later";
  EXPECT_EQ(member(get("pac", audit), "audit", "deviations"), "1");
  const auto event =
      chain::parse_canonical(
          d.service().store().event({static_cast<std::uint64_t>(first.number("seq"))})->json)
          .value();
  EXPECT_EQ(*event.member("evidence")->string(), "=SUM(1) in the \"case\" file");
  EXPECT_EQ(give_back(kAdmin, audit, csv_of(rows)).status, 409) << "the same again is nothing new";
  EXPECT_EQ(conclude(audit).status, 403) << "one is left";
  fill(6, "PASS");
  ASSERT_EQ(give_back(kAdmin, audit, csv_of(rows)).status, 201);
  fill(2, "PASS");
  const Reply better = give_back(kAdmin, audit, csv_of(rows));
  EXPECT_EQ(better.status, 403) << better.body;
  EXPECT_THAT(better.text("type"), EndsWith("verdict-differs"));
  EXPECT_EQ(conclude(audit).status, 201);
}

TEST_F(AuditsApi, I12_K_5_ASheetThatIsNotTheAuditsIsNotTaken) {
  queries(6);
  close();
  const std::int64_t audit = seeded(census());
  const std::int64_t other = seeded(with(census(), "round", "round 5000"));
  const Rows good = [&] {
    Rows rows = rows_of(get(kAdmin, audit, "/worksheet.csv").body);
    for (std::size_t row = 1; row < rows.size(); ++row) {
      for (std::size_t i = 10; i < 16; ++i) rows[row][i] = "PASS";
      rows[row][16] = "seen";
    }
    return rows;
  }();
  const auto status = [&](auto&& change) {
    Rows rows = good;
    change(rows);
    return give_back(kAdmin, audit, csv_of(rows)).status;
  };
  EXPECT_EQ(status([](Rows& r) { std::swap(r[0][10], r[0][11]); }), 400) << "other columns";
  EXPECT_EQ(status([](Rows& r) { r[1].pop_back(); }), 400);
  EXPECT_EQ(status([](Rows& r) { r[1][10] = "fine"; }), 400);
  EXPECT_EQ(status([](Rows& r) { r[1][10] = ""; }), 400) << "a test that is not answered";
  EXPECT_EQ(status([](Rows& r) { r[1][1] = "=1+1"; }), 400);
  EXPECT_EQ(status([&](Rows& r) { r[1][0] = std::to_string(other); }), 400);
  EXPECT_EQ(status([](Rows& r) { r[1][1] = "3"; }), 403) << "an item that was not drawn";
  EXPECT_EQ(status([](Rows& r) { r[1][16] = " "; }), 403) << "no evidence";
  EXPECT_EQ(status([](Rows& r) {
              r.push_back(r[1]);
              r.back()[10] = "DEVIATION";
              r.push_back(r[1]);
            }),
            403)
      << "filled in twice differently";
  EXPECT_EQ(status([](Rows& r) { r.resize(1); }), 400) << "nothing is filled in";
  EXPECT_EQ(give_back(kAdmin, audit, "\"").status, 400);
  EXPECT_EQ(member(get("pac", audit), "audit", "judged"), "0") << "all or nothing";
  EXPECT_EQ(give_back("oreyes", audit, csv_of(good)).status, 403);
  EXPECT_EQ(status([](Rows&) {}), 201);
}

TEST_F(AuditsApi, I12_K_5_ReadsAreComparedWithTheirPicturesAndNothingIsHeld) {
  d.enrol_device("cam-1");
  const auto reads = d.reads("cam-1", 1, {"7ABC123", "8XYZ987"});
  close();
  const std::int64_t audit = seeded(with(census(), "population", "READS"));
  const Reply sheet = get(kAdmin, audit, "/worksheet");
  EXPECT_THAT(sheet.body, HasSubstr("7ABC123"));
  EXPECT_THAT(sheet.body, Not(HasSubstr("latitude"))) << "where it was is nobody's question here";
  const std::string path = "/items/" + std::to_string(reads[0]) + "/image";
  d.as("pac");
  std::uint64_t before = d.size();
  EXPECT_EQ(get("pac", audit, path).status, 403);
  EXPECT_THAT(d.kinds_since(before), ElementsAre("command.refused"));
  before = d.size();
  const Reply image = get(kAdmin, audit, path);
  ASSERT_EQ(image.status, 200) << image.body;
  EXPECT_THAT(image.body, HasSubstr("PNG"));
  EXPECT_THAT(d.kinds_since(before), ElementsAre("audit.image-disclosed"));
  EXPECT_EQ(get(kAdmin, audit, "/items/3/image").status, 404);
  const auto read_verdict = [](std::int64_t item, const char* plate) {
    return object({{"item", num(item)},
                   {"results", Json::Array{object({{"test", "PLATE"}, {"verdict", plate}}),
                                           object({{"test", "PUBLIC"}, {"verdict", plate}})}},
                   {"evidence", "the picture"},
                   {"note", ""}});
  };
  ASSERT_EQ(judge(kAdmin, audit, {read_verdict(reads[0], "PASS")}).status, 201);
  d.advance(30 * kDayUs);
  EXPECT_EQ(get(kAdmin, audit, path).status, 410);
  EXPECT_THAT(get(kAdmin, audit, "/worksheet").body, Not(HasSubstr("7ABC123"))) << "and not purged";
  EXPECT_EQ(judge(kAdmin, audit, {read_verdict(reads[1], "PASS")}).status, 403);
  d.tick();
  ASSERT_EQ(judge(kAdmin, audit, {read_verdict(reads[1], "UNEXAMINABLE")}).status, 201);
  ASSERT_EQ(conclude(audit).status, 201);
  EXPECT_EQ(member(get("pac", audit), "concluded", "deviations"), "1");
  const std::string live = d.service().store().dump_registers().value();
  ASSERT_TRUE(d.service().store().rebuild_registers(policy::fold()).has_value());
  EXPECT_EQ(d.service().store().dump_registers().value(), live);
  EXPECT_EQ(d.as(kCoordinator)
                .post("/v1/audits", with(with(census(), "population", "READS"), "beacon_at",
                                         num(d.now().value + kDayUs)))
                .status,
            403)
      << "those reads are gone";
}

TEST_F(AuditsApi, I12_K_6_TrainingRecordsArePopulationsToo) {
  d.train("oreyes");
  d.train(kCoordinator);
  close();
  wait(kHourUs);
  Json body = with(census(), "population", "TRAININGS");
  const std::int64_t audit = seeded(body);
  const Reply sheet = get(kAdmin, audit, "/worksheet");
  ASSERT_EQ(sheet.status, 200) << sheet.body;
  EXPECT_THAT(sheet.body, HasSubstr("\"test\":\"ATTENDED\""));
  EXPECT_THAT(drawn(audit), SizeIs(4)) << "all but the Administrator's own";
  EXPECT_THAT(drawn(audit, kCoordinator), SizeIs(3)) << "all but the Coordinator's own two";
}

TEST_F(AuditsApi, I12_K_6_EveryAccessIsComparedWithTheTrainingOfThatTime) {
  queries(3);
  queries(1, kCoordinator);
  d.enrol("newbie", "Nora New");
  // As if the gate had let in somebody without a training: the server would not append this.
  d.forges();
  const auto query = [&] {
    for (std::uint64_t seq = d.size(); seq-- > 0;)
      if (d.kind(static_cast<std::int64_t>(seq)) == "query.performed")
        return policy::from_event<policy::QueryPerformed>(d.service().store().event({seq}).value())
            .value();
    return policy::QueryPerformed{};
  }();
  policy::QueryPerformed forged = query;
  forged.by.username = "newbie";
  const Outcome outcome =
      d.service().perform([&](const policy::State&, store::Transaction&, const policy::Moment&) {
        return policy::Decision{}.then(forged);
      });
  ASSERT_TRUE(outcome.done());
  d.train("newbie");  // later, and for a day before: it trained nobody then
  close();
  const auto review = [&](const std::string& who, std::int64_t until) {
    return d.as(who).post("/v1/audits/training-reviews",
                          object({{"from", num(from)}, {"to", num(until)}}));
  };
  const Reply found = review(kCoordinator, to);
  ASSERT_EQ(found.status, 201) << found.body;
  EXPECT_EQ(found.number("accesses"), 5);
  EXPECT_EQ(found.number("people"), 3);
  EXPECT_EQ(
      chain::write(*found.json.member("untrained")),
      "[{\"event\":" + std::to_string(outcome.commit.first.value) + ",\"username\":\"newbie\"}]");
  EXPECT_EQ(d.kind(found.number("seq")), "trainings.reviewed");
  EXPECT_EQ(review("oreyes", to).status, 403);
  const Reply early = review(kCoordinator, d.now().value + kHourUs);
  EXPECT_EQ(early.status, 403) << early.body;
  EXPECT_TRUE(early.has_rule("I12-K-6"));
}

TEST_F(AuditsApi, I12_K_5_HotListItemsHaveTheirOwnTests) {
  EXPECT_EQ(d.load_list(kAdmin, "SVS", csv_list({"7ABC123,STOLEN VEHICLE"})).status, 201);
  close();
  Json body = with(census(), "population", "HOT_LISTS");
  const std::int64_t audit = seeded(body);
  const Rows rows = rows_of(get(kCoordinator, audit, "/worksheet.csv").body);
  ASSERT_THAT(rows, SizeIs(2));
  ASSERT_EQ(rows[0][10], "SOURCE");
  EXPECT_EQ(rows[1][10], "");
  ASSERT_EQ(rows[0][12], "REPORT");
  EXPECT_EQ(rows[1][12], "'-") << "no test of a list";
}

}  // namespace
}  // namespace alpr::api::testing

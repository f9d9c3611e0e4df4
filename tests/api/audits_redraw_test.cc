// Proves that whoever has the log repeats a sample audit without the department, and that each lie
// in one is named (I12-K-5, K-7). An audit runs through the API, the verifier redraws it from a
// bundle, the store and a server's URL; lies are appended as events of their own to an honest
// chain.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>

#include "api/audit_population.h"
#include "api/service.h"
#include "ledger/verify/audit/redraw.h"
#include "ledger/verify/bundle_source.h"
#include "policy/registers/audits.h"
#include "policy/rules/decision.h"
#include "tests/api/audit_case.h"

namespace alpr::api::testing {
namespace {

using ::testing::HasSubstr;

class AuditsRedraw : public AuditCase {
 protected:
  std::filesystem::path bundle() {
    const auto file = d.folder() / ("bundle-" + std::to_string(++bundles_));
    std::ofstream(file, std::ios::binary) << d.as("pac").get("/v1/log/bundle").body;
    return file;
  }
  Result<audit::Report> redraw(std::int64_t number) {
    const auto file = verify::MappedFile::open(bundle());
    const auto source = verify::BundleSource::open(*file);
    verify::Options options;
    options.key = chain::parse_vkey(d.vkey()).value();
    return audit::redraw(**source, options, static_cast<std::uint64_t>(number));
  }
  // The part that differs, and how; "" where all that is there is equal.
  std::string differs(std::int64_t number) {
    const auto report = redraw(number);
    if (!report) return report.error().detail;
    for (const audit::Part& part : report->parts)
      if (part.equal == false) return part.name + ": " + part.what;
    return "";
  }
  std::size_t not_there(std::int64_t number) {
    const auto report = redraw(number);
    return report ? static_cast<std::size_t>(std::ranges::count_if(
                        report->parts, [](const audit::Part& part) { return !part.equal; }))
                  : 0;
  }
  template <policy::Record R>
  R record(std::int64_t seq) {
    return policy::from_event<R>(
               d.service().store().event({static_cast<std::uint64_t>(seq)}).value())
        .value();
  }
  // As if the server appended what its rules would not.
  template <policy::Record R>
  std::int64_t append(const R& lie) {
    d.forges();
    const Outcome outcome =
        d.service().perform([&](const policy::State&, store::Transaction&, const policy::Moment&) {
          return policy::Decision{}.then(lie);
        });
    EXPECT_TRUE(outcome.done());
    return static_cast<std::int64_t>(outcome.commit.first.value);
  }
  policy::AuditRow row(std::int64_t number) {
    return policy::find_audit(*d.service().snapshot().rows, {static_cast<std::uint64_t>(number)})
        .value()
        .value();
  }
  // A plan whose record was changed before it was signed.
  template <typename Change>
  std::string planned_with(Change change) {
    const std::int64_t honest = planned(plan());
    policy::AuditPlanned lie = record<policy::AuditPlanned>(honest);
    lie.number += 1;
    change(lie);
    return differs(append(lie));
  }
  // A draw whose record was changed before it was signed.
  template <typename Change>
  std::string seeded_with(Change change) {
    const std::int64_t honest = seeded(plan());
    policy::AuditSeeded lie =
        record<policy::AuditSeeded>(static_cast<std::int64_t>(row(honest).seed->event.value));
    const std::int64_t other = planned(plan());
    lie.audit = {static_cast<std::uint64_t>(other)};
    lie.published_at = row(other).plan.beacon_at;
    change(lie);
    wait(2 * kHourUs);
    append(lie);
    return differs(other);
  }
  template <typename Change>
  std::string concluded_with(Change change) {
    const std::int64_t number = seeded(plan());
    judge_all(number);
    EXPECT_EQ(conclude(number).status, 201);
    policy::AuditConcluded lie = *row(number).concluded;
    const std::int64_t other = seeded(plan());
    judge_all(other);
    lie.audit = {static_cast<std::uint64_t>(other)};
    change(lie);
    append(lie);
    return differs(other);
  }

 private:
  int bundles_ = 0;
};

TEST_F(AuditsRedraw, I12_K_5_StrataByPurposeAreRepeatedFromOpenMembers) {
  queries(6);
  for (int i = 0; i < 4; ++i) {
    const chain::Json burglary = with(d.grounds(), "purpose", "BURGLARY");
    EXPECT_EQ(d.query("oreyes", "8XYZ98" + std::to_string(i), burglary).status, 201);
  }
  close();
  const auto stratum = [](const std::string& name, const std::string& purpose) {
    return object({{"name", name}, {"purposes", chain::Json(chain::Json::Array{purpose})}});
  };
  const chain::Json split = with(with(plan(), "spread", "EACH"), "strata",
                                 chain::Json(chain::Json::Array{stratum("violent", "VIOLENT_CRIME"),
                                                                stratum("burglary", "BURGLARY")}));
  const std::int64_t number = seeded(split);
  const policy::AuditPlanned honest = record<policy::AuditPlanned>(number);
  ASSERT_EQ(honest.strata.size(), 2U);
  EXPECT_EQ(honest.strata[0].population, 6);
  EXPECT_EQ(honest.strata[1].population, 4);
  EXPECT_EQ(differs(number), "");
  policy::AuditPlanned lie = honest;
  lie.number += 1;
  lie.beacon_at = {d.now().value + kHourUs};
  std::swap(lie.strata[0].purposes, lie.strata[1].purposes);
  EXPECT_THAT(differs(append(lie)), HasSubstr("stratum violent: 4 items instead of 6"));
}

TEST_F(AuditsRedraw, I12_K_5_AnAuditIsRepeatedFromABundleAtEachStep) {
  queries(20);
  close();
  const std::int64_t number = planned(plan());
  EXPECT_EQ(differs(number), "");
  EXPECT_EQ(not_there(number), 4U) << "seed, sample, verdicts and conclusion";
  published = d.now().value + kHourUs + kMinuteUs;
  wait(2 * kHourUs);
  seed(kCoordinator, number);
  seed(kAdmin, number);
  EXPECT_EQ(differs(number), "");
  EXPECT_EQ(not_there(number), 1U);
  judge_all(number, 1);
  queries(3);
  EXPECT_EQ(conclude(number).status, 201);
  EXPECT_EQ(differs(number), "");
  EXPECT_EQ(not_there(number), 0U);
  const auto report = redraw(number);
  EXPECT_TRUE(report->anchored);
  EXPECT_THAT(report->beacon, HasSubstr(kValue));
  EXPECT_THAT(audit::to_json(*report), HasSubstr("\"holds\":true"));
  EXPECT_THAT(redraw(number - 1).error().detail, HasSubstr("is no plan"));
  // A month later the audit is what it was.
  d.advance(31 * kDayUs);
  d.tick();
  EXPECT_EQ(differs(number), "");
}

TEST_F(AuditsRedraw, I12_K_5_StrataAndCertainItemsAreRepeatedToo) {
  queries(9);
  const std::int64_t middle = d.now().value + kMinuteUs;
  wait(kHourUs);
  queries(15);
  close();
  const std::int64_t flagged = row(planned(plan())).plan.strata[0].population;
  ASSERT_EQ(flagged, 24);
  std::int64_t item = 0;
  for (std::uint64_t seq = 0; seq < d.size(); ++seq)
    if (d.kind(static_cast<std::int64_t>(seq)) == "query.performed")
      item = static_cast<std::int64_t>(seq);
  using chain::Json;
  const Json strata(Json::Array{object({{"name", "early"}, {"to", num(middle)}}),
                                object({{"name", "late"}, {"from", num(middle)}})});
  for (const char* spread : {"PROPORTIONAL", "EACH"}) {
    Json body = with(with(plan(), "strata", strata), "certain", Json::Array{num(item)});
    const std::int64_t number = seeded(with(body, "spread", spread));
    judge_all(number);
    ASSERT_EQ(conclude(number).status, 201);
    EXPECT_EQ(differs(number), "") << spread;
    EXPECT_EQ(row(number).plan.strata[0].population, 9);
    EXPECT_EQ(row(number).plan.strata[1].population, 14) << "the certain one is left out";
  }
}

TEST_F(AuditsRedraw, I12_K_5_AFalsePlanIsNamed) {
  queries(20);
  close();
  using policy::AuditPlanned;
  EXPECT_EQ(planned_with([](AuditPlanned&) {}), "") << "the test itself adds nothing";
  EXPECT_THAT(planned_with([](AuditPlanned& p) { p.number = 1; }), HasSubstr("plan: "));
  EXPECT_THAT(planned_with([](AuditPlanned& p) { p.beacon_at = {1}; }), HasSubstr("plan: "));
  EXPECT_THAT(planned_with([](AuditPlanned& p) { p.strata[0].kinds = {36}; }), HasSubstr("plan: "));
  EXPECT_THAT(planned_with([](AuditPlanned& p) { p.root[0] ^= 1; }), HasSubstr("population: "));
  EXPECT_THAT(planned_with([](AuditPlanned& p) { p.size -= 1; }), HasSubstr("population: "));
  EXPECT_THAT(planned_with([](AuditPlanned& p) { p.strata[0].population = 19; }),
              HasSubstr("20 items instead of 19"));
  EXPECT_THAT(planned_with([](AuditPlanned& p) { p.strata[0].list_sha256[0] ^= 1; }),
              HasSubstr("other items than the plan commits to"));
  EXPECT_THAT(planned_with([&](AuditPlanned& p) { p.strata[0].to = {d.now().value + kDayUs}; }),
              HasSubstr("population: "));
  EXPECT_THAT(planned_with([](AuditPlanned& p) { p.strata[0].n -= 1; }), HasSubstr("size: "));
  EXPECT_THAT(planned_with([](AuditPlanned& p) { p.needed -= 1; }), HasSubstr("size: "));
  EXPECT_THAT(planned_with([](AuditPlanned& p) { p.significant = false; }), HasSubstr("size: "));
}

TEST_F(AuditsRedraw, I12_K_5_AFalseDrawIsNamed) {
  queries(20);
  close();
  using policy::AuditSeeded;
  // Each is another plan's draw under this one's name, so it commits to another plan at the least.
  EXPECT_THAT(seeded_with([](AuditSeeded&) {}), HasSubstr("seed: it commits to another plan"));
  EXPECT_THAT(seeded_with([](AuditSeeded& s) { s.round = "another"; }),
              HasSubstr("another beacon or round"));
  EXPECT_THAT(seeded_with([](AuditSeeded& s) { s.published_at = {1}; }),
              HasSubstr("seed: the value"));
  // And draws of the right plan.
  const std::int64_t number = seeded(plan());
  const auto event = static_cast<std::int64_t>(row(number).seed->event.value);
  const AuditSeeded honest = record<AuditSeeded>(event);
  EXPECT_EQ(differs(number), "");
  append(honest);
  EXPECT_THAT(differs(number), HasSubstr("drawn 2 times"));
}

TEST_F(AuditsRedraw, I12_K_5_AReplacedItemIsNamed) {
  queries(20);
  close();
  policy::AuditSeeded honest =
      record<policy::AuditSeeded>(static_cast<std::int64_t>(row(seeded(plan())).seed->event.value));
  const auto drawn_by_lot = [&](std::int64_t number) {
    const auto drawn = draw_audit(d.service().store(), row(number), kValue).value();
    honest.audit = {static_cast<std::uint64_t>(number)};
    honest.published_at = row(number).plan.beacon_at;
    honest.plan = drawn.plan;
    honest.seed = drawn.seed;
    honest.samples = drawn.samples;
    return honest;
  };
  const auto told = [&](auto&& change) {
    const std::int64_t number = planned(plan());
    policy::AuditSeeded lie = drawn_by_lot(number);
    change(lie);
    wait(2 * kHourUs);
    append(lie);
    return differs(number);
  };
  EXPECT_EQ(told([](policy::AuditSeeded&) {}), "") << "the test itself adds nothing";
  EXPECT_THAT(told([](policy::AuditSeeded& s) { s.samples[0].items[0] = {2}; }),
              HasSubstr("sample: stratum ALL: event 2 stands where event"));
  EXPECT_THAT(told([](policy::AuditSeeded& s) { s.samples[0].items.pop_back(); }),
              HasSubstr("was drawn and left out"));
  EXPECT_THAT(told([](policy::AuditSeeded& s) { s.samples[0].items.push_back({2}); }),
              HasSubstr("event 2 was added"));
  EXPECT_THAT(told([](policy::AuditSeeded& s) { s.value[0] = 'b'; }),
              HasSubstr("seed: the seed is not what root, plan and value give"));
  EXPECT_THAT(told([](policy::AuditSeeded& s) { s.seed[0] ^= 1; }), HasSubstr("seed: "));
}

TEST_F(AuditsRedraw, I12_K_5_FalseVerdictsAreNamed) {
  queries(20);
  close();
  const auto told = [&](auto&& change) {
    const std::int64_t number = seeded(plan());
    judge_all(number, 1);
    const auto items =
        policy::list_audit_items(*d.service().snapshot().rows, row(number).audit).value();
    const auto judged = std::ranges::find_if(
        items, [](const policy::AuditItemRow& item) { return item.finding->deviation; });
    auto lie = record<policy::AuditVerdictRecorded>(
        static_cast<std::int64_t>(judged->finding->event.value));
    change(lie);
    append(lie);
    return differs(number);
  };
  EXPECT_THAT(told([](policy::AuditVerdictRecorded& v) {
                v.results[0].verdict = policy::ItemVerdict::kPass;
                v.deviation = false;
              }),
              HasSubstr("anew, and not for the worse"));
  EXPECT_THAT(told([](policy::AuditVerdictRecorded& v) { v.deviation = false; }),
              HasSubstr("verdicts: event"));
}

TEST_F(AuditsRedraw, I12_K_5_FalseConclusionsAreNamed) {
  queries(20);
  close();
  using policy::AuditConcluded;
  EXPECT_EQ(concluded_with([](AuditConcluded&) {}), "") << "the test itself adds nothing";
  EXPECT_THAT(concluded_with([](AuditConcluded& c) { c.upper -= 1; }), HasSubstr("conclusion: "));
  EXPECT_THAT(concluded_with([](AuditConcluded& c) { c.deviations = 1; }),
              HasSubstr("conclusion: "));
  EXPECT_THAT(concluded_with([](AuditConcluded& c) { c.strata[0].examined -= 1; }),
              HasSubstr("conclusion: "));
  EXPECT_THAT(concluded_with([](AuditConcluded& c) { c.significant = false; }),
              HasSubstr("conclusion: "));
  EXPECT_THAT(concluded_with([](AuditConcluded& c) { c.accepted = !c.accepted; }),
              HasSubstr("whether it is accepted"));
  EXPECT_THAT(concluded_with([](AuditConcluded& c) { c.upper_both += 1; }),
              HasSubstr("conclusion: "));
  // Concluded with items left, and a verdict afterwards.
  const std::int64_t whole = seeded(plan());
  judge_all(whole);
  EXPECT_EQ(conclude(whole).status, 201);
  AuditConcluded early = *row(whole).concluded;
  const std::int64_t number = seeded(plan());
  early.audit = {static_cast<std::uint64_t>(number)};
  append(early);
  EXPECT_THAT(differs(number), HasSubstr("conclusion: "));
}

TEST_F(AuditsRedraw, I12_K_7_TheProgramSaysItForAStoreABundleAndAServer) {
  queries(12);
  close();
  const std::int64_t number = seeded(plan());
  judge_all(number);
  ASSERT_EQ(conclude(number).status, 201);
  const auto credentials = d.folder() / "credentials";
  std::ofstream(credentials) << R"({"username":")" << kIt << R"(","password":")" << kPassword
                             << "\"}\n";
  ::chmod(credentials.c_str(), 0600);
  const auto run = [&](const std::string& arguments) {
    const std::string command = std::string(VERIFY_PROGRAM " audit ") + arguments + " > " +
                                (d.folder() / "told").string() + " 2>&1";
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  };
  const auto told = [&] {
    std::ifstream in(d.folder() / "told");
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string what = std::to_string(number) + " --key " + d.vkey();
  const std::string file = bundle().string();
  EXPECT_EQ(run(what + " --bundle " + file), 0) << told();
  EXPECT_THAT(told(), HasSubstr("What is there comes out equal."));
  EXPECT_EQ(run(what + " --json --url " + d.url() + " --credentials " + credentials.string() +
                " --cacert " + d.certificate().string()),
            0)
      << told();
  EXPECT_THAT(told(), HasSubstr("\"holds\":true"));
  EXPECT_EQ(run(what + " --store " + (d.folder() / "store").string()), 0) << told();
  EXPECT_EQ(run("3 --bundle " + file), 2) << "no plan";
  EXPECT_EQ(run(what), 2) << "of nothing";
  EXPECT_EQ(run(what + " --bundle " + d.certificate().string()), 2) << "no bundle";
  // One bit of the bundle, in a header that the population is made of: of its commitment.
  std::ifstream before(file, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(before), {});
  constexpr std::string_view kHeader = "EPLE1";  // a record of the bundle and the header's magic
  std::size_t at = bytes.find(kHeader);
  for (int skip = 0; skip < 20; ++skip) at = bytes.find(kHeader, at + 1);
  ASSERT_NE(at, std::string::npos);
  bytes[at + 80] = static_cast<char>(bytes[at + 80] ^ 1);
  std::ofstream(file, std::ios::binary) << bytes;
  EXPECT_NE(run(what + " --bundle " + file), 0) << told();
}

}  // namespace
}  // namespace alpr::api::testing

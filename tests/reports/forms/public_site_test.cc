// Proves that the public site is made of numbers, words of closed lists and areas alone, is whole,
// and is of one log. By reports that somebody altered, and by reading the pages that come of them.
#include "reports/forms/public_site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <regex>

#include "reports/forms/public_sections.h"

namespace alpr::forms {
namespace {

using figures::AnnualReport;
using figures::Figure;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kDayUs = 86'400 * kSecondUs;
constexpr TimeUs kFrom{1'767'225'600 * kSecondUs};  // 2026-01-01T00:00:00Z
const std::string kOrigin = "made.example/log";

Figure& named(AnnualReport& report, const std::string& id) {
  for (Figure& figure : report.figures)
    if (figure.id == id) return figure;
  throw std::runtime_error("no figure " + id);
}

AnnualReport report(std::int64_t years_ago = 0) {
  const TimeUs from{kFrom.value - years_ago * 365 * kDayUs};
  const TimeUs until{from.value + 365 * kDayUs};
  AnnualReport made = figures::AnnualFold({from, until}).report({kOrigin, 0, {}, {}});
  made.size = 1'000;
  made.as_of = {until.value + kDayUs};
  named(made, "B1.reads").rows[0].value = 1'000'000;
  named(made, "B1.hits").rows[0].value = 1'600;
  named(made, "B1.hit-rate").rows[0] = {"", 1'600, 1'000'000};
  named(made, "C2A8.misreads").rows[0] = {"", 3, 100};
  named(made, "B1.reads.month").rows[0].value = 1'000'000;
  named(made, "C2B.queries.purpose").rows[2].value = 77;
  named(made, "C2B.queries").rows[0].value = 77;
  named(made, "INV3.refusals.rule").rows = {{"I12-C2B-1", 4, {}}};
  named(made, "C3-2.devices.area").rows = {{"26Y", 2, {}}};
  named(made, "B1.reads.area").rows = {{"26Y", 1'000'000, {}}};
  return made;
}

std::string index_of(const AnnualReport& made) {
  const auto site = gather_site({made}, std::nullopt);
  EXPECT_TRUE(site.has_value()) << site.error().detail;
  return site ? site_files(*site)[0].bytes : "";
}
std::string fault_of(const std::vector<AnnualReport>& reports,
                     const std::optional<CheckpointGiven>& checkpoint = std::nullopt) {
  const auto site = gather_site(reports, checkpoint);
  return site ? "none" : site.error().detail;
}

TEST(PublicSite, I12_L_5_SaysWhatWasDone) {
  const std::string page = index_of(report());
  for (const char* text : {"2026-01-01 to 2026-12-31", "<td class=\"number\">1,000,000</td>",
                           "0.16\xC2\xA0%", "0.1522\xC2\xA0% to 0.1681\xC2\xA0%",
                           "0.6229\xC2\xA0% to 8.5177\xC2\xA0%", "<th scope=\"row\">Burglary</th>",
                           "<th scope=\"row\">I12-C2B-1</th><td class=\"number\">4</td>",
                           "<th scope=\"row\">Overdue</th><td class=\"number\">0</td>",
                           "<bdi>26Y</bdi>", "plateledger-verify report FILE", "made.example/log"})
    EXPECT_THAT(page, HasSubstr(text));
  EXPECT_THAT(page, Not(HasSubstr("class=\"warning\"")));
}

TEST(PublicSite, FetchesAndRunsNothing) {
  for (const SiteFile& file : site_files(*gather_site({report(), report(1)}, std::nullopt)))
    for (const char* word : {"<script", "javascript:", "src=", "url(", "@import", "http:", "https:",
                             "<link", "<iframe", "<object", "onload", "onclick", "//"})
      EXPECT_THAT(file.bytes, Not(HasSubstr(word))) << file.name;
}

// Whatever stands in a row's key or in a text, wherever it is: the page is not made, or lacks it.
TEST(PublicSite, I12_L_5_NoTextOfAReportGetsIn) {
  for (const std::string secret : {"7ABC123", "Jane Doe", "26-000123", "<script>"}) {
    const AnnualReport good = report();
    for (std::size_t i = 0; i < good.figures.size(); ++i) {
      AnnualReport altered = good;
      Figure& figure = altered.figures[i];
      figure.label = figure.definition = figure.rule = secret;
      figure.rows.push_back({secret, 1, {}});
      if (figure.id == "C3-2.devices.area" || figure.id == "B1.reads.area") continue;
      const auto site = gather_site({altered}, std::nullopt);
      if (!site) {
        EXPECT_THAT(site.error().detail, Not(HasSubstr(secret))) << figure.id;
        continue;
      }
      EXPECT_THAT(site_files(*site)[0].bytes, Not(HasSubstr(secret))) << figure.id;
    }
    AnnualReport altered = good;
    altered.scope = secret;
    for (auto& element : altered.elements) element.note = element.title = secret;
    EXPECT_THAT(index_of(altered), Not(HasSubstr(secret)));
  }
}

TEST(PublicSite, I12_L_5_AnAreaThatCouldBeAPlateIsNotNamed) {
  for (const char* name : {"26Y", "Beat 35X", "West Oakland", "Area 2", "\xD7\x90\xD7\x91"})
    EXPECT_TRUE(AreaName::of(name).has_value()) << name;
  for (const char* name : {"", "7ABC123", "at 7ABC123", "26-000123", "ABC12", "12345"})
    EXPECT_FALSE(AreaName::of(name).has_value()) << name;
  EXPECT_FALSE(AreaName::of(std::string(201, 'x')).has_value());
  AnnualReport made = report();
  named(made, "B1.reads.area").rows = {{"7ABC123", 5, {}}, {"26-000123", 6, {}}, {"<b>", 7, {}}};
  const std::string page = index_of(made);
  EXPECT_THAT(page,
              HasSubstr("all others</th><td class=\"number\">0</td><td class=\"number\">11<"));
  EXPECT_THAT(page, HasSubstr("<bdi>&lt;b&gt;</bdi>"));
  EXPECT_THAT(page, Not(HasSubstr("7ABC123")));
}

TEST(PublicSite, I12_C3_2_AMapOfAreasThatMayBeNamed) {
  const std::vector<policy::Point> here{{0, 0}, {0, 900}, {900, 900}, {900, 0}};
  AnnualReport made = report();
  EXPECT_THAT(index_of(made), Not(HasSubstr("<polygon")));
  named(made, "C3-2.devices.area").rows = {{"7ABC123", 4, {}}, {"Area 2", 2, {}}};
  made.map = figures::AreaMap{"7ABC123", "26-000123", {{"7ABC123", here}, {"Area 2", here}}};
  const std::string page = index_of(made);
  EXPECT_THAT(page, HasSubstr("numbered as on the map"));
  EXPECT_THAT(page, HasSubstr("1. <bdi>Area 2</bdi>"));
  EXPECT_THAT(page, HasSubstr("text-anchor=\"middle\">2 readers</text>"));
  EXPECT_EQ(page.find("<polygon"), page.rfind("<polygon")) << "one alone";
  EXPECT_THAT(page, Not(HasSubstr("7ABC123")));
  EXPECT_THAT(page, Not(HasSubstr("26-000123")));
  made.map->areas[1].corners.resize(2);
  EXPECT_EQ(fault_of({made}), "report 1: figure map: an outline that goes around nothing");
  made.map->areas.assign(201, {"Area 2", here});
  EXPECT_EQ(fault_of({made}), "report 1: figure map: more areas than a map can show");
}

TEST(PublicSite, ARuleIsARequirementID) {
  for (const char* id : {"I12-C2B-7", "I12-HDR-1", "I12-I-15", "I12-C2A2-8"})
    EXPECT_TRUE(RuleId::of(id).has_value()) << id;
  const std::string order = "I12-";
  for (const char* no : {"7ABC123", "C2B", "C2B-", "C2B-123", "c2b-1", "2C-1", "C2B22-1", "-1",
                         "C2B-1x", "C2B-1-1", ""})
    EXPECT_FALSE(RuleId::of(order + no).has_value()) << no;
  EXPECT_FALSE(RuleId::of("").has_value());
  EXPECT_FALSE(RuleId::of("C2B-1").has_value());
}

TEST(PublicSite, AReportThatIsNoneIsNotTaken) {
  const auto altered = [&](const std::function<void(AnnualReport&)>& change) {
    AnnualReport made = report();
    change(made);
    return fault_of({made});
  };
  EXPECT_EQ(altered([](AnnualReport&) {}), "none");
  EXPECT_THAT(altered([](AnnualReport& r) { named(r, "B1.reads").id = "B1.reeds"; }),
              HasSubstr("figure B1.reads: the report has no such figure"));
  EXPECT_THAT(altered([](AnnualReport& r) { named(r, "B1.reads").rows.clear(); }),
              HasSubstr("B1.reads: it is no single number"));
  EXPECT_THAT(altered([](AnnualReport& r) { named(r, "B1.reads").rows[0].value = -1; }),
              HasSubstr("a count below 0"));
  EXPECT_THAT(altered([](AnnualReport& r) { named(r, "B1.hit-rate").rows[0].of = 1; }),
              HasSubstr("figure B1.hit-rate"));
  EXPECT_THAT(altered([](AnnualReport& r) { named(r, "B1.reads.month").rows[0].key = "2026-13"; }),
              HasSubstr("no month"));
  EXPECT_THAT(altered([](AnnualReport& r) { named(r, "G4.lateness").rows[0].key = "soon"; }),
              HasSubstr("G4.lateness"));
  EXPECT_THAT(altered([](AnnualReport& r) { r.origin = "two words"; }), HasSubstr("origin"));
  EXPECT_NE(altered([](AnnualReport& r) { r.until = r.from; }), "none");
  EXPECT_NE(fault_of({}), "none");
}

TEST(PublicSite, ReportsOfAnotherLogOrTimeDoNotGoTogether) {
  AnnualReport other = report(1);
  other.origin = "other.example/log";
  EXPECT_THAT(fault_of({report(), other}), HasSubstr("report 2: it is of another log"));
  EXPECT_THAT(fault_of({report(), report()}), HasSubstr("overlap"));
  EXPECT_THAT(fault_of(std::vector<AnnualReport>(kSitePeriodsMax + 1, report())),
              HasSubstr("1 to 20"));
}

TEST(PublicSite, HasAPageForEachPeriodAndTheNewestInFront) {
  const auto site = gather_site({report(2), report(), report(1)}, std::nullopt);
  ASSERT_TRUE(site.has_value());
  const auto files = site_files(*site);
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].name, "index.html");
  EXPECT_EQ(files[1].name, "periods/2025-01-01-2025-12-31.html");
  EXPECT_THAT(files[0].bytes, HasSubstr("Periods side by side"));
  EXPECT_THAT(files[0].bytes, HasSubstr("href=\"periods/2025-01-01-2025-12-31.html\""));
  EXPECT_THAT(files[1].bytes, HasSubstr("href=\"../index.html\""));
  const auto again = site_files(*gather_site({report(), report(1), report(2)}, std::nullopt));
  for (std::size_t i = 0; i < files.size(); ++i) EXPECT_EQ(files[i].bytes, again[i].bytes);
}

TEST(PublicSite, TheCheckpointIsTheLogsOwnAndNotOlderThanTheSite) {
  const chain::SigningKey key = chain::SigningKey::from_seed(Digest{1});
  const chain::VerifierKey known{kOrigin, chain::KeyType::kEd25519, key.public_key()};
  const auto given = [&](std::uint64_t size, const chain::SigningKey& by,
                         const std::string& origin) {
    const std::string text = chain::checkpoint_text({origin, size, {}, {}});
    return CheckpointGiven{chain::format_note({text, {chain::sign_note(text, origin, by)}}), known};
  };
  const auto site = gather_site({report()}, given(1'001, key, kOrigin));
  ASSERT_TRUE(site.has_value()) << site.error().detail;
  const auto files = site_files(*site);
  EXPECT_EQ(files.back().name, "checkpoint.txt");
  EXPECT_EQ(files.back().bytes, given(1'001, key, kOrigin).note);
  EXPECT_THAT(files[0].bytes, HasSubstr(chain::format_vkey(known)));
  EXPECT_THAT(fault_of({report()}, given(999, key, kOrigin)), HasSubstr("a newer one"));
  EXPECT_NE(fault_of({report()}, given(1'001, chain::SigningKey::from_seed(Digest{2}), kOrigin)),
            "none");
  EXPECT_NE(fault_of({report()}, given(1'001, key, "other.example/log")), "none");
  AnnualReport forked = report();
  forked.root[0] ^= 1;
  EXPECT_THAT(fault_of({forked}, given(1'000, key, kOrigin)), HasSubstr("another history"));
}

TEST(PublicSite, SaysWhenTheYearIsNotOverAndWhenNothingHappened) {
  AnnualReport made =
      figures::AnnualFold({kFrom, {kFrom.value + 365 * kDayUs}}).report({kOrigin, 0, {}, {}});
  made.as_of = made.from;
  made.simulated = true;
  const std::string page = index_of(made);
  EXPECT_THAT(page, HasSubstr("The period is not over"));
  EXPECT_THAT(page, HasSubstr("Of a simulated log"));
  EXPECT_THAT(page, Not(HasSubstr("<svg"))) << "nothing to draw";
}

TEST(PublicSite, WordsOfListsReadAsWords) {
  EXPECT_EQ(plain_words("MISSING_OR_AT_RISK"), "Missing or at risk");
  EXPECT_EQ(plain_words("CA_DOJ"), "CA DOJ");
  EXPECT_EQ(plain_words("DEFENSE_VIA_DA"), "Defense via DA");
  EXPECT_EQ(plain_words("CUSTOM_BOLO"), "Custom BOLO");
}

}  // namespace
}  // namespace alpr::forms

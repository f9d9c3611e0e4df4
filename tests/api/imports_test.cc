// Proves that a department enrols, confirms and trains its people from files: looked at first,
// taken in as a whole, each person on the record. Real requests over TLS with a file of 700
// people, and files with a fault in every way.
#include "policy/rules/imports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/api/department.h"

namespace alpr::api::testing {
namespace {

using chain::Json;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kPeople = "username,name,user_class,organisation\r\n";
const std::string kConfirmations = "username\n";
const std::string kTrainings = "username,course,version,completed_on,topics\n";

std::string member(int i) { return "member" + std::to_string(i); }

class Imports : public ::testing::Test {
 protected:
  Reply send(const std::string& who, const std::string& list, const std::string& query,
             const std::string& file) {
    return d.as(who).send("POST", "/v1/imports/" + list + "?" + query, {"Content-Type: text/csv"},
                          file);
  }
  Reply look(const std::string& who, const std::string& list, const std::string& file) {
    return send(who, list, "dry_run=true", file);
  }
  Reply take(const std::string& who, const std::string& list, const std::string& file) {
    return send(who, list, "file_sha256=" + look(who, list, file).text("file_sha256"), file);
  }
  std::string person(const std::string& username, const std::string& name,
                     const std::string& user_class = "SWORN") {
    return username + "," + name + "," + user_class + "," + std::string(kDepartment) + "\r\n";
  }
  static std::vector<std::int64_t> lines(const Reply& reply) {
    std::vector<std::int64_t> all;
    const Json* faults = reply.json.member("faults");
    if (faults && faults->array())
      for (const Json& fault : *faults->array()) all.push_back(*fault.member("line")->integer());
    return all;
  }
  static std::string code_of(const Reply& reply, std::size_t i) {
    return *reply.json.member("people")->array()->at(i).member("code")->string();
  }
  Department d;
};

TEST_F(Imports, I12_K_1_SevenHundredPeopleAreEnrolledConfirmedAndTrained) {
  constexpr int kMembers = 700;
  std::string people = kPeople;
  std::string names = kConfirmations;
  std::string trainings = kTrainings;
  for (int i = 0; i < kMembers; ++i) {
    people += person(member(i), "\"Member, No. " + std::to_string(i) + "\"",
                     i % 10 == 0 ? "PST" : "SWORN");
    names += member(i) + "\n";
    trainings += member(i) + ",ALPR,1,2026-03-01,ALL\n";
  }
  const std::uint64_t before = d.size();
  const Reply dry = look(kIt, "people", people);
  EXPECT_EQ(dry.status, 200) << dry.body;
  EXPECT_EQ(dry.number("rows"), kMembers);
  EXPECT_TRUE(lines(dry).empty()) << dry.body;
  EXPECT_THAT(d.kinds_since(before), ElementsAre("session.opened")) << "a dry run changes nothing";
  const std::uint64_t looked = d.size();
  const Reply half_a = take(kIt, "people", people);
  ASSERT_EQ(half_a.status, 201) << half_a.body.substr(0, 500);
  EXPECT_EQ(d.size() - looked, kMembers + 1U);
  EXPECT_EQ(d.kind(half_a.number("seq")), "list.imported");
  const std::uint64_t enrolled = d.size();
  const Reply half_b = take(kChief, "confirmations", names);
  ASSERT_EQ(half_b.status, 201) << half_b.body.substr(0, 500);
  const Reply trained = take(kTrainer, "trainings", trainings);
  ASSERT_EQ(trained.status, 201) << trained.body.substr(0, 500);
  EXPECT_GT(d.size() - enrolled, 2U * kMembers);
  const Reply activated = d.stranger().post(
      "/v1/activations", object({{"username", member(699)},
                                 {"codes", Json::Array{code_of(half_a, 699), code_of(half_b, 699)}},
                                 {"password", std::string(kPassword)}}));
  EXPECT_EQ(activated.status, 201) << activated.body;
  const Reply me = d.as(member(699)).get("/v1/me");
  EXPECT_EQ(me.text("name"), "Member, No. 699");
  EXPECT_GE(me.number("training"), 0) << "the gate is open";
}

TEST_F(Imports, ADryRunNamesTheFaultOfEachLine) {
  const std::string file = kPeople + person("good", "Good Person") +
                           person("Bad Name", "Bad Name") + person("good", "Same Username") +
                           person("other", "good  person") +
                           person("outsider", "Out Sider", "FBI") + "short,Short Line\r\n" +
                           "fed,Fed Eral,SWORN,Federal Bureau\r\n" + person(kAdmin, "In Use");
  const std::uint64_t before = d.size();
  const Reply reply = look(kIt, "people", file);
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(lines(reply), ElementsAre(3, 4, 5, 6, 7, 8, 9)) << reply.body;
  EXPECT_THAT(reply.body, HasSubstr("I12-I-10"));
  EXPECT_THAT(d.kinds_since(before), ElementsAre("session.opened"));
  const std::uint64_t looked = d.size();
  const Reply run = take(kIt, "people", file);
  EXPECT_EQ(run.status, 403) << run.body;
  EXPECT_TRUE(run.has_rule("I12-I-10"));
  EXPECT_TRUE(run.has_rule("I12-K-1"));
  EXPECT_THAT(d.kinds_since(looked), ElementsAre("command.refused"))
      << "what the order forbids is on the record, and nobody of the file is enrolled";
}

TEST_F(Imports, ARunTakesTheFileOfTheDryRunAlone) {
  const std::string file = kPeople + person("good", "Good Person");
  const std::string digest = look(kIt, "people", file).text("file_sha256");
  const std::uint64_t before = d.size();
  EXPECT_EQ(send(kIt, "people", "", file).status, 400);
  EXPECT_EQ(send(kIt, "people", "dry_run=false", file).status, 400);
  EXPECT_EQ(send(kIt, "people", "dry_run=true&file_sha256=" + digest, file).status, 400);
  EXPECT_EQ(send(kIt, "people", "file_sha256=abc", file).status, 400);
  EXPECT_EQ(send(kIt, "people", "file_sha256=" + digest, file + person("more", "More")).status,
            409);
  EXPECT_EQ(d.size(), before);
  EXPECT_EQ(send(kIt, "people", "file_sha256=" + digest, file).status, 201);
  EXPECT_EQ(send(kIt, "people", "file_sha256=" + digest, file).status, 409) << "twice is a fault";
}

TEST_F(Imports, OnlyWhoMayDoItOneByOneMayDoItByFile) {
  const std::string people = kPeople + person("good", "Good Person");
  EXPECT_EQ(look(kChief, "people", people).status, 403);
  ASSERT_EQ(take(kIt, "people", people).status, 201);
  const std::string names = kConfirmations + "good\n";
  EXPECT_EQ(look(kIt, "confirmations", names).status, 403);
  const std::uint64_t before = d.size();
  EXPECT_EQ(look(kAdmin, "trainings", kTrainings + "good,ALPR,1,2026-03-01,ALL\n").status, 403);
  EXPECT_EQ(d.kinds_since(before).back(), "command.refused") << "also of a mere look";
  EXPECT_EQ(take(kTrainer, "confirmations", names).status, 201);
}

TEST_F(Imports, I12_J_2_ATrainingIsTakenOnceAndNotFromTheFuture) {
  const std::string good = "ttrain2,ALPR,1,2026-03-01,ALL\n";
  d.enrol("ttrain2", "Second Trainer");
  const std::string file = kTrainings + good + good + "nobody,ALPR,1,2026-03-01,ALL\n" +
                           "ito,ALPR,1,2026-03-09,ALL\n" + "ito,ALPR,1,2026-03-01,LAW KNITTING\n" +
                           "ito,ALPR,1,yesterday,ALL\n" + "ttrain,ALPR,1,2026-03-01,ALL\n" +
                           "ito,ALPR,1,2026-03-01T07:00:00Z,LAW POLICY\n";
  EXPECT_THAT(lines(look(kTrainer, "trainings", file)), ElementsAre(3, 4, 5, 6, 7, 8));
  ASSERT_EQ(take(kTrainer, "trainings", kTrainings + good).status, 201);
  EXPECT_THAT(lines(look(kTrainer, "trainings", kTrainings + good)), ElementsAre(2));
}

TEST_F(Imports, FilesThatDoNotReadAreNamedByLine) {
  EXPECT_THAT(lines(look(kIt, "people", "")), ElementsAre(1));
  EXPECT_THAT(lines(look(kIt, "people", kPeople)), ElementsAre(1)) << "nobody stands in it";
  EXPECT_THAT(lines(look(kIt, "people", "name,username\n")), ElementsAre(1));
  EXPECT_THAT(lines(look(kIt, "people", kPeople + "a,\"b\n")), ElementsAre(2));
  EXPECT_THAT(lines(look(kIt, "people", kPeople + "\xff,b,c,d\n")), ElementsAre(1));
  EXPECT_TRUE(lines(look(kIt, "people", "\xEF\xBB\xBF" + kPeople + person("ok", "Okay"))).empty());
  std::string many = kPeople;
  for (int i = 0; i < 1001; ++i) many += person(member(i), member(i));
  EXPECT_THAT(lines(look(kIt, "people", many)), ElementsAre(1002));
  EXPECT_EQ(
      send(kIt, "people", "dry_run=true", std::string(policy::kImportBytesMax + 1, 'x')).status,
      413);
}

}  // namespace
}  // namespace alpr::api::testing

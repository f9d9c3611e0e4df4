// Proves plateledger-verify's exit codes and outputs as a user meets them. The program itself is
// run on made stores.
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "ledger/chain/canonical_json.h"
#include "tests/ledger/verify/bundle_maker.h"
#include "tests/ledger/verify/check.h"
#include "tests/ledger/verify/receipt_maker.h"

namespace alpr::verify::testing {
namespace {

struct Ran {
  int code = -1;
  std::string out;
};

// Made of ledger kinds only, so that any registry will do.
class Program : public ::testing::Test {
 protected:
  void SetUp() override {
    maker_.commit();
    maker_.pass(kMinute);
    maker_.heartbeat();
    maker_.commit();
    maker_.write(folder_.path());
  }

  Ran run(const std::string& arguments) {
    const std::string command = std::string(VERIFY_PROGRAM) + " " + arguments + " 2>&1";
    FILE* pipe = popen(command.c_str(), "r");
    Ran ran;
    char buffer[4096];
    for (std::size_t n = 0; pipe != nullptr && (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
      ran.out.append(buffer, n);
    }
    const int status = pipe == nullptr ? -1 : pclose(pipe);
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
  }
  std::string file(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / name;
    std::ofstream(path) << text;
    return path.string();
  }
  std::string store() const { return "--store " + folder_.path().string() + " "; }

  StoreMaker maker_;
  TestFolder folder_;
};

TEST_F(Program, AGoodStoreHolds) {
  const Ran ran = run(store() + "--key " + chain::format_vkey(vkey_of(test_key(0))));
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_NE(ran.out.find("simulated"), std::string::npos);
  EXPECT_NE(ran.out.find("holds, anchored"), std::string::npos);
}

TEST_F(Program, JsonIsOneLineOnStdoutAndNothingElse) {
  const Ran ran = run(store() + "--json --keys " + file("keys", maker_.keys_json() + "\n") +
                      " --now 2026-01-02T00:00:00Z");
  EXPECT_EQ(ran.code, 0) << ran.out;
  EXPECT_EQ(ran.out.find('\n'), ran.out.size() - 1);
  EXPECT_EQ(ran.out.rfind(
                "{\"holds\":true,\"anchored\":false,\"as_of\":\"2026-01-02T00:00:00.000000Z\"", 0),
            0U);
}

TEST_F(Program, AFindingIsExitCodeOne) {
  maker_.rows("headers")[StoreMaker::key_of(1)][70] ^= 1;
  maker_.write(folder_.path());
  const Ran ran = run(store());
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_NE(ran.out.find("does not hold"), std::string::npos);
}

TEST_F(Program, CutOffEventsAreSeenThroughSince) {
  const std::string since = file("kept", maker_.checkpoint(2));
  EXPECT_EQ(run(store() + "--since " + since).code, 0);
  StoreMaker shorter;
  shorter.commit();
  shorter.write(folder_.path());
  EXPECT_EQ(run(store()).code, 0);
  EXPECT_EQ(run(store() + "--since " + since).code, 1);
}

TEST_F(Program, ADamagedFileIsExitCodeOne) {
  std::ofstream(folder_.path() / "ledger" / "data.mdb", std::ios::trunc)
      << std::string(20'000, 'x');
  const Ran ran = run(store() + "--json");
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_NE(ran.out.find("\"level\":\"chain\",\"holds\":false"), std::string::npos);
}

TEST_F(Program, LevelPolicyDoesNotHoldOverALogThatIsNotTheOrders) {
  const Ran ran = run(store() + "--level policy --json");
  EXPECT_EQ(ran.code, 1) << ran.out;
  EXPECT_NE(ran.out.find("\"level\":\"policy\",\"holds\":"), std::string::npos);
  EXPECT_EQ(ran.out.find("\"level\":\"policy\",\"holds\":true"), std::string::npos) << ran.out;
}

// The order finds much in this log, which is of the ledger's own kinds; the next run finds it too.
TEST_F(Program, TheStateOfOneRunIsWhereTheNextBegins) {
  const std::string state = (folder_.path() / "state").string();
  const std::string policy = store() + "--level policy --json --keys " +
                             file("keys", maker_.keys_json()) + " --state " + state;
  const auto member = [](const Ran& ran, const std::string& name) {
    const std::size_t at = ran.out.find("\"" + name + "\":");
    return at == std::string::npos ? std::string() : ran.out.substr(at, ran.out.find(',', at) - at);
  };
  const Ran first = run(policy);
  EXPECT_EQ(first.code, 1) << first.out;
  EXPECT_EQ(member(first, "begun_at"), "") << first.out;
  const std::string told = member(first, "state_sha256");
  ASSERT_EQ(told.size(), std::string("\"state_sha256\":\"\"").size() + 64) << first.out;
  const std::string sha256 = told.substr(told.size() - 65, 64);
  const auto mode = std::filesystem::status(state).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);

  const Ran wrong = run(policy + " --state-sha256 " + std::string(64, '0'));
  EXPECT_EQ(wrong.code, 2) << wrong.out;
  EXPECT_NE(wrong.out.find(sha256), std::string::npos) << wrong.out;
  const Ran second = run(policy + " --state-sha256 " + sha256);
  EXPECT_EQ(second.code, 1) << second.out;
  EXPECT_EQ(member(second, "begun_at"), "\"begun_at\":2") << second.out;
  EXPECT_EQ(member(second, "state_sha256"), told);
  const auto findings = [](const Ran& ran) {
    const std::size_t at = ran.out.find("\"findings\":[{");
    return ran.out.substr(at, ran.out.find(']', at) - at);
  };
  EXPECT_EQ(findings(second), findings(first));
}

TEST_F(Program, ABundleIsVerifiedFromAFileAndFromAPipe) {
  const Bytes bundle = make_bundle(maker_);
  const std::string path = file("bundle", std::string(as_text(bundle)));
  const std::string key = " --key " + chain::format_vkey(vkey_of(test_key(0)));
  const Ran held = run("--bundle " + path + key);
  EXPECT_EQ(held.code, 0) << held.out;
  EXPECT_NE(held.out.find("does not show evidence files"), std::string::npos);
  const Ran piped = run("--bundle - --json" + key + " < " + path);
  EXPECT_EQ(piped.code, 0) << piped.out;
  EXPECT_EQ(piped.out.rfind("{\"holds\":true,\"anchored\":true", 0), 0U) << piped.out;
  const Bytes day = make_bundle(maker_, {.from = 1});
  const std::string partial = "--bundle " + file("day", std::string(as_text(day)));
  EXPECT_EQ(run(partial + " --level chain").code, 2) << "without --since";
  EXPECT_EQ(run(partial + " --level chain --since " + file("kept", maker_.checkpoint(1))).code, 0);
  const std::string cut(as_text(BytesView(bundle).first(bundle.size() - 1)));
  EXPECT_EQ(run("--bundle " + file("cut", cut)).code, 1);
}

TEST_F(Program, AReceiptIsCheckedOffline) {
  const std::string good = chain::write(make_receipt(maker_, 1, 2));
  const std::string key = " --key " + chain::format_vkey(vkey_of(test_key(0)));
  const Ran held = run("receipt " + file("receipt", good + "\n") + key);
  EXPECT_EQ(held.code, 0) << held.out;
  EXPECT_NE(held.out.find("clock.heartbeat"), std::string::npos);
  EXPECT_NE(held.out.find("holds, anchored"), std::string::npos);
  const Ran told = run("receipt --json " + file("receipt", good));
  EXPECT_EQ(told.code, 0) << told.out;
  EXPECT_EQ(told.out.rfind("{\"holds\":true,\"anchored\":false,\"seq\":1", 0), 0U) << told.out;
  const std::string other = " --key " + chain::format_vkey(vkey_of(test_key(1)));
  EXPECT_EQ(run("receipt " + file("receipt", good) + other).code, 1);
  EXPECT_EQ(run("receipt " + file("receipt", "{}")).code, 2);
  EXPECT_EQ(run("receipt").code, 2);
  const std::string asks =
      file("policy",
           "witness w " +
               chain::format_vkey({"w", chain::KeyType::kCosignature, test_key(9).public_key()}) +
               "\nquorum w\n");
  const Ran alone = run("receipt " + file("receipt", good) + key + " --witness-policy " + asks);
  EXPECT_EQ(alone.code, 1) << "nobody cosigned it";
  EXPECT_NE(alone.out.find("C2SP tlog-cosignature"), std::string::npos) << alone.out;
  const std::string none = file("none", "quorum none\n");
  EXPECT_EQ(run("receipt " + file("receipt", good) + key + " --witness-policy " + none).code, 0);
}

TEST_F(Program, TheAnswerIsTheSameWithAnyNumberOfThreads) {
  const Ran one = run(store() + "--threads 1");
  EXPECT_EQ(one.code, 0) << one.out;
  for (const std::string number : {"2", "64"}) {
    const Ran more = run(store() + "--threads " + number);
    EXPECT_EQ(more.code, 0) << more.out;
  }
  for (const std::string number : {"0", "65", "-1", "two"})
    EXPECT_EQ(run(store() + "--threads " + number).code, 2) << number;
}

TEST_F(Program, BadUsageIsExitCodeTwo) {
  for (const std::string& arguments :
       {std::string(), std::string("--nothing"), std::string("--store /nonexistent"),
        store() + "--level all", store() + "--key nonsense", store() + "--now yesterday",
        store() + "--since /nonexistent", store() + "--since " + file("note", "no note"),
        store() + "--keys " + file("bad", "{}"), std::string("--url https://ledger.example"),
        std::string("--url http://127.0.0.1:1"), std::string("--bundle /nonexistent"),
        "--bundle " + file("none", "no bundle"),
        store() + "--bundle " + file("none", "no bundle")}) {
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, 2) << arguments << ran.out;
    EXPECT_FALSE(ran.out.empty()) << arguments;
  }
  EXPECT_EQ(run("--help").code, 0);
}

}  // namespace
}  // namespace alpr::verify::testing

// Proves that nothing of a department's plates, names and cases gets into its public site. A whole
// department works for a month and what the program makes of its report is searched, byte by byte.
#include <algorithm>
#include <regex>

#include "ledger/chain/note.h"
#include "tests/end_to_end/report_case.h"

namespace alpr::end_to_end {
namespace {

class PublicSiteProgram : public ReportCase {
 protected:
  Said make(const std::string& arguments) {
    return shell(PLATELEDGER_PROGRAM " report public " + arguments);
  }
  std::filesystem::path report() {
    return kept("report.json", given("/v1/reports/annual?" + period()));
  }
};

TEST_F(PublicSiteProgram, I12_L_5_NoPlateNameOrCaseNumberIsInIt) {
  const auto json = report();
  const auto note = kept("checkpoint", given("/log/checkpoint"));
  const auto out = d.folder() / "site";
  const Said said = make("--report " + json.string() + " --checkpoint " + note.string() +
                         " --key '" + d.vkey() + "' --out " + out.string());
  ASSERT_EQ(said.code, 0) << said.out;
  const std::regex whole_words("\\b(ito|Ito)\\b");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(out)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    const std::string bytes = file_text(entry.path());
    for (const std::string& secret : secrets())
      EXPECT_EQ(bytes.find(secret), std::string::npos) << entry.path() << secret;
    EXPECT_FALSE(std::regex_search(bytes, whole_words)) << entry.path();
  }
  EXPECT_EQ(files, 2U);
  const std::string page = file_text(out / "index.html");
  for (const char* text :
       {"<tr><th scope=\"row\">All</th><td class=\"number\">4</td><td class=\"number\">1<",
        "Misreads of hits compared: 1 of 1</th>", "I12-C2B-1", "<bdi>1</bdi>",
        "<th scope=\"row\">Overdue</th><td class=\"number\">0</td>",
        "<th scope=\"row\">Reads released</th><td class=\"number\">2</td>",
        "<th scope=\"row\">In force at the period's end</th><td class=\"number\">1<"})
    EXPECT_NE(page.find(text), std::string::npos) << text;
}

TEST_F(PublicSiteProgram, SaysWhatIsWrongWithWhatItIsGiven) {
  const auto json = report().string();
  const auto out = (d.folder() / "site").string();
  const auto note = kept("checkpoint", given("/log/checkpoint")).string();
  const std::string to = " --out " + out;
  EXPECT_EQ(make("--report " + json).code, 2) << "where to?";
  EXPECT_EQ(make("--report " + d.folder().string() + "/none.json" + to).code, 2);
  EXPECT_EQ(make("--report " + kept("bad.json", "{}").string() + to).code, 2);
  EXPECT_EQ(make("--report " + json + " --report " + json + to).code, 2) << "twice the same";
  EXPECT_EQ(make("--report " + json + " --checkpoint " + note + to).code, 2) << "no key";
  const chain::VerifierKey foreign{std::string(api::testing::kOrigin), chain::KeyType::kEd25519,
                                   chain::SigningKey::from_seed(Digest{7}).public_key()};
  EXPECT_EQ(make("--report " + json + " --checkpoint " + note + " --key '" +
                 chain::format_vkey(foreign) + "'" + to)
                .code,
            1);
  EXPECT_FALSE(std::filesystem::exists(out));
  EXPECT_EQ(make("--report " + json + to + " --json").out, "{\"files\":1,\"periods\":1}\n");
  const std::string first = file_text(out + "/index.html");
  EXPECT_EQ(make("--report " + json + to).code, 2) << "it is there already";
  EXPECT_EQ(make("--report " + json + to + "2").code, 0);
  EXPECT_EQ(file_text(out + "2/index.html"), first);
}

}  // namespace
}  // namespace alpr::end_to_end

// A department of which there is something to report: reads, a hit that was looked at, searches, a
// custom entry, a hold, a release to another agency, refusals, and a purge.
#pragma once

#include "ledger/chain/encoding.h"
#include "tests/api/sharing_case.h"
#include "tests/reports/forms/look.h"

namespace alpr::end_to_end {

using api::testing::kAdmin;
using api::testing::kDayUs;
using api::testing::kMinuteUs;
using api::testing::num;
using api::testing::object;
using api::testing::Reply;

using forms::testing::file_text;
using forms::testing::Said;
using forms::testing::shell;
using forms::testing::write_text;

class ReportCase : public api::testing::SharingCase {
 protected:
  ReportCase() {
    from_ = d.now().value / kBucketUs * kBucketUs;
    use_it();
    d.advance(20 * kMinuteUs);
    d.tick();
    // The server looks often enough to erase in time.
    d.advance(30 * kDayUs - 30 * kMinuteUs);
    for (int i = 0; i < 12; ++i) {
      d.advance(10 * kMinuteUs);
      d.tick();
    }
  }
  // Everything that is secret about what is done here.
  static std::vector<std::string> secrets() {
    return {"7ABC123",   "8XYZ987",       "7ABC128",      "6DEF456",  "7XYZ999",
            "26-000123", "26-009001",     "26-004711",    "26-S-17",  "oreyes",
            "ccoord",    "badmin",        "cdeputy",      "ttrain",   "Officer",
            "Bernard",   "Dana Attorney", "Alameda",      "cam-1",    "Broadway",
            "witness",   "burglaries",    "1798.90.51",   "by hand",  "trial preparation",
            "stolen",    "suspect",       "records desk", "CURIOSITY"};
  }
  std::string period(std::int64_t days = 60) const {
    return "from=" + chain::format_time({from_}) +
           "&until=" + chain::format_time({from_ + days * kDayUs});
  }
  std::string given(const std::string& path) {
    const Reply reply = d.as("ccoord").get(path);
    EXPECT_EQ(reply.status, 200) << path << ": " << reply.body.substr(0, 500);
    return reply.body;
  }
  std::filesystem::path kept(const std::string& name, const std::string& text) const {
    write_text(d.folder() / name, text);
    return d.folder() / name;
  }
  std::int64_t from_ = 0;

 private:
  void done(const Reply& reply) { ASSERT_EQ(reply.status, 201) << reply.body; }
  void use_it() {
    done(d.load_list(kAdmin, "SVS", api::testing::csv_list({"7ABC123,STOLEN VEHICLE"})));
    const Reply sent = d.upload("cam-1", d.batch("cam-1", 2, {"7ABC123", "7XYZ999"}));
    done(sent);
    const std::int64_t hit = *sent.json.member("hits")->array()->front().integer();
    done(d.as("oreyes").post("/v1/hits/" + std::to_string(hit) + "/steps",
                             object({{"step", "PLATE_CONFIRMED"},
                                     {"observed_plate", "7ABC128"},
                                     {"observed_state", "CA"}})));
    done(d.as("oreyes").post("/v1/hot-list-entries",
                             object({{"plate", "6DEF456"},
                                     {"purpose", "BURGLARY"},
                                     {"case_number", "26-004711"},
                                     {"offense_report_no", "26-004711-R1"},
                                     {"justification", "seen leaving three burglaries"},
                                     {"expires_at", num(d.now().value + 30 * kDayUs)},
                                     {"not_protected_characteristic", true}})));
    d.query("oreyes", "8XYZ987");
    d.query("oreyes", "8XYZ987",
            api::testing::with(d.grounds(), "purpose", chain::Json("CURIOSITY")));
    released();
    hold();
  }
  void hold() {
    const Reply asked =
        d.as("oreyes").post("/v1/holds", object({{"events", chain::Json::Array{num(reads[0])}},
                                                 {"reason", "ACTIVE_CRIMINAL"},
                                                 {"case_number", "26-009001"},
                                                 {"justification", "the car of the suspect"},
                                                 {"review_by", num(d.now().value + 60 * kDayUs)}}));
    done(asked);
    done(d.as("ccoord").post("/v1/holds/" + std::to_string(asked.number("seq")) + "/decision",
                             object({{"verdict", "APPROVE"}, {"reason", "documented"}})));
  }
};

}  // namespace alpr::end_to_end

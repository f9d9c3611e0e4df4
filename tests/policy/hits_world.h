// What the tests of reads, lists, hits and stops do again and again: sign and send an upload, load
// a list, get an entry approved, validate a hit. Through the rules themselves; a refusal where none
// is expected fails the test.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/records/hits.h"
#include "policy/rules/b_reads.h"
#include "policy/rules/c2a2_stops.h"
#include "policy/rules/c2a_hits.h"
#include "policy/rules/c2b1_hotlists.h"
#include "policy/rules/c2b2_entries.h"
#include "recognition/upload/upload_format.h"
#include "tests/policy/world.h"

namespace alpr::policy::testing {

inline constexpr std::string_view kOrigin = "ledger.example/alpr";
inline constexpr std::string_view kReader = "reader-1";

// A batch of one read per plate, captured a minute ago, signed by key_named(device).
recognition::UploadBatch batch_of(const World& world, std::string_view device, std::uint64_t number,
                                  const std::vector<std::string>& plates);
void sign(recognition::UploadBatch& batch);  // again, after a change
std::vector<ImagePlace> places_of(const recognition::UploadBatch& batch);

UploadJudgement judge(const World& world, const recognition::UploadBatch& batch);
Sequence take(World& world, const recognition::UploadBatch& batch);  // the seq of upload.received
Sequence send(World& world, std::uint64_t number,
              const std::vector<std::string>& plates);  // by kReader
std::vector<Sequence> hits_since(const World& world, Sequence from);
HitRaised hit_at(const World& world, Sequence hit);

// "plate,category" or all 17 fields, without line breaks.
std::string list_file(const std::vector<std::string>& rows);
inline constexpr std::string_view kSvsRow =
    "7ABC123,CA,PC,STOLEN "
    "VEHICLE,SVS,REC-1,2026-01-02,,VIN123,2019,HONDA,CIVIC,4D,WHITE,22-000123,CA0010900,";
struct ListToLoad {
  LoadHotlist command;
  std::string file;
};
ListToLoad list_to_load(const World& world, std::string_view source,
                        const std::vector<std::string>& rows);
// Judges, stores the blob, decides: all that the job does.
Decision load(World& world, const Actor& actor, const ListToLoad& list);

RequestEntry entry_command(const World& world, std::string_view plate);
// Requested by `requester`, approved by the trained Administrator. The request's seq.
Sequence approved_entry(World& world, const Actor& requester, const RequestEntry& command);
Actor trained_admin(World& world);

RecordStep plate_step(Sequence hit, std::string_view plate);
RecordStep visual_step(Sequence hit, bool matches);
RecordStep clets_step(Sequence hit, CletsResult result);
RecordStep checks_step(const World& world, Sequence hit,
                       CheckResult result);  // of every known attribute
RecordStep following_step(Sequence hit);
void validate(World& world, const Actor& actor, Sequence hit);  // all four
HitState state_of(const World& world, Sequence hit);
DocumentStop stop_command(const World& world, Sequence hit);  // an arrest

}  // namespace alpr::policy::testing

// Breaches inside a reader's batch: what the reader signed is changed, added to, left out or said
// to be another's.
#include <gtest/gtest.h>

#include "ledger/chain/hash.h"
#include "policy/rules/b_reads.h"
#include "tests/forgeries/forger.h"

namespace alpr::forgeries {
namespace {

using namespace policy;
using namespace policy::testing;

recognition::UploadBatch chained(const Forger& f, std::uint64_t number, const Digest& previous) {
  recognition::UploadBatch batch = batch_of(f.world, kReader, number, {"7ABC123", "8XYZ987"});
  batch.previous = previous;
  policy::testing::sign(batch);
  return batch;
}

// What the rules would write of it: upload.received, two reads, a hit.
std::vector<chain::Draft> drafts_of(const Forger& f, const recognition::UploadBatch& batch) {
  const UploadJudgement judged = judge(f.world, batch);
  EXPECT_TRUE(judged.accepted.has_value());
  if (!judged.accepted) return {};
  return decide(f.state(), *judged.accepted, places_of(batch), f.moment()).events;
}

// The first of them, which is the upload.
Sequence write(Forger& f, const std::vector<chain::Draft>& drafts) {
  Sequence first{f.world.log.size()};
  for (const chain::Draft& draft : drafts) f.append(draft);
  return first;
}

template <Record R>
void change(chain::Draft& draft, const std::function<void(R&)>& how) {
  auto record = from_event<R>(policy::testing::event_of(draft, {}, {}));
  ASSERT_TRUE(record.has_value());
  how(*record);
  draft = to_draft(*record);
}

void change_read(ReadRecorded& record, const std::function<void(ReadContent&)>& how) {
  ReadContent read = *record.read;
  how(read);
  record.read = std::move(read);
}

std::function<Sequence(Forger&)> with_batch(
    std::function<void(Forger&, std::vector<chain::Draft>&)> how) {
  return [how](Forger& f) {
    f.advance(60);
    std::vector<chain::Draft> drafts = drafts_of(f, batch_of(f.world, kReader, 2, {"7ABC123"}));
    EXPECT_EQ(drafts.size(), 3U);
    how(f, drafts);
    return write(f, drafts);
  };
}

// Two chained batches, and a third that does not follow on the second.
std::vector<chain::Draft> one_missing(Forger& f) {
  f.advance(60);
  const recognition::UploadBatch second = chained(f, 2, recognition::kFirstLink);
  take(f.world, second);
  const recognition::UploadBatch third = chained(f, 3, recognition::link_of(second));
  f.advance(60);
  std::vector<chain::Draft> drafts = drafts_of(f, chained(f, 4, recognition::link_of(third)));
  EXPECT_EQ(drafts.back().kind, QueueBroken::kKind.number);
  return drafts;
}

}  // namespace

std::vector<Forgery> forgeries_of_batches() {
  return {
      {"I12-F-3", "a plate that its reader did not sign",
       with_batch([](Forger&, std::vector<chain::Draft>& drafts) {
         change<ReadRecorded>(drafts[1], [](ReadRecorded& e) {
           change_read(e, [](ReadContent& read) { read.plate = "9NEW111"; });
         });
       })},
      {"I12-F-3", "a place that its reader did not sign",
       with_batch([](Forger&, std::vector<chain::Draft>& drafts) {
         change<ReadRecorded>(drafts[1], [](ReadRecorded& e) {
           change_read(e, [](ReadContent& read) { read.latitude_e7 += 1; });
         });
       })},
      {"I12-A-6", "a read put into a reader's batch",
       [](Forger& f) {
         f.advance(60);
         std::vector<chain::Draft> drafts =
             drafts_of(f, batch_of(f.world, kReader, 2, {"8XYZ987"}));
         drafts.push_back(drafts[1]);
         change<ReadRecorded>(drafts[2], [](ReadRecorded& e) {
           e.index = 1;
           change_read(e, [](ReadContent& read) { read.plate = "9NEW111"; });
         });
         return Sequence{write(f, drafts).value + 2};
       }},
      {"I12-F-3", "a read left out of a reader's batch",
       [](Forger& f) {
         f.advance(60);
         std::vector<chain::Draft> drafts =
             drafts_of(f, batch_of(f.world, kReader, 2, {"8XYZ987", "9NEW111"}));
         drafts.pop_back();
         return write(f, drafts);
       }},
      {"I12-B-3", "a hit that its batch says and that is not there",
       with_batch([](Forger&, std::vector<chain::Draft>& drafts) { drafts.pop_back(); })},
      {"I12-F-3", "a picture put in the place of a reader's",
       with_batch([](Forger& f, std::vector<chain::Draft>& drafts) {
         change<ReadRecorded>(drafts[1], [&](ReadRecorded& e) {
           e.image.sha256 = chain::sha256(as_bytes(f.world.log.front().json));
           change_read(e, [&](ReadContent& read) { read.image.sha256 = e.image.sha256; });
         });
       })},
      {"I12-F-3", "a batch number that was used before",
       with_batch([](Forger&, std::vector<chain::Draft>& drafts) {
         change<UploadReceived>(drafts[0], [](UploadReceived& e) { e.batch = 1; });
       })},
      {"I12-F-3", "a batch that is missing from a reader's queue, and nothing that says so",
       [](Forger& f) {
         std::vector<chain::Draft> drafts = one_missing(f);
         drafts.pop_back();
         return write(f, drafts);
       }},
      {"I12-F-3", "a batch missing from a queue, called a new queue",
       [](Forger& f) {
         std::vector<chain::Draft> drafts = one_missing(f);
         change<QueueBroken>(drafts.back(), [](QueueBroken& e) { e.how = QueueBreak::kBegunAnew; });
         return Sequence{write(f, drafts).value + drafts.size() - 1};
       }},
  };
}

}  // namespace alpr::forgeries
